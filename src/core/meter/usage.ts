import type { PurseId } from './ledger.ts';
import type { Month } from './month.ts';
import type { CallPolicy } from './policy.ts';

/** How many calls of an account one run of a node has counted in a month. It only ever grows. */
export interface UsageCount {
  readonly accountId: string;
  readonly month: Month;
  readonly calls: number;
}

/** An account's calls as far as nodes have reported them. */
export interface AccountUsage {
  /** Of the month in question, by all nodes. */
  readonly calls: number;
  /** Calls that are paid and were not made yet; negative when calls were made that no credit was left for. */
  readonly paidAhead: number;
  /** In the account's purse. */
  readonly credits: number;
}

/** What grants to a node depend on, besides its state. */
export interface UsageRoom {
  /** In the account's purse. */
  readonly credits: number;
  /** Calls that other nodes hold grants for; made or not, they are not reported yet. */
  readonly reserved: number;
}

/** One node's view of an account while the account is locked. */
export interface UsageState {
  readonly accountId: string;
  readonly month: Month;
  /** Of the month, by all nodes. */
  readonly calls: number;
  readonly paidAhead: number;
  /** Since ever. */
  readonly creditsDebited: number;
  /** Of `calls`, those of this node. */
  readonly counted: number;
  /** Up to this count the node may go; never below `counted`. */
  readonly granted: number;
  /** Until then other nodes leave the grant alone. Epoch ms. */
  readonly grantedUntil: number;
}

export interface UsageReader {
  /** All from one moment. */
  find(accountId: string, month: Month): Promise<AccountUsage>;
  /** Since that day, in order; days without a call are left out. */
  listDays(accountId: string, sinceDay: string): Promise<readonly UsageDay[]>;
}

/** Calls of an account by the day, UTC, on which they were reported: those of the last second before midnight may be the next day's. */
export interface UsageDay {
  /** `YYYY-MM-DD` */
  readonly day: string;
  readonly calls: number;
}

export interface UsageWriter {
  /** Locks the accounts, each named once, until the transaction ends. In the order of `counts`. */
  lock(nodeId: string, counts: readonly UsageCount[]): Promise<readonly UsageState[]>;
  /** Writes states of accounts that are locked. `now` is epoch ms: whose day the calls are that are new. */
  save(nodeId: string, states: readonly UsageState[], now: number): Promise<void>;
  /** Of an account that is locked. */
  findRoom(accountId: string, exceptNode: string, now: number): Promise<UsageRoom>;
  /** Ends a run of a node that has reported all its counts: none will be taken again. */
  endNode(nodeId: string, now: number): Promise<void>;
  hasEnded(nodeId: string): Promise<boolean>;
}

/** The credits that an account has bought for calls. */
export function callPurse(accountId: string): PurseId {
  return `trackorigin:${accountId}`;
}

/** Of `calls` in one month, those beyond the free ones. */
export function paidCalls(calls: number, { freeCallsPerMonth }: CallPolicy): number {
  return Math.max(0, calls - freeCallsPerMonth);
}

/** How many more calls the account may make this month. */
export function callsLeft({ calls, paidAhead, credits }: AccountUsage, policy: CallPolicy): number {
  const free = Math.max(0, policy.freeCallsPerMonth - calls);
  return free + Math.max(0, paidAhead + credits * policy.callsPerCredit);
}
