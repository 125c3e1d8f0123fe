import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { encodeCohort } from '../../src/proof/fingerprint/cohort-file.ts';
import { encodeItems } from '../../src/proof/fingerprint/items.ts';
import {
  audioWorld,
  DURATION_MS,
  idOf,
  makePolicy,
  makeRecording,
  randomItems,
  worsen,
} from '../support/audio-world.ts';
import { createTestDatabase, ENGINES } from '../support/databases.ts';
import { runTouchmark } from '../support/run-touchmark.ts';
import { startTrackoriginServer } from '../support/trackorigin-server.ts';

/** Prints that lie near each other, so that even strangers agree in many bits. */
const family = randomItems(948);

for (const engine of ENGINES) {
  describe(`policies (${engine})`, () => {
    test('the cohort that a policy names keeps out what is no nearer than its kind', async () => {
      await using server = await startTrackoriginServer(engine);
      const world = audioWorld(server);
      const label = await server.createCustomer();
      // As drones and rain do: a print of this kind differs from the next in about a quarter of its bits.
      const kin = (share: number) => worsen(family, share);
      const cohort = Array.from({ length: 30 }, (_, i) => kin(0.16 + (0.08 * i) / 29));
      const file = encodeCohort(cohort);
      const cohortDigest = createHash('sha256').update(file).digest('hex');
      const master = makeRecording(kin(0.05));
      const id = await world.certify(label, master);
      const probe = { fingerprint: encodeItems(kin(0.13)), duration_ms: DURATION_MS };
      const verify = async (body: object) =>
        (await world.verify<{ matched: boolean; reason: string }>(id, label.keys.sk_live, body)).body;
      const policy = makePolicy({ cohortDigest });
      const order = { operatorId: 'test', reason: 'Measured.' };
      // Without its file the policy decides by entropy alone.
      await server.audio.policies.accept(policy as never, null, order);
      assert.deepEqual((await verify(probe)).matched, true);
      await server.audio.policies.accept(policy as never, JSON.parse(new TextDecoder().decode(file)), order);
      const judged = await verify(probe);
      assert.deepEqual([judged.matched, judged.reason], [false, 'within_cohort']);
      const same = { fingerprint: encodeItems(worsen(master.items, 0.001)), duration_ms: DURATION_MS };
      assert.equal((await verify(same)).matched, true);
      assert.equal((await server.audio.policies.list()).length, 1);
    });

    test('a withdrawal ends in none in force, on another node within a second, until one is accepted again', async () => {
      await using server = await startTrackoriginServer(engine);
      const world = audioWorld(server);
      const { createPolicies } = await import('../../src/core/audio/policies.ts');
      const { verifyEd25519 } = await import('../../src/config/ed25519.ts');
      let now = Date.now();
      const clock = { now: () => now, sleep: async () => {} };
      const other = createPolicies({
        ...{ store: server.store, verify: verifyEd25519, clock },
        random: (length) => new Uint8Array(length),
      });
      assert.equal(await other.inForce(), null);
      const policy = makePolicy();
      const first = await world.acceptPolicy(policy);
      // Which one is newer is told by the millisecond.
      await setTimeout(2);
      const second = await world.acceptPolicy(makePolicy({ date: '2026-11-20' }));
      now += 1000;
      assert.equal((await other.inForce())?.id, second);
      await server.audio.policies.withdraw(second, { operatorId: 'test', reason: 'A flaw.' });
      now += 1000;
      assert.equal(await other.inForce(), null, 'not the older one, which nobody has looked at again');
      assert.ok((await server.audio.policies.list()).every(({ isInForce }) => !isInForce));
      await world.acceptPolicy(policy);
      now += 1000;
      assert.equal((await other.inForce())?.id, first);
      await server.audio.policies.withdraw(first, { operatorId: 'test', reason: 'A flaw.' });
      now += 1000;
      assert.equal(await other.inForce(), null);
    });
  });
}

test('the command line accepts, lists and withdraws policies, and refuses what is none', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'touchmark-policy-'));
  try {
    await using files = await createTestDatabase('postgres');
    assert.ok('url' in files.location);
    const env = { DATABASE_URL: files.location.url };
    const policy = makePolicy();
    const id = idOf(policy);
    await writeFile(join(folder, 'policy.json'), JSON.stringify(policy));
    await writeFile(join(folder, 'poor.json'), JSON.stringify(makePolicy({ isConfirmed: false })));
    await writeFile(join(folder, 'text.json'), 'no JSON');
    const accepted = await runTouchmark(folder, ['policy', 'accept', 'policy.json', '--json'], env);
    assert.equal(accepted.code, 0, accepted.err);
    assert.deepEqual([accepted.json[0].id, accepted.json[0].state], [id, 'in force']);
    for (const [file, message] of [
      ['poor.json', /held-out/],
      ['text.json', /not JSON/],
      ['none.json', /cannot be read/],
    ] as const) {
      const refused = await runTouchmark(folder, ['policy', 'accept', file], env);
      assert.notEqual(refused.code, 0);
      assert.match(refused.err, message);
    }
    assert.equal((await runTouchmark(folder, ['policy', 'withdraw', id], env)).code, 0);
    const { json } = await runTouchmark(folder, ['policy', 'list', '--json'], env);
    assert.deepEqual(
      json.map((one) => [one.id, one.state]),
      [[id, 'withdrawn']],
    );
    assert.notEqual((await runTouchmark(folder, ['policy', 'withdraw', id], env)).code, 0);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
