import { CodedError } from '../../base/coded-error.ts';

/** What is bought: `credits` receipts for a price. */
export interface Pack {
  readonly name: string;
  readonly credits: number;
  readonly usdCents: number;
}

export class PriceError extends CodedError<'price-out-of-range'> {}

/** Below this the fee to spend what came in would eat much of it. */
const LEAST_SATS = 1_000;
/** All coins there are. */
const MOST_SATS = 2_100_000_000_000_000;
const SATS_PER_BITCOIN = 100_000_000;

/** In satoshi, rounded up. Errors: PriceError `price-out-of-range`. */
export function priceInSats({ name, usdCents }: Pack, usdPerBtc: number): number {
  // The product comes first: it is a whole number below 2^53, so only the division rounds.
  const sats = Math.ceil((usdCents * (SATS_PER_BITCOIN / 100)) / usdPerBtc);
  if (!(sats >= LEAST_SATS && sats <= MOST_SATS)) {
    throw new PriceError('price-out-of-range', `the pack ${name} would cost ${sats} satoshi at this rate`);
  }
  return sats;
}
