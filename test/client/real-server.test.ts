import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock, systemRandom } from '../../src/app/system.ts';
import { encodeUlid } from '../../src/base/ulid.ts';
import { RevocationFollower, sealIsVisible } from '../../src/client/index.ts';
import { makeTrackoriginManifest } from '../../src/proof/certificate/trackorigin-manifest.ts';
import { ENGINES } from '../support/databases.ts';
import { startTrackoriginServer, type TrackoriginServer } from '../support/trackorigin-server.ts';

for (const engine of ENGINES) {
  test(`a seal of this server is shown, and hidden by its revocation (${engine})`, async () => {
    await using server = await startTrackoriginServer(engine);
    const { keys, accountId } = await server.createCustomer();
    const answer = await fetch(`${server.url}/.well-known/trackorigin-public-key.json`);
    const published = (await answer.json()) as { keys: { key_id: string; public_key: string }[] };
    const trustedKeys = published.keys.map(({ key_id, public_key }) => ({ keyId: key_id, publicKey: public_key }));
    const options = { baseUrl: server.url, trustedKeys };
    const followers = [new RevocationFollower(options), new RevocationFollower({ ...options, apiKey: keys.sk_live })];
    const ids = [await issue(server, accountId), await issue(server, accountId)];
    const servedSha256 = '07'.repeat(32);
    const shown = () =>
      followers.map((follower) =>
        ids.map((certificateId) =>
          sealIsVisible({ state: 'verified', certificateId, servedSha256 }, servedSha256, follower),
        ),
      );
    for (const follower of followers) assert.deepEqual((await follower.poll()).problems, []);
    assert.deepEqual(shown(), [
      [true, true],
      [true, true],
    ]);
    await server.store.transact(async (writers) => {
      const current = (await writers.certificate.lock(ids[0]!))!;
      await server.certification.issuer.revoke(writers, current, 'owner_request', systemClock.now());
    });
    for (const follower of followers) assert.deepEqual((await follower.poll()).problems, []);
    assert.deepEqual(shown(), [
      [false, true],
      [false, true],
    ]);
  });
}

async function issue({ store, certification }: TrackoriginServer, accountId: string): Promise<string> {
  const now = systemClock.now();
  const ulid = encodeUlid(now, systemRandom(10));
  const id = `cer_${ulid}`;
  const workSha256 = new Uint8Array(32).fill(7);
  const manifest = makeTrackoriginManifest(
    { id, version: 1, issuedAt: now, updatedAt: null },
    {
      standard: 'TO-1.0',
      verdict: 'verified',
      master: { sha256: workSha256, durationMs: 187_000 },
      artist: { id: `art_${ulid}`, handle: 'marasings', displayName: 'Mara Vex' },
      track: { id: `trk_${ulid}`, title: 'Lighthouse' },
      declarations: {},
    },
  );
  const draft = {
    id,
    registry: 'trackorigin',
    isSandbox: false,
    accountId,
    workSha256,
    manifest,
    issuedAt: now,
  } as const;
  const signed = certification.issuer.sign(draft);
  await store.transact((writers) => certification.issuer.issue(writers, [signed]));
  return id;
}
