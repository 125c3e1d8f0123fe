import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { systemClock } from '../../src/app/system.ts';
import { type RunningWitness, startWitness } from '../../src/app/witness.ts';
import { verifyEd25519 } from '../../src/config/ed25519.ts';
import { LogError } from '../../src/core/log/error.ts';
import { signCheckpoint } from '../../src/core/log/keys.ts';
import { createWitnesses, type WitnessClient, type WitnessPolicy } from '../../src/core/log/witnesses.ts';
import type { Store } from '../../src/core/store.ts';
import { createWitnessClient } from '../../src/net/witness-client.ts';
import { frontierRoot } from '../../src/proof/merkle/frontier.ts';
import { EMPTY_EDGE, growTree } from '../../src/proof/merkle/grow.ts';
import { proveConsistency, type ReadTiles } from '../../src/proof/merkle/prove.ts';
import { hashLeaf } from '../../src/proof/merkle/rfc6962.ts';
import { formatSubmission } from '../../src/proof/note/add-checkpoint.ts';
import { openCheckpoint } from '../../src/proof/note/checkpoint.ts';
import { formatNote, parseSignatures } from '../../src/proof/note/note.ts';
import { parseVerifierKey } from '../../src/proof/note/verifier-key.ts';
import { verifyNote } from '../../src/proof/note/verify-note.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { createStore } from '../../src/store/store.ts';
import { createTestDatabase, ENGINES, type TestDatabase } from '../support/databases.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { append, createMemory, KEYS, NOW, ORIGIN, OTHER_KEYS, sequencerOf } from './rig.ts';

const LEAVES = Array.from({ length: 40 }, (_, i) => hashLeaf(Uint8Array.of(i)));

const rootOf = (size: number) => frontierRoot(growTree(EMPTY_EDGE, LEAVES.slice(0, size)).edge.frontier);
const tilesOf =
  (size: number): ReadTiles =>
  async (tiles) =>
    tiles.map(
      ({ level }) => growTree(EMPTY_EDGE, LEAVES.slice(0, size)).tiles.find((tile) => tile.level === level)!.bytes,
    );

async function submission(
  olderSize: number,
  size: number,
  change: { keys?: typeof KEYS; rootHash?: Uint8Array; proof?: Uint8Array[] } = {},
): Promise<string> {
  const { keys = KEYS, rootHash = rootOf(size) } = change;
  const proof = change.proof ?? (olderSize > size ? [] : await proveConsistency(olderSize, size, tilesOf(size)));
  return formatSubmission({ olderSize, proof, checkpoint: signCheckpoint(keys, { size, rootHash }, NOW) });
}

describe('a witness', () => {
  let folder: string;
  let witness: RunningWitness;
  const settings = () => ({
    folder,
    stateFolder: join(folder, 'logs'),
    name: 'witness.example.org/w1',
    logs: [KEYS.log.key],
    host: '127.0.0.1',
    port: 0,
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'touchmark-witness-'));
    witness = await startWitness(settings());
  });
  const end = async () => {
    await witness[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  };
  const post = (body: string | Uint8Array) =>
    fetch(`${witness.url}/add-checkpoint`, { method: 'POST', body: body as string });

  test('it cosigns what continues the last checkpoint, and remembers it over a restart', async () => {
    const first = await post(await submission(0, 5));
    assert.equal(first.status, 200);
    const key = parseVerifierKey(witness.verifierKey);
    const { text } = signCheckpoint(KEYS, { size: 5, rootHash: rootOf(5) }, NOW);
    const signatures = parseSignatures(new Uint8Array(await first.arrayBuffer()));
    const [verified] = verifyNote({ text, signatures }, [key], verifyEd25519);
    assert.ok(Math.abs(verified!.timestamp! - Date.now() / 1000) < 60);
    await witness[Symbol.asyncDispose]();
    witness = await startWitness(settings());
    assert.equal(witness.verifierKey, `${key.name}+${witness.verifierKey.split('+').slice(1).join('+')}`);
    const again = await post(await submission(0, 5));
    assert.deepEqual(
      [again.status, again.headers.get('content-type'), await again.text()],
      [409, 'text/x.tlog.size', '5\n'],
    );
    assert.equal((await post(await submission(5, 17))).status, 200);
    const id = createHash('sha256').update(ORIGIN).digest('hex');
    const latest = new Uint8Array(await (await fetch(`${witness.url}/${id}/checkpoint`)).arrayBuffer());
    const trust = { origin: ORIGIN, logKeys: [KEYS.log.key], witnessKeys: [key] };
    const opened = openCheckpoint(latest, trust, verifyEd25519);
    assert.deepEqual([opened.checkpoint.size, opened.cosignatures.length], [17, 1]);
    await end();
  });

  test('everything else gets the status that the protocol names, and nothing is remembered of it', async () => {
    assert.equal((await post(await submission(0, 5))).status, 200);
    const otherRoot = { rootHash: new Uint8Array(32) };
    const cases: [string, string | Uint8Array, number][] = [
      ['no body', '', 400],
      ['no submission', 'old 5\n', 400],
      ['not UTF-8', Uint8Array.of(0xff, 0xfe), 400],
      ['an older size above the size', await submission(6, 5), 400],
      ['another log', (await submission(5, 7)).replace(ORIGIN, 'other.example.org/log'), 404],
      ['another key', await submission(5, 7, { keys: OTHER_KEYS }), 403],
      ['an older size that is not the last', await submission(3, 7), 409],
      ['the same size with another root', await submission(5, 5, otherRoot), 409],
      ['a proof of something else', await submission(5, 7, otherRoot), 422],
      ['no proof', await submission(5, 7, { proof: [] }), 422],
      ['a rollback', await submission(0, 4), 409],
    ];
    for (const [name, body, status] of cases) assert.equal((await post(body)).status, status, name);
    assert.equal((await post('x'.repeat(1_100_000))).status, 413);
    assert.equal((await fetch(`${witness.url}/nothing/checkpoint`)).status, 404);
    assert.equal((await post(await submission(5, 5))).status, 200);
    await end();
  });

  test('of two continuations at the same time it cosigns one', async () => {
    assert.equal((await post(await submission(0, 5))).status, 200);
    const bodies = await Promise.all([submission(5, 7), submission(5, 9), submission(5, 7), submission(5, 11)]);
    const statuses = await Promise.all(bodies.map(async (body) => (await post(body)).status));
    assert.deepEqual(statuses.toSorted(), [200, 409, 409, 409]);
    await end();
  });
});

