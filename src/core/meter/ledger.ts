/** Credits that are spent together: those of one pack, or what an account has bought of trackorigin's. */
export type PurseId = `pack:${string}` | `trackorigin:${string}`;

/** What moves credits. Amounts are positive integers; `reference` names the cause, and moves a purse only once. */
export interface CreditMove {
  readonly purse: PurseId;
  readonly amount: number;
  /** For people and for sums: `pack_purchase`, `anchor`, `api_paid_calls`. */
  readonly reason: string;
  readonly reference: string;
  /** Epoch ms. */
  readonly now: number;
}

/** One line of the ledger, never changed. */
export interface CreditEntry {
  readonly purse: PurseId;
  /** 1 for a purse's first line, without gaps. */
  readonly sequence: number;
  /** Positive when credits came in. */
  readonly delta: number;
  /** After this line. */
  readonly balance: number;
  readonly reason: string;
  readonly reference: string;
  readonly createdAt: number;
}

/** Where a list goes on: below this line. */
export type EntryPosition = Pick<CreditEntry, 'createdAt' | 'purse' | 'sequence'>;

export interface LedgerReader {
  /** 0 for a purse that never held any. */
  balance(purse: PurseId): Promise<number>;
  /** Newest first, from below `beforeSequence`. */
  listEntries(purse: PurseId, beforeSequence: number | null, limit: number): Promise<readonly CreditEntry[]>;
  /** The purses that an account owns, in the order of their ids. */
  listPurses(accountId: string, limit: number): Promise<readonly { readonly id: PurseId; readonly balance: number }[]>;
  /** Lines of all purses that an account owns, newest first. */
  listAccountEntries(accountId: string, before: EntryPosition | null, limit: number): Promise<readonly CreditEntry[]>;
}

/** Inside a transaction. A purse that was moved stays locked until it ends, so no credit is spent twice. */
export interface LedgerWriter {
  /** Creates the purse when it is new. Resolves with the balance; a reference that was there already changes nothing. */
  credit(move: CreditMove & { readonly accountId: string | null }): Promise<number>;
  /** Takes `amount`, or as much as there is; resolves with what was taken (0 writes no line) and the balance. */
  spendUpTo(move: CreditMove): Promise<{ readonly taken: number; readonly balance: number }>;
}
