import type { Clock } from '../../base/clock.ts';
import { repeat } from '../../base/loop.ts';
import { GroupCommit } from '../batch/group-commit.ts';
import type { Store } from '../store.ts';
import { endOfMonth, type Month, monthOf } from './month.ts';
import type { CallPolicy } from './policy.ts';
import { settleCounts } from './settle.ts';
import { callsLeft, paidCalls, type UsageCount, type UsageState } from './usage.ts';
import type { AbandonedJournal, UsageJournal, UsageJournals } from './usage-journal.ts';

export type Taken = 'allowed' | 'insufficient';

/** What an account has used this month, and what it may still use. All but the month are calls, or credits. */
export interface UsageReport {
  readonly month: Month;
  readonly freeQuota: number;
  readonly freeUsed: number;
  readonly freeRemaining: number;
  readonly paidCalls: number;
  /** Of the block of calls that the last credit paid for, those made. */
  readonly paidPending: number;
  readonly callsPerCredit: number;
  readonly credits: number;
  readonly callsRemaining: number;
}

/** Counts calls and has them paid. */
export interface Meter extends AsyncDisposable {
  /** Counts a call, unless neither free calls nor credits are left. An allowed call is not forgotten. */
  take(accountId: string): Promise<Taken>;
  /** Calls of this node are in it up to this moment, those of others up to about a second ago. */
  usage(accountId: string): Promise<UsageReport>;
}

export interface MeterParts {
  readonly store: Pick<Store, 'usage' | 'transact'>;
  readonly journals: UsageJournals;
  readonly policy: CallPolicy;
  readonly clock: Clock;
  /** Told when counts could not be reported; they are kept, and reported later. */
  readonly onError: (error: unknown) => void;
}

/** How many calls a node may count without asking, at most: what an account can gain when a node is lost for good. */
const GRANT_MAX_CALLS = 500;
/** Of what is left, a node gets this part at once: the nearer the end, the less lies with a node that is idle. */
const GRANT_SHARE = 4;
const SETTLE_INTERVAL_MS = 1000;
/** A grant that is used is renewed at each settling; this bears two that fail. */
const GRANT_MS = 3000;
/** So long other nodes leave a grant alone. The difference to GRANT_MS is what clocks may be apart. */
const GRANT_RESERVED_MS = 10_000;
/** Grants that others do not use are back after two settlings. */
const OTHERS_WAIT_MS = 2 * SETTLE_INTERVAL_MS + 1000;
const OTHERS_RETRY_MS = 100;
/** Accounts in one transaction. */
const SETTLE_MAX_ACCOUNTS = 256;
/** Calls that wait because the journal cannot be written. */
const RESCUE_MAX_WAITING = 10_000;

/** What this node holds of an account's calls in a month. */
interface Grant extends UsageCount {
  calls: number;
  /** As far as the database knows. */
  settled: number;
  /** `calls` may go up to here, until then (epoch ms). */
  limit: number;
  until: number;
  releasing: Promise<void> | null;
}

interface Reserving {
  readonly outcome: Promise<Taken>;
  waiting: number;
}

/** Reports what killed processes have left behind, then starts. Errors: what the store and the journals throw. */
export async function openMeter(parts: MeterParts): Promise<Meter> {
  for (const abandoned of await parts.journals.listAbandoned()) await settleAbandoned(parts, abandoned);
  return new GrantingMeter(parts, await parts.journals.open());
}

async function settleAbandoned({ store, policy, clock }: MeterParts, journal: AbandonedJournal): Promise<void> {
  const { nodeId } = journal;
  for (const counts of Map.groupBy(journal.counts, ({ month }) => month).values()) {
    for (const part of chunk(counts, SETTLE_MAX_ACCOUNTS)) {
      const now = clock.now();
      await store.transact(async (writers) => {
        // A journal out of a backup, say: it was settled long ago.
        if (await writers.usage.hasEnded(nodeId)) return;
        const states = await settleCounts(writers, part, { nodeId, policy, now });
        await writers.usage.save(nodeId, states.map(releaseGrant), now);
      });
    }
  }
  await store.transact(({ usage }) => usage.endNode(nodeId, clock.now()));
  await journal.remove();
}

class GrantingMeter implements Meter {
  readonly #parts: MeterParts;
  readonly #journal: UsageJournal;
  readonly #grants = new Map<string, Grant>();
  readonly #reserving = new Map<string, Reserving>();
  readonly #rescues: GroupCommit<Grant, undefined>;
  readonly #stop = new AbortController();
  readonly #loop: Promise<void>;

