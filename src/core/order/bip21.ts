const SATS_PER_BITCOIN = 100_000_000;
const DECIMALS = 8;

/** What a wallet takes a payment from (BIP 21), with nothing in it but address and amount. */
export function formatPaymentUri({ address, amountSats }: { address: string; amountSats: number }): string {
  return `bitcoin:${address}?amount=${formatBitcoin(amountSats)}`;
}

/** Exact, without an exponent or zeros at the end: 10473 is 0.00010473. */
export function formatBitcoin(sats: number): string {
  const whole = Math.floor(sats / SATS_PER_BITCOIN);
  const fraction = String(sats % SATS_PER_BITCOIN)
    .padStart(DECIMALS, '0')
    .replace(/0+$/, '');
  return fraction === '' ? String(whole) : `${whole}.${fraction}`;
}
