import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { sql } from 'kysely';
import { LogError, type LogErrorCode } from '../../src/core/log/error.ts';
import { signCheckpoint } from '../../src/core/log/keys.ts';
import type { CheckpointMemory } from '../../src/core/log/memory.ts';
import type { Sequencer } from '../../src/core/log/sequencer.ts';
import type { Store, Writers } from '../../src/core/store.ts';
import { formatNote } from '../../src/proof/note/note.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { createStore } from '../../src/store/store.ts';
import { createTestDatabase, ENGINES, type TestDatabase } from '../support/databases.ts';
import { ManualClock } from '../support/manual-clock.ts';
import {
  append,
  assertComplete,
  createMemory,
  eventOf,
  findProblems,
  NOW,
  OTHER_KEYS,
  openNote,
  RESIGN_MS,
  sequencerOf,
  type TestMemory,
} from './rig.ts';

const rejectsWith = (promise: Promise<unknown>, code: LogErrorCode) =>
  assert.rejects(promise, (error) => {
    assert.ok(error instanceof LogError, String(error));
    assert.equal(error.code, code);
    return true;
  });

/** Passes until everything is published. */
async function settle(sequencer: Sequencer): Promise<number> {
  for (;;) {
    const { size, published } = await sequencer.pass();
    if (published?.size === size) return size;
  }
}

class Fault extends Error {}

/** Where a pass writes. `persisted`: the write happened, and only the answer was lost. */
type Step = 'lock' | 'memory' | 'publish';
interface Break {
  step: Step;
  persisted: boolean;
  times: number;
}

/** A store and a memory that fail as they are told to. */
function breakable(store: Store, memory: CheckpointMemory) {
  const plan: { current: Break | null } = { current: null };
  function isDue(step: Step): boolean {
    if (plan.current?.step !== step || plan.current.times === 0) return false;
    plan.current.times--;
    return true;
  }
  const broken: Store = {
    ...store,
    async transact(work) {
      let step: Step | null = null;
      const spy = (writers: Writers): Writers => ({
        ...writers,
        log: {
          ...writers.log,
          saveSigned(change) {
            step = 'lock';
            return writers.log.saveSigned(change);
          },
          publish(published) {
            step = 'publish';
            return writers.log.publish(published);
          },
        },
      });
      let fails = false;
      const result = await store.transact(async (writers) => {
        const done = await work(spy(writers));
        if (step !== null) fails = isDue(step);
        if (fails && !plan.current!.persisted) throw new Fault();
        return done;
      });
      if (fails) throw new Fault();
      return result;
    },
  };
  const brokenMemory: CheckpointMemory = {
    read: () => memory.read(),
    async write(note) {
      const fails = isDue('memory');
      if (!fails || plan.current!.persisted) await memory.write(note);
      if (fails) throw new Fault();
    },
  };
  return { store: broken, memory: brokenMemory, plan };
}

