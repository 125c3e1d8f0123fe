import { equalBytes } from '../../base/bytes.ts';
import type { Clock } from '../../base/clock.ts';
import { encodeEntryBundle } from '../../proof/merkle/entry-bundle.ts';
import { proveInclusion } from '../../proof/merkle/prove.ts';
import { HASH_BYTES, hashLeaf } from '../../proof/merkle/rfc6962.ts';
import { TILE_WIDTH, tileOfTree } from '../../proof/merkle/tile.ts';
import { parseCheckpoint } from '../../proof/note/checkpoint.ts';
import { parseNote } from '../../proof/note/note.ts';
import { formatTlogProof } from '../../proof/note/tlog-proof.ts';
import { formatVerifierKey, type VerifierKey } from '../../proof/note/verifier-key.ts';
import type { Store } from '../store.ts';
import { LogError } from './error.ts';
import { type PublicLog, PublicLogError, type PublishedCheckpoint } from './public-log.ts';
import type { LogProgress, Sequencer } from './sequencer.ts';
import type { PublishedNote } from './store.ts';
import { createTileReader } from './tiles.ts';

/** Long enough for another process to take over; a client has waited as long as it will by then. */
const PUBLICATION_TIMEOUT_MS = 10_000;
/** How often it is looked for waiters whose time is over. */
const SWEEP_MS = 500;
/** After a pass that failed. Doubles with every failure. */
const FIRST_RETRY_MS = 50;
const MAX_RETRY_MS = 5_000;

export interface LogPace {
  /** Pause between passes under load: what is committed in it shares the next checkpoint. */
  readonly gatherMs: number;
  /** How often the database is looked at for what other processes have done. */
  readonly pollMs: number;
  /** The same, in a process that does not sign at the time, while nobody waits. */
  readonly idlePollMs: number;
}

/** The public log of a process: what is asked of it, and the loop that signs or follows. */
export interface LogService extends PublicLog {
  /** Signs, or follows who signs, until `signal` aborts. */
  run(signal: AbortSignal): Promise<void>;
  /** What the newest pass has seen; null before the first. */
  progress(): LogProgress | null;
}

interface Waiter {
  readonly sequence: number;
  readonly until: number;
  readonly resolve: (checkpoint: PublishedCheckpoint) => void;
  readonly reject: (error: unknown) => void;
}

