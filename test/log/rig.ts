import assert from 'node:assert/strict';
import { createEd25519Key, verifyEd25519 } from '../../src/config/ed25519.ts';
import { checkLog } from '../../src/core/log/check-log.ts';
import type { LogEvent } from '../../src/core/log/event.ts';
import { createLogKeys, type LogKeys } from '../../src/core/log/keys.ts';
import type { CheckpointMemory } from '../../src/core/log/memory.ts';
import { createSequencer, type Sequencer } from '../../src/core/log/sequencer.ts';
import type { Witnesses } from '../../src/core/log/witnesses.ts';
import type { Store } from '../../src/core/store.ts';
import { openCheckpoint, type SignedCheckpoint } from '../../src/proof/note/checkpoint.ts';
import { ManualClock } from '../support/manual-clock.ts';

export const ORIGIN = 'log.example.org/log';
export const NOW = Date.parse('2026-05-14T14:00:00Z');
export const RESIGN_MS = 60_000;

const seed = (byte: number) => createEd25519Key(new Uint8Array(32).fill(byte));

export const KEYS: LogKeys = createLogKeys(ORIGIN, { log: seed(1), time: seed(2) });
export const OTHER_KEYS: LogKeys = createLogKeys(ORIGIN, { log: seed(3), time: seed(4) });

export function eventOf(n: number, change: Partial<LogEvent> = {}): LogEvent {
  return {
    type: 'certificate.issued',
    registry: 'trackorigin',
    certificateId: `cer_${String(n).padStart(26, '0')}`,
    version: 1,
    isSandbox: false,
    at: NOW + n,
    commitment: new Uint8Array(32).fill(n % 256),
    reason: null,
    ...change,
  };
}

/** Appends so many events in one transaction; the number of the last. */
export async function append(store: Store, count: number, first = 1): Promise<number> {
  const events = Array.from({ length: count }, (_, i) => eventOf(first + i));
  return (await store.transact(({ log }) => log.append(events))).at(-1) ?? 0;
}

/** A memory of the last signed checkpoint that a test can look into. */
export interface TestMemory extends CheckpointMemory {
  note: Uint8Array | null;
}

export function createMemory(note: Uint8Array | null = null): TestMemory {
  const memory: TestMemory = {
    note,
    read: async () => memory.note,
    write: async (written) => void (memory.note = written),
  };
  return memory;
}

export function sequencerOf(
  store: Store,
  parts: {
    memory?: CheckpointMemory;
    clock?: ManualClock;
    keys?: LogKeys;
    witnesses?: Witnesses;
    nodeId?: string;
  } = {},
): Sequencer {
  return createSequencer({
    store,
    keys: parts.keys ?? KEYS,
    verify: verifyEd25519,
    memory: parts.memory ?? createMemory(),
    witnesses: parts.witnesses ?? null,
    clock: parts.clock ?? new ManualClock(NOW),
    resignMs: RESIGN_MS,
    nodeId: parts.nodeId ?? 'a',
  });
}

export function openNote(note: Uint8Array): SignedCheckpoint {
  const trust = { origin: ORIGIN, logKeys: [KEYS.log.key], witnessKeys: [KEYS.time.key] };
  return openCheckpoint(note, trust, verifyEd25519);
}

/** Every problem of the stored log, checked from the ground up. */
export async function findProblems(store: Store, memory: CheckpointMemory): Promise<string[]> {
  const problems: string[] = [];
  const parts = { reader: store.log, logKey: KEYS.log.key, verify: verifyEd25519, memory, onProgress: () => {} };
  for await (const { problem } of checkLog(parts)) problems.push(problem);
  return problems;
}

/** The published checkpoint is over all events, and everything that is stored holds. */
export async function assertComplete(store: Store, memory: CheckpointMemory, size: number): Promise<void> {
  const state = await store.log.readState();
  assert.equal(state.size, size);
  assert.equal(state.published?.size, size);
  assert.equal(openNote(state.published!.note).checkpoint.size, size);
  assert.deepEqual(await findProblems(store, memory), []);
}
