import { STAMP_VBYTES } from './wallet.ts';

/** What nodes ask a replacement to add per vB for its own relay (BIP 125 rule 4). */
const RELAY_INCREMENT_RATE = 1;

interface FeeLimits {
  readonly minFeeRate: number;
  readonly maxFeeRate: number;
  readonly maxFeeSats: number;
}

/** Satoshi for a stamp's first transaction; null when the least that is relayed is above the cap. */
export function chooseFirstFee(limits: FeeLimits, estimatedRate: number | null): number | null {
  const ceiling = feeCeiling(limits);
  const least = Math.ceil(limits.minFeeRate * STAMP_VBYTES);
  return least > ceiling ? null : Math.min(wantedFee(limits, estimatedRate), ceiling);
}

/** Satoshi for a replacement of a transaction that pays `paidSats`; null when the cap leaves no room for one. */
export function chooseBumpedFee(limits: FeeLimits, estimatedRate: number | null, paidSats: number): number | null {
  const ceiling = feeCeiling(limits);
  const least = paidSats + RELAY_INCREMENT_RATE * STAMP_VBYTES;
  return least > ceiling ? null : Math.min(Math.max(least, wantedFee(limits, estimatedRate)), ceiling);
}

function feeCeiling({ maxFeeRate, maxFeeSats }: FeeLimits): number {
  return Math.min(maxFeeSats, Math.floor(maxFeeRate * STAMP_VBYTES));
}

function wantedFee({ minFeeRate }: FeeLimits, estimatedRate: number | null): number {
  return Math.ceil(Math.max(minFeeRate, estimatedRate ?? 0) * STAMP_VBYTES);
}
