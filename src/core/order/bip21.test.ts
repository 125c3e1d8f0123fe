import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatBitcoin, formatPaymentUri } from './bip21.ts';

test('amounts are exact and have no zeros at the end', () => {
  for (const [sats, text] of [
    [1, '0.00000001'],
    [10_473, '0.00010473'],
    [10_000, '0.0001'],
    [100_000_000, '1'],
    [1_000_000_000, '10'],
    [123_456_789, '1.23456789'],
    [2_100_000_000_000_000, '21000000'],
  ] as const) {
    assert.equal(formatBitcoin(sats), text);
  }
  assert.equal(formatPaymentUri({ address: 'bc1qx', amountSats: 10_473 }), 'bitcoin:bc1qx?amount=0.00010473');
});

test('an amount can be read back to the satoshi', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2_100_000_000_000_000 }), (sats) => {
      const text = formatBitcoin(sats);
      assert.match(text, /^(0|[1-9]\d*)(\.\d{0,7}[1-9])?$/);
      const [whole, fraction = ''] = text.split('.');
      assert.equal(BigInt(whole!) * 100_000_000n + BigInt(fraction.padEnd(8, '0')), BigInt(sats));
    }),
  );
});