  constructor(parts: MeterParts, journal: UsageJournal) {
    this.#parts = parts;
    this.#journal = journal;
    this.#rescues = new GroupCommit(
      async (grants) => {
        // One by one: an account may be in here with two months.
        for (const grant of new Set(grants)) await this.#settle([grant]);
        return grants.map(() => undefined);
      },
      { maxGroup: SETTLE_MAX_ACCOUNTS, maxInFlight: 1, maxWaiting: RESCUE_MAX_WAITING },
    );
    this.#loop = repeat(() => this.#settleAll(), {
      intervalMs: SETTLE_INTERVAL_MS,
      clock: parts.clock,
      signal: this.#stop.signal,
      onError: parts.onError,
    });
  }

  take(accountId: string): Promise<Taken> {
    const grant = this.#findUsable(accountId);
    return grant === null ? this.#takeFromNewGrant(accountId) : this.#count(grant);
  }

  #findUsable(accountId: string): Grant | null {
    const grant = this.#grants.get(accountId);
    if (grant === undefined || grant.calls >= grant.limit || this.#parts.clock.now() >= grant.until) return null;
    return grant;
  }

  #count(grant: Grant): Promise<Taken> {
    grant.calls++;
    return this.#journal.record(grant).then(
      () => 'allowed' as const,
      () => this.#rescue(grant),
    );
  }

  /** For when the journal cannot be written (a full disk, say): the database keeps the call before it is answered. */
  async #rescue(grant: Grant): Promise<Taken> {
    await this.#rescues.add([grant]);
    return 'allowed';
  }

  async #takeFromNewGrant(accountId: string): Promise<Taken> {
    // Only what was asked after this call came can refuse it: credits may have been bought just before.
    let isAskedSince = false;
    for (;;) {
      const grant = this.#findUsable(accountId);
      if (grant !== null) return this.#count(grant);
      let reserving = this.#reserving.get(accountId);
      if (reserving === undefined) {
        reserving = this.#startReserving(accountId);
        isAskedSince = true;
      }
      reserving.waiting++;
      const outcome = await reserving.outcome;
      if (outcome === 'insufficient' && isAskedSince) return outcome;
      isAskedSince = true;
    }
  }

  #startReserving(accountId: string): Reserving {
    const wanted = () => reserving.waiting;
    const outcome = this.#reserve(accountId, wanted).finally(() => this.#reserving.delete(accountId));
    const reserving: Reserving = { outcome, waiting: 0 };
    this.#reserving.set(accountId, reserving);
    return reserving;
  }

  async #reserve(accountId: string, wanted: () => number): Promise<Taken> {
    const { clock } = this.#parts;
    await this.#grants.get(accountId)?.releasing;
    const held = this.#grants.get(accountId);
    // What is in here stays what it is while the database is asked, also when the clock is set back.
    if (held !== undefined) held.limit = held.calls;
    const giveUpAt = clock.now() + OTHERS_WAIT_MS;
    for (;;) {
      const now = clock.now();
      const { state, reserved } = await this.#askForGrant({ accountId, month: monthOf(now), held, now, wanted });
      if (state.granted > state.counted) {
        this.#grants.set(accountId, {
          accountId,
          month: state.month,
          calls: state.counted,
          settled: state.counted,
          limit: state.granted,
          until: Math.min(now + GRANT_MS, endOfMonth(state.month)),
          releasing: null,
        });
        return 'allowed';
      }
      this.#grants.delete(accountId);
      if (reserved === 0 || now >= giveUpAt) return 'insufficient';
      await clock.sleep(OTHERS_RETRY_MS);
    }
  }

  /** Reports what was counted, and takes what there is for more. */
  #askForGrant(request: {
    accountId: string;
    month: Month;
    held: Grant | undefined;
    now: number;
    wanted: () => number;
  }): Promise<{ state: UsageState; reserved: number }> {
    const { accountId, month, held, now } = request;
    const { policy, store } = this.#parts;
    const { nodeId } = this.#journal;
    const context = { nodeId, policy, now };
    return store.transact(async (writers) => {
      const { usage } = writers;
      if (held !== undefined && held.month !== month) {
        await usage.save(nodeId, (await settleCounts(writers, [{ ...held }], context)).map(releaseGrant), now);
      }
      const calls = held?.month === month ? held.calls : 0;
      const [settled] = await settleCounts(writers, [{ accountId, month, calls }], context);
      const { credits, reserved } = await usage.findRoom(accountId, nodeId, now);
      const left = callsLeft({ ...settled!, credits }, policy) - reserved;
      const wanted = Math.max(request.wanted(), Math.floor(left / GRANT_SHARE));
      const granted = Math.max(0, Math.min(left, wanted, GRANT_MAX_CALLS, policy.callsPerCredit));
      const state = { ...settled!, granted: settled!.counted + granted, grantedUntil: now + GRANT_RESERVED_MS };
      await usage.save(nodeId, [state], now);
      return { state, reserved };
    });
  }

  async #settleAll(): Promise<void> {
    const { onError } = this.#parts;
    const grants = [...this.#grants.values()].filter(({ accountId }) => !this.#reserving.has(accountId));
    for (const part of chunk(grants, SETTLE_MAX_ACCOUNTS)) await this.#settle(part).catch(onError);
    if (this.#journal.isLong()) {
      this.#journal.compact([...this.#grants.values()].filter(({ calls, settled }) => calls > settled));
    }
  }

  /** Reports what was counted. Grants that were not used since the last time go back; the others are renewed. */
  async #settle(grants: readonly Grant[]): Promise<void> {
    const { clock } = this.#parts;
    const now = clock.now();
    const idle = new Set(grants.filter((grant) => this.#isIdle(grant, now)));
    const counts = grants.map(({ accountId, month, calls }) => ({ accountId, month, calls }));
    for (const grant of idle) grant.limit = grant.calls;
    const settling = this.#writeSettlement(grants, counts, idle, now);
    const released = settling.catch(() => {});
    for (const grant of idle) grant.releasing = released;
    try {
      await settling;
    } finally {
      for (const grant of idle) grant.releasing = null;
    }
    for (const [i, grant] of grants.entries()) {
      grant.settled = Math.max(grant.settled, counts[i]!.calls);
      if (!idle.has(grant)) grant.until = Math.max(grant.until, Math.min(now + GRANT_MS, endOfMonth(grant.month)));
      else if (this.#grants.get(grant.accountId) === grant) this.#grants.delete(grant.accountId);
    }
  }

  #isIdle(grant: Grant, now: number): boolean {
    const { accountId, calls, settled, until, releasing } = grant;
    // One that was replaced meanwhile: what the database holds for this node belongs to the new one.
    if (this.#grants.get(accountId) !== grant) return false;
    if (releasing !== null || this.#reserving.has(accountId)) return false;
    return calls === settled || now >= until || this.#stop.signal.aborted;
  }

  async #writeSettlement(
    grants: readonly Grant[],
    counts: readonly UsageCount[],
    idle: ReadonlySet<Grant>,
    now: number,
  ): Promise<void> {
    const { store, policy } = this.#parts;
    const { nodeId } = this.#journal;
    await store.transact(async (writers) => {
      const states = await settleCounts(writers, counts, { nodeId, policy, now });
      const kept = states.map((state, i) =>
        idle.has(grants[i]!) ? releaseGrant(state) : { ...state, grantedUntil: now + GRANT_RESERVED_MS },
      );
      await writers.usage.save(nodeId, kept, now);
    });
  }

  async usage(accountId: string): Promise<UsageReport> {
    const { store, policy, clock } = this.#parts;
    const grant = this.#grants.get(accountId);
    if (grant !== undefined && grant.calls > grant.settled) await this.#settle([grant]);
    const month = monthOf(clock.now());
    const usage = await store.usage.find(accountId, month);
    const { freeCallsPerMonth: freeQuota, callsPerCredit } = policy;
    const freeUsed = Math.min(usage.calls, freeQuota);
    return {
      month,
      freeQuota,
      freeUsed,
      freeRemaining: freeQuota - freeUsed,
      paidCalls: paidCalls(usage.calls, policy),
      paidPending: (callsPerCredit - (usage.paidAhead % callsPerCredit)) % callsPerCredit,
      callsPerCredit,
      credits: usage.credits,
      callsRemaining: callsLeft(usage, policy),
    };
  }

  /** Reports everything. What cannot be reported stays in the journal for the next start. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { store, clock, onError } = this.#parts;
    this.#stop.abort();
    await this.#loop;
    await Promise.allSettled([...this.#reserving.values()].map(({ outcome }) => outcome));
    try {
      for (const part of chunk([...this.#grants.values()], SETTLE_MAX_ACCOUNTS)) await this.#settle(part);
      await store.transact(({ usage }) => usage.endNode(this.#journal.nodeId, clock.now()));
      await this.#journal.remove();
    } catch (error) {
      onError(error);
      await this.#journal.close();
    }
  }
}

function releaseGrant(state: UsageState): UsageState {
  return { ...state, granted: state.counted };
}

function chunk<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}
