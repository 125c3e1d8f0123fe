import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { AnchorRequest } from '../../src/core/anchor/receipt.ts';
import { anchorCheckpoint } from '../../src/core/log/anchoring.ts';
import type { Store } from '../../src/core/store.ts';
import { parseNote } from '../../src/proof/note/note.ts';
import { createCheckpointFile } from '../../src/store/checkpoint-file.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { createStore } from '../../src/store/store.ts';
import { createTestDatabase, ENGINES, type TestDatabase } from '../support/databases.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { append, createMemory, NOW, sequencerOf } from './rig.ts';

const INTERVAL_MS = 600_000;

for (const engine of ENGINES) {
  describe(`anchoring of checkpoints (${engine})`, () => {
    let files: TestDatabase;
    let database: Database;
    let store: Store;
    before(async () => {
      files = await createTestDatabase(engine);
      database = await openDatabase(files.location);
      store = createStore(database);
    });
    after(async () => {
      await database[Symbol.asyncDispose]();
      await files[Symbol.asyncDispose]();
    });

    const clock = new ManualClock(NOW);
    const submitted: AnchorRequest[] = [];
    let isDown = false;
    const anchors = {
      async submit(requests: readonly AnchorRequest[]) {
        if (isDown) throw new Error('calendars are down');
        submitted.push(...requests);
        return requests.map(() => ({ receipt: { id: randomUUID() } })) as never;
      },
    };
    const run = () => anchorCheckpoint({ store, anchors, clock, intervalMs: INTERVAL_MS });

    test('the text of the published checkpoint is anchored once an interval, when the log has grown', async () => {
      const sequencer = sequencerOf(store, { memory: createMemory(), clock });
      await sequencer.pass();
      await run();
      assert.equal(submitted.length, 0, 'an empty log says nothing');
      await append(store, 3);
      await sequencer.pass();
      await Promise.all([run(), run(), run()]);
      assert.equal(submitted.length, 1, 'one of any number of processes does it');
      const [anchored] = await store.log.listAnchored(10);
      assert.equal(anchored!.size, 3);
      const { text } = parseNote(anchored!.note);
      assert.deepEqual(Buffer.from(submitted[0]!.digest), createHash('sha256').update(text).digest());
      assert.notEqual(submitted[0]!.owner, null, 'it is not pruned like an anonymous receipt');
      await append(store, 3, 4);
      await sequencer.pass();
      await run();
      clock.advance(INTERVAL_MS);
      await run();
      await run();
      assert.equal(submitted.length, 2);
      clock.advance(INTERVAL_MS);
      await run();
      assert.equal(submitted.length, 2, 'the same size is not anchored again');
      assert.equal((await store.log.findAnchored(3))!.size, 3);
      assert.equal((await store.log.findAnchored(4))!.size, 6);
      assert.equal(await store.log.findAnchored(7), null);
    });

    test('a failure is tried again soon', async () => {
      const sequencer = sequencerOf(store, { memory: createMemory(), clock, nodeId: 'a' });
      clock.advance(INTERVAL_MS);
      await append(store, 1, 7);
      await sequencer.pass();
      isDown = true;
      await assert.rejects(run(), /down/);
      isDown = false;
      await run();
      assert.equal(submitted.length, 2, 'not at once');
      clock.advance(60_000);
      await run();
      assert.equal(submitted.length, 3);
    });
  });
}

test('the memory of a log is one whole note, whoever writes it at the same time', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'touchmark-memory-'));
  try {
    const path = join(folder, 'log', 'checkpoint');
    assert.equal(await createCheckpointFile(path).read(), null);
    const notes = Array.from({ length: 20 }, (_, i) => new Uint8Array(1000 + i).fill(i));
    await Promise.all(notes.map((note) => createCheckpointFile(path).write(note)));
    const kept = (await createCheckpointFile(path).read())!;
    assert.deepEqual(kept, notes[kept[0]!]);
    assert.deepEqual(await readdir(join(folder, 'log')), ['checkpoint']);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
