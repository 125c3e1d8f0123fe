import { equalBytes } from '../../base/bytes.ts';
import type { Clock } from '../../base/clock.ts';
import { CodedError } from '../../base/coded-error.ts';
import { parseBlockHeader } from '../../proof/bitcoin/block-header.ts';
import { checkProofOfWork } from '../../proof/bitcoin/proof-of-work.ts';
import { decodeTimestamp, encodeTimestamp } from '../../proof/ots/codec.ts';
import { walkAttestations } from '../../proof/ots/timestamp.ts';
import type { ChainReader, ChainTip } from '../chain.ts';
import type { Store } from '../store.ts';
import type { CalendarClient } from './calendar-client.ts';
import type { CalendarPool } from './calendar-pool.ts';
import { type AnchorPolicy, nextPollMs } from './policy.ts';
import type { AttestedBlock } from './receipt.ts';
import type { ClaimedSubmission, ScheduledSubmission } from './store.ts';
import { recordOutcome } from './submission.ts';

/** Submissions taken at a time; their answers are written in one transaction. */
const CLAIM_LIMIT = 256;
/** Longer than a pass over one claim can take; a worker that dies gives its claim back after this. */
const LEASE_MS = 60_000;
/** Requests under way to calendars at once. */
const MAX_CONCURRENT_LOOKUPS = 32;
/** Attestations this far below the tip are taken as final; the deepest reorganisation ever seen was 53 blocks. */
const REORG_WINDOW_BLOCKS = 144;

/** What one pass did, for logs and metrics. */
export interface UpgradeReport {
  readonly polled: number;
  readonly upgraded: number;
  readonly confirmed: number;
  readonly unconfirmed: number;
  readonly resubmitted: number;
}

/**
 * Brings submissions from `pending` to `confirmed`, and back when Bitcoin changes its mind. Any number of nodes may run
 * it: work is taken by lease, and every step can be repeated.
 */
