import { equalBytes } from '../../base/bytes.ts';
import type { Coin, Outpoint, Stamp } from './stamp.ts';
import { DUST_SATS } from './wallet.ts';

/** Consensus lets a coinbase output be spent in the hundredth block after its own. */
const COINBASE_MATURITY_BLOCKS = 100;

/**
 * A coin that was reorganised away this long ago is not coming back: as deep as consensus itself trusts. Only then may
 * commitments be stamped again with another coin.
 */
const LOST_BLOCKS = 100;

export function sameOutpoint(a: Outpoint, b: Outpoint): boolean {
  return a.vout === b.vout && equalBytes(a.txid, b.txid);
}

/**
 * The coin for a new stamp: the deepest one that lasts for every bump the policy allows, else the largest one that pays
 * `feeSats`. Null when there is none. Foreign coins count once `minConfirmations` deep, a stamp's change at once.
 */
export function chooseCoin(
  coins: readonly Coin[],
  stamps: readonly Stamp[],
  bestHeight: number,
  policy: { readonly minConfirmations: number; readonly maxFeeSats: number },
  feeSats: number,
): Coin | null {
  const live = stamps.filter(({ abandoned }) => !abandoned);
  const spendable = coins.filter((coin) => {
    if (coin.minedHeight === null || coin.spentHeight !== null || coin.valueSats < feeSats + DUST_SATS) return false;
    if (live.some(({ input }) => sameOutpoint(input, coin))) return false;
    return bestHeight - coin.minedHeight + 1 >= depthNeeded(coin, stamps, policy.minConfirmations);
  });
  const lasting = spendable.filter(({ valueSats }) => valueSats >= policy.maxFeeSats + DUST_SATS);
  if (lasting.length > 0) return lasting.reduce((a, b) => (b.minedHeight! < a.minedHeight! ? b : a));
  return spendable.length > 0 ? spendable.reduce((a, b) => (b.valueSats > a.valueSats ? b : a)) : null;
}

function depthNeeded(coin: Coin, stamps: readonly Stamp[], minConfirmations: number): number {
  if (coin.coinbase) return COINBASE_MATURITY_BLOCKS;
  const isChange = stamps.some(({ versions }) =>
    versions.some((version) => sameOutpoint({ ...version, vout: 0 }, coin)),
  );
  return isChange ? 1 : minConfirmations;
}

/** Whether a stamp that is not mined can never be: its coin is spent by something else, or gone, and deep enough. */
export function isUnminable(
  stamp: Stamp,
  coins: readonly Coin[],
  bestHeight: number,
  minConfirmations: number,
): boolean {
  const coin = coins.find((candidate) => sameOutpoint(candidate, stamp.input));
  // Coins are forgotten only when their spending is out of reach.
  if (!coin) return true;
  if (coin.spentHeight !== null) return bestHeight - coin.spentHeight + 1 >= minConfirmations;
  return coin.minedHeight === null && bestHeight - coin.lostHeight! >= LOST_BLOCKS;
}