for (const engine of ENGINES) {
  describe(`a log with witnesses (${engine})`, () => {
    let files: TestDatabase;
    let database: Database;
    let store: Store;
    let folder: string;
    let witness: RunningWitness;
    const client = createWitnessClient();
    before(async () => {
      files = await createTestDatabase(engine);
      database = await openDatabase(files.location);
      store = createStore(database);
      folder = await mkdtemp(join(tmpdir(), 'touchmark-witness-'));
      const stateFolder = join(folder, 'logs');
      const rest = { name: 'witness.example.org/w1', logs: [KEYS.log.key], host: '127.0.0.1', port: 0 };
      witness = await startWitness({ folder, stateFolder, ...rest });
    });
    after(async () => {
      await witness[Symbol.asyncDispose]();
      await client[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
      await files[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    });

    const memory = createMemory();
    const clock = new ManualClock(NOW);
    const failures: string[] = [];

    function sequencerWith(policy: Partial<WitnessPolicy>, used: WitnessClient = client) {
      const key = parseVerifierKey(witness.verifierKey);
      const target = { key, url: witness.url };
      const full = { witnesses: [target], quorum: 0, patienceMs: 5_000, timeoutMs: 5_000, ...policy };
      const onFailure = (_: string, reason: string) => void failures.push(reason);
      const parts = { client: used, verify: verifyEd25519, clock: systemClock, onFailure };
      return sequencerOf(store, { memory, clock, witnesses: createWitnesses({ ...parts, policy: full }) });
    }

    function cosignersOf(note: Uint8Array): string[] {
      const witnessKeys = [parseVerifierKey(witness.verifierKey)];
      const trust = { origin: ORIGIN, logKeys: [KEYS.log.key], witnessKeys };
      return openCheckpoint(note, trust, verifyEd25519).cosignatures.map(({ key }) => key.name);
    }

    test('cosignatures are in the published checkpoint', async () => {
      await append(store, 10);
      const { published } = await sequencerWith({}).pass();
      assert.deepEqual(cosignersOf(published!.note), ['witness.example.org/w1']);
      await append(store, 300, 11);
      // A process that has forgotten what the witness has asks once more.
      const next = await sequencerWith({ quorum: 1 }).pass();
      assert.equal(next.published!.size, 310);
      assert.equal(cosignersOf(next.published!.note).length, 1);
      assert.deepEqual(failures.splice(0), []);
    });

    test('a witness that is down, or lies, holds nothing up that does not need it', async () => {
      const silent: WitnessClient = { addCheckpoint: () => new Promise(() => {}) };
      const forged: WitnessClient = {
        async addCheckpoint(_url, body) {
          const text = body.slice(body.indexOf('\n\n') + 2, body.lastIndexOf('\n\n') + 1);
          const { signatures } = signCheckpoint(OTHER_KEYS, { size: 1, rootHash: new Uint8Array(32) }, NOW);
          const { name, keyId } = parseVerifierKey(witness.verifierKey);
          const { signature } = signatures[1]!;
          const lines = formatNote({ text, signatures: [{ name, keyId, signature }] }).split('\n\n')[1]!;
          return { kind: 'cosigned', lines: new TextEncoder().encode(lines) };
        },
      };
      const ahead: WitnessClient = { addCheckpoint: async () => ({ kind: 'conflict', size: 1_000_000 }) };
      for (const bad of [silent, forged, ahead]) {
        const size = await append(store, 1, 1000);
        const { published } = await sequencerWith({ patienceMs: 10 }, bad).pass();
        assert.equal(published!.size, size);
        assert.deepEqual(cosignersOf(published!.note), []);
      }
      failures.splice(0);
    });

    test('without the quorum nothing is published, and with it again everything is', async () => {
      const before = (await store.log.readState()).published!.size;
      const size = await append(store, 1, 2000);
      const down: WitnessClient = { addCheckpoint: () => Promise.reject(new Error('down')) };
      const sequencer = sequencerWith({ quorum: 1, timeoutMs: 50, patienceMs: 0 }, down);
      for (let i = 0; i < 3; i++) {
        await assert.rejects(sequencer.pass(), (error) => error instanceof LogError && error.code === 'quorum-missed');
      }
      assert.equal((await store.log.readState()).published!.size, before);
      const { published } = await sequencerWith({ quorum: 1 }).pass();
      assert.equal(published!.size, size);
      assert.equal(cosignersOf(published!.note).length, 1);
    });
  });
}
