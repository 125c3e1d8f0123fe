import type { RoundStatus } from './receipt.ts';
import type { StoredReceipt } from './store.ts';

/** Everything of a receipt that can change after it was made, short enough to be asked for again and again. */
export interface ReceiptState {
  readonly isPrivate: boolean;
  readonly status: RoundStatus;
  readonly pinnedAt: number | null;
  /** Of its round: submissions, those among them with a proof, and those with an upgrade. */
  readonly attempts: number;
  readonly accepted: number;
  readonly upgraded: number;
}

export function stateOf({ receipt, round, submissions }: StoredReceipt): ReceiptState {
  return {
    isPrivate: receipt.isPrivate,
    status: round.status,
    pinnedAt: round.pinnedAt,
    attempts: submissions.length,
    accepted: submissions.filter(({ proof }) => proof !== null).length,
    upgraded: submissions.filter(({ upgrade }) => upgrade !== null).length,
  };
}

export function isSameState(a: ReceiptState, b: ReceiptState): boolean {
  return (
    a.isPrivate === b.isPrivate &&
    a.status === b.status &&
    a.pinnedAt === b.pinnedAt &&
    a.attempts === b.attempts &&
    a.accepted === b.accepted &&
    a.upgraded === b.upgraded
  );
}