export class UpgradeWorker {
  readonly #parts: {
    store: Store;
    pool: CalendarPool;
    client: CalendarClient;
    chain: ChainReader;
    policy: AnchorPolicy;
    clock: Clock;
  };
  #lastTip: Uint8Array | null = null;

  constructor(parts: {
    store: Store;
    pool: CalendarPool;
    client: CalendarClient;
    chain: ChainReader;
    policy: AnchorPolicy;
    clock: Clock;
  }) {
    this.#parts = parts;
  }

  /**
   * One pass over everything that is due. Errors: ChainError when Bitcoin cannot be asked, after the calendars have
   * been; nothing is lost, the next pass takes it up.
   */
  async run(signal: AbortSignal): Promise<UpgradeReport> {
    const totals = { polled: 0, upgraded: 0, confirmed: 0, unconfirmed: 0, resubmitted: 0 };
    totals.resubmitted = await this.#drain(signal, () => this.#resubmitOverdue());
    await this.#drain(signal, () => this.#retryFailed());
    const tip = await this.#parts.chain.tip().catch((error: unknown) => ({ error }));
    const view = 'error' in tip ? null : { tip, headers: new Map<number, Promise<AttestedBlockHeader | null>>() };
    if (view !== null) totals.unconfirmed = await this.#undoReorganised(view.tip);
    await this.#drain(signal, () => this.#pollPending(view, totals, signal));
    if ('error' in tip) throw tip.error;
    await this.#drain(signal, () => this.#checkAttested(view!, totals));
    return totals;
  }

  /** Repeats a step until it took less than a full claim; returns how many submissions it handled. */
  async #drain(signal: AbortSignal, step: () => Promise<number>): Promise<number> {
    let total = 0;
    for (let handled = CLAIM_LIMIT; handled === CLAIM_LIMIT && !signal.aborted; total += handled)
      handled = await step();
    return total;
  }

  #claimDue(state: ClaimedSubmission['state']): Promise<readonly ClaimedSubmission[]> {
    const now = this.#parts.clock.now();
    return this.#parts.store.transact(({ anchor }) => anchor.claimDue(state, now, now + LEASE_MS, CLAIM_LIMIT));
  }

  /** Writes what was learnt about a claim, and the status of the rounds it touches, in one transaction. */
  async #record(claims: readonly ClaimedSubmission[], learnt: readonly ScheduledSubmission[]): Promise<void> {
    if (learnt.length === 0) return;
    const rounds = learnt.filter(({ state }, i) => state !== claims[i]!.state).map(({ roundId }) => roundId);
    await this.#parts.store.transact(async ({ anchor }) => {
      await anchor.updateClaimed(learnt, claims[0]!.dueAt!);
      await anchor.refreshRounds([...new Set(rounds)], this.#parts.clock.now());
    });
  }

  async #pollPending(view: ChainView | null, totals: Totals, signal: AbortSignal): Promise<number> {
    const claims = await this.#claimDue('pending');
    const learnt = await mapConcurrently(claims, MAX_CONCURRENT_LOOKUPS, async (claim) => {
      const polled = await this.#poll(claim, signal);
      return polled.state === 'attested' && view !== null ? this.#check(polled, view) : polled;
    });
    await this.#record(claims, learnt);
    totals.polled += claims.length;
    totals.upgraded += learnt.filter(({ state }) => state !== 'pending').length;
    totals.confirmed += learnt.filter(({ state }) => state === 'confirmed').length;
    return claims.length;
  }

  async #poll(claim: ClaimedSubmission, signal: AbortSignal): Promise<ScheduledSubmission> {
    const { pool, client } = this.#parts;
    // The list may have changed since the proof came in: what is not in it now is not asked.
    if (!pool.isAllowed(claim.lookupUri!)) return this.#postpone(claim, 'its calendar is no longer configured');
    try {
      const answer = await client.lookup(claim.lookupUri!, claim.commitment!, signal);
      if (!answer.found) return this.#postpone(claim, answer.reason);
      const upgrade = decodeTimestamp(answer.proof, claim.commitment!);
      if (![...walkAttestations(upgrade)].some(({ attestation }) => attestation.type === 'bitcoin')) {
        return this.#postpone(claim, 'the calendar answered without a Bitcoin attestation');
      }
      const dueAt = this.#parts.clock.now();
      return { ...claim, state: 'attested', error: null, upgrade: encodeTimestamp(upgrade), polls: 0, dueAt };
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      return this.#postpone(claim, error.message);
    }
  }

  /** Still, or again, waiting for its calendar. */
  #postpone(claim: ScheduledSubmission, error: string): ScheduledSubmission {
    const { clock, policy } = this.#parts;
    const dueAt = clock.now() + nextPollMs(policy, claim.polls);
    return { ...claim, state: 'pending', error, upgrade: null, polls: claim.polls + 1, dueAt };
  }

  async #retryFailed(): Promise<number> {
    const { store, policy, clock } = this.#parts;
    const claims = await this.#claimDue('failed');
    for (const claim of claims) {
      const accepted = await this.#submitAgain(claim, claim.calendar, claim.attempt);
      if (accepted) continue;
      const polls = claim.polls + 1;
      const isGivenUp = polls * policy.maxPollMs > policy.retryFailedMs;
      const dueAt = isGivenUp ? null : clock.now() + nextPollMs(policy, polls);
      await store.transact(({ anchor }) => anchor.updateClaimed([{ ...claim, polls, dueAt }], claim.dueAt!));
    }
    return claims.length;
  }

  /** Accepted and never confirmed: the root goes to that calendar once more, and to every calendar that lacks it. */
  async #resubmitOverdue(): Promise<number> {
    const { store, pool, clock } = this.#parts;
    const now = clock.now();
    const claims = await store.transact(({ anchor }) => anchor.claimResubmissions(now, now + LEASE_MS, CLAIM_LIMIT));
    for (const claim of claims) {
      const held = await store.anchor.listSubmissions(claim.roundId);
      const isPinned = held.some(({ state }) => state === 'confirmed');
      for (const { name } of isPinned ? [] : pool.targets) {
        const attempts = held.filter(({ calendar, state }) => calendar === name && state !== 'failed');
        const isLatest = attempts.every(({ attempt }) => attempt <= claim.attempt);
        if (attempts.length > 0 && !(name === claim.calendar && isLatest)) continue;
        await this.#submitAgain(claim, name, attempts.length === 0 ? 1 : claim.attempt + 1);
      }
      await store.transact(({ anchor }) => anchor.clearResubmission(claim));
    }
    return claims.length;
  }

  async #submitAgain(claim: ClaimedSubmission, name: string, attempt: number): Promise<boolean> {
    const { store, pool, policy, clock } = this.#parts;
    const calendar = pool.targets.find((target) => target.name === name);
    if (calendar === undefined) return false;
    const outcome = await pool.submit(calendar, claim.root);
    if ('error' in outcome) return false;
    const record = recordOutcome(outcome, { roundId: claim.roundId, attempt, now: clock.now(), policy });
    await store.transact(({ anchor }) => anchor.saveSubmission(record));
    return true;
  }

  async #undoReorganised(tip: ChainTip): Promise<number> {
    const { store, chain, clock } = this.#parts;
    if (this.#lastTip !== null && equalBytes(this.#lastTip, tip.hash)) return 0;
    let undone = 0;
    for (const block of await store.anchor.listConfirmedBlocks(Math.max(0, tip.height - REORG_WINDOW_BLOCKS))) {
      const hash = await chain.blockHash(block.height);
      // A source that is behind knows nothing of this height; that is no sign of another chain.
      if (hash === null || equalBytes(hash, block.hash)) continue;
      const now = clock.now();
      await store.transact(async ({ anchor }) => {
        const rounds = await anchor.unconfirmBlock(block, now);
        await anchor.refreshRounds(rounds, now);
      });
      undone++;
    }
    this.#lastTip = tip.hash;
    return undone;
  }

  async #checkAttested(view: ChainView, totals: Totals): Promise<number> {
    const claims = await this.#claimDue('attested');
    const learnt = await mapConcurrently(claims, MAX_CONCURRENT_LOOKUPS, (claim) => this.#check(claim, view));
    await this.#record(claims, learnt);
    totals.confirmed += learnt.filter(({ state }) => state === 'confirmed').length;
    return claims.length;
  }

  /** Holds an attested submission against the chain: confirmed, waiting for blocks, or refuted. */
  async #check(claim: ScheduledSubmission, { tip, headers }: ChainView): Promise<ScheduledSubmission> {
    const { clock, policy } = this.#parts;
    let refuted: number | null = null;
    for (const { message, attestation } of walkAttestations(decodeTimestamp(claim.upgrade!, claim.commitment!))) {
      if (attestation.type !== 'bitcoin') continue;
      const { height } = attestation;
      if (tip.height - height + 1 < policy.confirmations) continue;
      if (!headers.has(height)) headers.set(height, this.#readHeader(height));
      const found = await headers.get(height)!;
      if (found === null) continue;
      if (equalBytes(found.merkleRoot, message)) {
        return { ...claim, state: 'confirmed', error: null, block: found.block, dueAt: null, resubmitAt: null };
      }
      refuted = height;
    }
    return refuted === null
      ? { ...claim, dueAt: clock.now() + policy.recheckMs }
      : this.#postpone(claim, `the proof does not lead to the Merkle root of block ${refuted}`);
  }

  async #readHeader(height: number): Promise<AttestedBlockHeader | null> {
    const { chain } = this.#parts;
    const hash = await chain.blockHash(height);
    const bytes = hash === null ? null : await chain.blockHeader(hash);
    if (hash === null || bytes === null) return null;
    const header = parseBlockHeader(bytes);
    checkProofOfWork(header, height, chain.network);
    return { block: { height, hash, time: header.time }, merkleRoot: header.merkleRoot };
  }
}

/** Bitcoin as it is during one pass; a header is asked for once, however many submissions name its height. */
interface ChainView {
  readonly tip: ChainTip;
  readonly headers: Map<number, Promise<AttestedBlockHeader | null>>;
}

type Totals = { -readonly [Step in keyof UpgradeReport]: UpgradeReport[Step] };

interface AttestedBlockHeader {
  readonly block: AttestedBlock;
  readonly merkleRoot: Uint8Array;
}

async function mapConcurrently<T, R>(items: readonly T[], limit: number, map: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = new Array(items.length);
  let next = 0;
  const worker = async () => {
    for (let i = next++; i < items.length; i = next++) results[i] = await map(items[i]!);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}
