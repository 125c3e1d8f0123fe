import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { ENGINES } from '../support/databases.ts';
import { startRegistryServer } from '../support/registry-server.ts';
import { replayTranscript } from './transcript.ts';

/** The handle of the account's profile. */
const CASES = { submissions: undefined, artists: 'marasings' };

for (const engine of ENGINES) {
  for (const [name, handle] of Object.entries(CASES)) {
    test(`the server answers as in the transcript ${name} (${engine})`, async (t) => {
      const text = await readFile(new URL(`../../vectors/wire/trackorigin/${name}.txt`, import.meta.url), 'utf8');
      await using server = await startRegistryServer(engine);
      const { session, keys } = await server.signUp(handle === undefined ? {} : { handle });
      const operator = await server.signUp({ operator: true });
      const stranger = await server.signUp();
      const known = { session, operator: operator.session, stranger: stranger.keys.sk_live, ...keys };
      t.diagnostic(`${await replayTranscript(text, server.url, known)} requests`);
    });
  }
}