for (const engine of ENGINES) {
  describe(`the sequencer (${engine})`, () => {
    let files: TestDatabase;
    let database: Database;
    let store: Store;
    let memory: TestMemory;
    let clock: ManualClock;
    before(async () => {
      files = await createTestDatabase(engine);
      database = await openDatabase(files.location);
      store = createStore(database);
    });
    after(async () => {
      await database[Symbol.asyncDispose]();
      await files[Symbol.asyncDispose]();
    });
    beforeEach(async () => {
      await withoutTriggers(() => sql`truncate log_event, log_tile, log_anchor`.execute(database.kysely));
      await sql`update log_head set size = 0`.execute(database.kysely);
      await sql`update log_state set revision = 0, signed_note = null, published_revision = null, published_size = null,
        published_note = null, published_at = null, lease_owner = null, lease_until = null`.execute(database.kysely);
      memory = createMemory();
      clock = new ManualClock(NOW);
    });

    /** What somebody with all rights to the database can do. */
    async function withoutTriggers(change: () => Promise<unknown>): Promise<void> {
      await sql`alter table log_event disable trigger user`.execute(database.kysely);
      await change();
      await sql`alter table log_event enable trigger user`.execute(database.kysely);
    }

    /** The whole log as it is now, to be put back later: a backup. */
    async function backUp(): Promise<() => Promise<void>> {
      const kysely = database.kysely;
      const events = await kysely.selectFrom('log_event').selectAll().execute();
      const tiles = await kysely.selectFrom('log_tile').selectAll().execute();
      const state = await kysely.selectFrom('log_state').selectAll().executeTakeFirstOrThrow();
      const { size } = await kysely.selectFrom('log_head').selectAll().executeTakeFirstOrThrow();
      return async () => {
        await withoutTriggers(async () => {
          await sql`truncate log_event, log_tile`.execute(kysely);
          if (events.length > 0) await kysely.insertInto('log_event').values(events).execute();
        });
        if (tiles.length > 0) await kysely.insertInto('log_tile').values(tiles).execute();
        const { anchor_due_at: _, ...rest } = state;
        await kysely.updateTable('log_state').set(rest).execute();
        await kysely.updateTable('log_head').set({ size }).execute();
      };
    }

    test('an empty log has a signed checkpoint', async () => {
      const { published } = await sequencerOf(store, { memory, clock }).pass();
      assert.equal(openNote(published!.note).checkpoint.size, 0);
      await assertComplete(store, memory, 0);
    });

    test('events get the next numbers without gaps, whoever appends at the same time', async () => {
      const appends = Array.from({ length: 20 }, (_, i) =>
        store.transact(({ log }) => log.append([eventOf(i), eventOf(i + 100)])),
      );
      const aborted = store.transact(async ({ log }) => {
        await log.append([eventOf(999)]);
        throw new Fault();
      });
      await assert.rejects(aborted, Fault);
      const numbers = (await Promise.all(appends)).flat();
      assert.deepEqual(
        numbers.toSorted((a, b) => a - b),
        Array.from({ length: 40 }, (_, i) => i + 1),
      );
      await settle(sequencerOf(store, { memory, clock }));
      await assertComplete(store, memory, 40);
    });

    test('events cannot be changed or deleted through the database without lifting its protection', async () => {
      await append(store, 1);
      await assert.rejects(sql`update log_event set leaf = ''::bytea`.execute(database.kysely), /append-only/);
      await assert.rejects(sql`delete from log_event`.execute(database.kysely), /append-only/);
    });

    test('whatever the steps in which a log grows, over the edges of tiles, all of it holds', async () => {
      const sequencer = sequencerOf(store, { memory, clock });
      let size = 0;
      for (const step of [1, 254, 1, 1, 255, 256, 513, 3]) {
        size = await append(store, step, size + 1);
        await settle(sequencer);
        await assertComplete(store, memory, size);
      }
      await settle(sequencerOf(store, { memory, clock, nodeId: 'a' }));
      await assertComplete(store, memory, size);
    });

    test('a checkpoint is signed again when it is old, though nothing has happened', async () => {
      const sequencer = sequencerOf(store, { memory, clock });
      await append(store, 3);
      const first = (await sequencer.pass()).published!;
      clock.advance(RESIGN_MS - 1);
      assert.equal((await sequencer.pass()).published!.publishedAt, first.publishedAt);
      clock.advance(1);
      const second = (await sequencer.pass()).published!;
      assert.equal(second.size, first.size);
      assert.equal(second.publishedAt, NOW + RESIGN_MS);
      const [time] = openNote(second.note).cosignatures;
      assert.equal(time!.timestamp, (NOW + RESIGN_MS) / 1000, 'the time is under a signature');
      await assertComplete(store, memory, 3);
    });

    test('one process signs while it does, another takes over when its lease is over', async () => {
      const first = sequencerOf(store, { memory, clock, nodeId: 'a' });
      const second = sequencerOf(store, { memory: createMemory(), clock, nodeId: 'b' });
      await append(store, 3);
      assert.equal((await first.pass()).isLeading, true);
      await append(store, 3, 4);
      const seen = await second.pass();
      assert.deepEqual([seen.isLeading, seen.size, seen.published!.size], [false, 6, 3]);
      clock.advance(10_000);
      assert.equal((await second.pass()).published!.size, 6);
      assert.equal((await first.pass()).published!.size, 6);
      clock.advance(10_000);
      await append(store, 300, 7);
      assert.equal(await settle(first), 306);
      await assertComplete(store, memory, 306);
    });

    test('of two that sign at the same time one is refused, and nothing is lost', async () => {
      const nodes = ['a', 'b'].map((nodeId) => sequencerOf(store, { memory: createMemory(), clock, nodeId }));
      await nodes[0]!.pass();
      for (let round = 0; round < 10; round++) {
        clock.advance(10_000);
        await append(store, 5, 5 * round + 1);
        const results = await Promise.allSettled(nodes.map((node) => node.pass()));
        for (const result of results) {
          if (result.status === 'rejected') assert.equal((result.reason as LogError).code, 'overtaken');
        }
      }
      clock.advance(10_000);
      assert.equal(await settle(nodes[1]!), 50);
      await assertComplete(store, createMemory(), 50);
    });

    for (const step of ['lock', 'memory', 'publish'] as const) {
      for (const persisted of [false, true]) {
        for (const reload of [false, true]) {
          const how = `${persisted ? 'failed but persisted' : 'failed'}${reload ? ', then a restart' : ''}`;
          test(`nothing is lost or signed twice when a write breaks: ${step} ${how}`, async () => {
            const { plan, ...broken } = breakable(store, memory);
            let sequencer = sequencerOf(broken.store, { memory: broken.memory, clock });
            await append(store, 254);
            await settle(sequencer);
            // Over the edge of a tile; then again with the same events, and again with more of them.
            let size = 254;
            for (const [more, times] of [
              [3, 1],
              [0, 1],
              [2, 2],
            ] as const) {
              size = (await append(store, more, size + 1)) || size;
              if (more === 0) clock.advance(RESIGN_MS);
              plan.current = { step, persisted, times };
              for (let i = 0; i < times; i++) {
                // The memory is not written for a checkpoint that says nothing new.
                if (step !== 'memory' || more > 0) await assert.rejects(sequencer.pass(), Fault);
                if (i + 1 < times) size = await append(store, 1, size + 1);
              }
              plan.current = null;
              if (reload) sequencer = sequencerOf(broken.store, { memory: broken.memory, clock });
              assert.equal(await settle(sequencer), size);
              await assertComplete(store, memory, size);
            }
          });
        }
      }
    }

    describe('the ways in which logs have died', () => {
      test('an inconsistent later view is not signed: the tree was changed below the signed part', async () => {
        await append(store, 300);
        await settle(sequencerOf(store, { memory, clock }));
        // Somebody who has the key and the database makes another past, with a checkpoint and tiles that agree.
        await withoutTriggers(() => sql`truncate log_event, log_tile`.execute(database.kysely));
        await sql`update log_head set size = 0`.execute(database.kysely);
        await sql`update log_state set revision = 0, signed_note = null, published_revision = null`.execute(
          database.kysely,
        );
        await append(store, 400, 1000);
        await settle(sequencerOf(store, { memory: createMemory(), clock }));
        await rejectsWith(sequencerOf(store, { memory, clock }).pass(), 'inconsistent');
      });

      test('a lost database is not begun anew: nothing is signed on an empty one', async () => {
        const restore = await backUp();
        await append(store, 10);
        await settle(sequencerOf(store, { memory, clock }));
        await restore();
        await rejectsWith(sequencerOf(store, { memory, clock }).pass(), 'rolled-back');
        assert.equal((await store.log.readState()).signed, null);
      });

      test('a restored older database is not signed on, also not after it has grown past the old one', async () => {
        await append(store, 10);
        const running = sequencerOf(store, { memory, clock });
        await settle(running);
        const restore = await backUp();
        await append(store, 10, 11);
        await settle(running);
        await restore();
        await rejectsWith(running.pass(), 'rolled-back');
        await rejectsWith(sequencerOf(store, { memory, clock }).pass(), 'rolled-back');
        await append(store, 500, 5000);
        await rejectsWith(sequencerOf(store, { memory, clock }).pass(), 'rolled-back');
        // A process without a memory cannot know; the one that has it still refuses.
        await settle(sequencerOf(store, { memory: createMemory(), clock }));
        clock.advance(10_000);
        await rejectsWith(sequencerOf(store, { memory, clock }).pass(), 'inconsistent');
      });

      test('a bit that flips in an event is found, and the event is named', async () => {
        await append(store, 300);
        await settle(sequencerOf(store, { memory, clock }));
        await withoutTriggers(() =>
          sql`update log_event set leaf = set_byte(leaf, 40, get_byte(leaf, 40) # 1) where sequence = 277`.execute(
            database.kysely,
          ),
        );
        const problems = await findProblems(store, memory);
        assert.ok(
          problems.some((problem) => /event 277 is not what its hash/.test(problem)),
          problems.join('\n'),
        );
      });

      test('a bit that flips in a tile is found, and nothing is signed on it', async () => {
        await append(store, 300);
        await settle(sequencerOf(store, { memory, clock }));
        await sql`update log_tile set bytes = set_byte(bytes, 5, get_byte(bytes, 5) # 1)
          where level = 0 and tile_index = 1`.execute(database.kysely);
        await append(store, 1, 301);
        await rejectsWith(sequencerOf(store, { memory, clock }).pass(), 'tree-damaged');
        assert.notDeepEqual(await findProblems(store, memory), []);
      });

      test('a stored tile is never replaced by other bytes', async () => {
        await append(store, 300);
        const running = sequencerOf(store, { memory, clock });
        await settle(running);
        await sql`update log_tile set bytes = set_byte(bytes, 5, get_byte(bytes, 5) # 1)
          where level = 0 and tile_index = 1`.execute(database.kysely);
        await append(store, 1, 301);
        await rejectsWith(running.pass(), 'tree-damaged');
        assert.equal((await store.log.readState()).published!.size, 300);
      });

      test('a full disk leaves the log as it was, and it goes on when there is room', async () => {
        await append(store, 200);
        const full: CheckpointMemory = {
          read: () => memory.read(),
          write: () => Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' })),
        };
        const sequencer = sequencerOf(store, { memory: full, clock });
        await assert.rejects(sequencer.pass(), { code: 'ENOSPC' });
        await append(store, 100, 201);
        await assert.rejects(sequencer.pass(), { code: 'ENOSPC' });
        assert.equal((await store.log.readState()).published, null);
        assert.equal(await settle(sequencerOf(store, { memory, clock })), 300);
        await assertComplete(store, memory, 300);
      });

      test('acknowledged events that are missing stop the log, and are not passed over', async () => {
        await append(store, 10);
        const sequencer = sequencerOf(store, { memory, clock });
        await settle(sequencer);
        await append(store, 10, 11);
        await withoutTriggers(() => sql`delete from log_event where sequence = 15`.execute(database.kysely));
        await rejectsWith(sequencer.pass(), 'events-missing');
        assert.match((await findProblems(store, memory)).join(), /only 9 are stored/);
      });
    });

    test('a log is not signed on with another key or under another name', async () => {
      await append(store, 1);
      await settle(sequencerOf(store, { memory, clock }));
      clock.advance(10_000);
      await rejectsWith(sequencerOf(store, { memory: createMemory(), clock, keys: OTHER_KEYS }).pass(), 'wrong-key');
      // And nobody else's checkpoint passes for what was signed before.
      const foreign = signCheckpoint(OTHER_KEYS, { size: 0, rootHash: new Uint8Array(32) }, NOW);
      const forged = createMemory(new TextEncoder().encode(formatNote(foreign)));
      await rejectsWith(sequencerOf(store, { memory: forged, clock }).pass(), 'wrong-key');
    });
  });
}
