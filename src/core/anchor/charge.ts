import type { LedgerWriter, PurseId } from '../meter/ledger.ts';

export interface Charge {
  readonly isPaid: boolean;
  /** What is left in the purse; 0 for what is free. */
  readonly balance: number;
}

const FREE: Charge = { isPaid: true, balance: 0 };

/**
 * Takes one credit for each item that names a purse. Where a purse has not enough for all of its items, the first of
 * them are paid. Purses are taken in order, so that two rounds never wait for each other.
 */
export async function chargePurses(
  ledger: LedgerWriter,
  purses: readonly (PurseId | null)[],
  cause: { readonly reference: string; readonly now: number },
): Promise<readonly Charge[]> {
  const amounts = new Map<PurseId, number>();
  for (const purse of purses) if (purse !== null) amounts.set(purse, (amounts.get(purse) ?? 0) + 1);
  const spent = new Map<PurseId, { taken: number; balance: number }>();
  for (const purse of [...amounts.keys()].sort()) {
    const amount = amounts.get(purse)!;
    spent.set(purse, { ...(await ledger.spendUpTo({ ...cause, purse, amount, reason: 'anchor' })) });
  }
  return purses.map((purse) => {
    if (purse === null) return FREE;
    const left = spent.get(purse)!;
    const isPaid = left.taken > 0;
    if (isPaid) left.taken--;
    return { isPaid, balance: left.balance };
  });
}