export function createLogService(parts: {
  readonly store: Store;
  readonly logKey: VerifierKey;
  readonly timeKey: VerifierKey;
  /** Null in a process that leaves signing to others. */
  readonly sequencer: Sequencer | null;
  readonly pace: LogPace;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}): LogService {
  const { store, sequencer, pace, clock } = parts;
  const readTiles = createTileReader(store.log);
  let waiters: Waiter[] = [];
  let progress: LogProgress | null = null;
  /** The newest one that this process knows of. */
  let newest: PublishedCheckpoint | null = null;
  let isSweeping = false;
  let isRunning = false;
  let nudges = 0;
  let wake: AbortController | null = null;

  function learn(published: PublishedNote | null): PublishedCheckpoint | null {
    if (published === null) return newest;
    const { size, note, publishedAt } = published;
    const isKnown = newest !== null && newest.size === size && newest.publishedAt === publishedAt;
    if (!isKnown) newest = { size, note, publishedAt, rootHash: parseCheckpoint(parseNote(note).text).rootHash };
    const checkpoint = newest!;
    const covered = waiters.filter(({ sequence }) => sequence <= checkpoint.size);
    if (covered.length > 0) waiters = waiters.filter(({ sequence }) => sequence > checkpoint.size);
    for (const { resolve } of covered) resolve(checkpoint);
    return checkpoint;
  }

  async function readHead(): Promise<PublishedCheckpoint> {
    const { published } = await store.log.readState();
    const head = learn(published);
    if (head === null) throw new PublicLogError('not-published', 'no checkpoint was published yet');
    return head;
  }

  const head = async () => (isRunning && newest !== null ? newest : readHead());

  /** The newest checkpoint of at least this size, as far as anybody has published one. */
  async function headCovering(size: number): Promise<PublishedCheckpoint> {
    const known = await head();
    return known.size >= size ? known : readHead();
  }

  function nudge(): void {
    nudges++;
    // With a reason of its own, since the one by default takes the trace of the stack.
    wake?.abort('woken');
  }

  /** The deadlines of waiters do not depend on passes, which may hang as long as the database does. */
  async function sweep(): Promise<void> {
    isSweeping = true;
    while (waiters.length > 0) {
      await clock.sleep(SWEEP_MS);
      const now = clock.now();
      const late = waiters.filter(({ until }) => until <= now);
      waiters = waiters.filter(({ until }) => until > now);
      for (const { sequence, reject } of late) reject(notPublished(sequence));
    }
    isSweeping = false;
  }

  async function pass(): Promise<LogProgress> {
    if (sequencer !== null) return sequencer.pass();
    const { size, published } = await store.log.readState();
    return { size, published, isLeading: false };
  }

  async function readLeaf(sequence: number): Promise<Uint8Array> {
    const [leaf] = sequence < 1 ? [] : await store.log.listLeaves(sequence - 1, sequence);
    if (leaf === undefined) throw new PublicLogError('unknown-event', `there is no event ${sequence}`);
    return leaf;
  }

  async function proveUnder(
    sequence: number,
    { size, note }: Pick<PublishedCheckpoint, 'size' | 'note'>,
  ): Promise<string> {
    const index = sequence - 1;
    const hashes = await proveInclusion(index, size, readTiles);
    return formatTlogProof({ index, hashes, checkpoint: parseNote(note), extra: null });
  }

  return {
    origin: parts.logKey.name,
    verifierKey: formatVerifierKey(parts.logKey),
    timeVerifierKey: formatVerifierKey(parts.timeKey),

    awaitPublished(sequence) {
      if (newest !== null && newest.size >= sequence) return Promise.resolve(newest);
      return new Promise((resolve, reject) => {
        waiters.push({ sequence, until: clock.now() + PUBLICATION_TIMEOUT_MS, resolve, reject });
        if (!isSweeping) void sweep();
        nudge();
      });
    },

    head,
    readLeaf,

    async prove(sequence) {
      const checkpoint = await headCovering(sequence);
      if (sequence < 1 || sequence > checkpoint.size) {
        await readLeaf(sequence);
        throw notPublished(sequence);
      }
      return proveUnder(sequence, checkpoint);
    },
    proveUnder,

    async readTile({ level, index, width }) {
      const { size } = await headCovering((index * TILE_WIDTH + width) * TILE_WIDTH ** level);
      const tile = tileOfTree(level, index, size);
      if (tile === null || tile.width < width) return null;
      const [bytes] = await readTiles([{ level, index, width }]);
      return bytes!.subarray(0, width * HASH_BYTES);
    },

    async readEntries({ index, width }) {
      const first = index * TILE_WIDTH;
      const { size } = await headCovering(first + width);
      if (size < first + width) return null;
      const [leaves, [tile]] = await Promise.all([
        store.log.listLeaves(first, first + width),
        readTiles([{ level: 0, index, width }]),
      ]);
      // What was signed is served, or nothing: an entry that has changed in the store must not spread.
      const isSigned = (leaf: Uint8Array, i: number) =>
        equalBytes(hashLeaf(leaf), tile!.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES));
      if (leaves.length !== width || !leaves.every(isSigned)) {
        throw new LogError('tree-damaged', `the entries of bundle ${index} are not those that were signed`);
      }
      return encodeEntryBundle(leaves);
    },

    findAnchored: (sequence) => store.log.findAnchored(sequence),
    listAnchored: (limit) => store.log.listAnchored(limit),
    progress: () => progress,

    async run(signal) {
      let failures = 0;
      const stop = () => wake?.abort();
      signal.addEventListener('abort', stop);
      while (!signal.aborted) {
        const seen = nudges;
        let pauseMs: number;
        let isWakeable = false;
        try {
          const { size, published, isLeading } = (progress = await pass());
          isRunning = true;
          failures = 0;
          learn(published);
          const isBusy = isLeading && (nudges !== seen || size > (published?.size ?? 0));
          const isWatched = isLeading || waiters.length > 0;
          pauseMs = isBusy ? pace.gatherMs : isWatched ? pace.pollMs : pace.idlePollMs;
          // Who follows gains nothing by asking more often than it does when somebody waits.
          isWakeable = !isBusy && (isLeading || !isWatched);
        } catch (error) {
          isRunning = false;
          parts.onError(error);
          pauseMs = Math.min(FIRST_RETRY_MS * 2 ** failures++, MAX_RETRY_MS);
        }
        wake = isWakeable ? new AbortController() : null;
        if (!signal.aborted) await clock.sleep(pauseMs, wake?.signal ?? signal);
        wake = null;
      }
      signal.removeEventListener('abort', stop);
      isRunning = false;
      await sequencer?.release().catch(parts.onError);
    },
  };
}

function notPublished(sequence: number): PublicLogError {
  return new PublicLogError('not-published', `no checkpoint has covered event ${sequence} yet`);
}
