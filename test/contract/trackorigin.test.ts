import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { ENGINES } from '../support/databases.ts';
import { startTrackoriginServer } from '../support/trackorigin-server.ts';
import { replayTranscript } from './transcript.ts';

const CASES = {
  account: { credits: 18 },
  certificates: { credits: 1 },
  seals: { credits: 1 },
  insufficient: {
    credits: 1,
    policy: { freeCallsPerMonth: 2, callsPerCredit: 3 },
    limits: { 'trackorigin-publishable-key': 2 },
  },
};

for (const engine of ENGINES) {
  for (const [name, { credits, ...options }] of Object.entries(CASES)) {
    test(`the server answers as in the transcript ${name} (${engine})`, async (t) => {
      const text = await readFile(new URL(`../../vectors/wire/trackorigin/${name}.txt`, import.meta.url), 'utf8');
      await using server = await startTrackoriginServer(engine, options);
      const { accountId, session, cookie, keys } = await server.createCustomer();
      await server.buy(accountId, credits);
      const { service } = server.keys;
      const kind = 'trackorigin-secret-live';
      const ended = await service.mint({ accountId, kind, name: null, scopes: null, expiresAt: null });
      await service.revoke(accountId, ended.credential.id);
      const known = { account: accountId, session, cookie, revoked: ended.secret, ...keys };
      t.diagnostic(`${await replayTranscript(text, server.url, known)} requests`);
    });
  }
}
