import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BundleError } from './error.ts';
import { decodeReceipt, encodeReceipt, readReceipt, type TouchmarkReceipt } from './receipt.ts';

const text = fc.string({ unit: 'binary', maxLength: 20 }).map((value) => value.toWellFormed());
const name = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,8}$/);
const receipt: fc.Arbitrary<TouchmarkReceipt> = fc.record({
  receiptId: fc.stringMatching(/^[A-Za-z0-9_-]{1,16}$/),
  server: text,
  createdAt: text,
  network: fc.constantFrom('mainnet', 'testnet4', 'signet', 'regtest'),
  file: fc.record({ name: text, size: fc.maxSafeNat() }),
  sha256: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  sha512: fc.option(fc.uint8Array({ minLength: 64, maxLength: 64 })),
  calendars: fc.array(fc.record({ name, url: fc.option(text), proof: fc.uint8Array() }), { maxLength: 5 }),
  failures: fc.array(fc.record({ calendar: fc.option(name), error: text }), { maxLength: 3 }),
});

test('a receipt reads back as it was written', () => {
  fc.assert(
    fc.property(receipt, (value) => {
      const written = new TextEncoder().encode(encodeReceipt(value));
      assert.deepEqual(structuredClone(decodeReceipt(written)), structuredClone(value));
      assert.equal(encodeReceipt(decodeReceipt(written)), encodeReceipt(value));
    }),
  );
});

test('whatever is read as a receipt is a receipt or a coded refusal', () => {
  const anything = fc.oneof(
    fc.uint8Array(),
    fc.json().map((value) => new TextEncoder().encode(value)),
    fc.tuple(receipt, fc.nat(), fc.nat(255)).map(([value, at, byte]) => {
      const bytes = new TextEncoder().encode(encodeReceipt(value));
      bytes[at % bytes.length] = byte;
      return bytes;
    }),
    fc
      .record({
        hash_hex: fc.jsonValue(),
        checks: fc.jsonValue(),
        successes: fc.jsonValue(),
        sha512_hex: fc.jsonValue(),
      })
      .map((value) => new TextEncoder().encode(JSON.stringify(value))),
  );
  fc.assert(
    fc.property(anything, (bytes) => {
      try {
        readReceipt(bytes);
      } catch (error) {
        assert.ok(error instanceof BundleError, String(error));
      }
    }),
    { numRuns: 2000 },
  );
});

test('proof files of a contract receipt are names in its own folder', () => {
  const read = (path: unknown) =>
    readReceipt(
      new TextEncoder().encode(JSON.stringify({ hash_hex: '00'.repeat(32), successes: [{ ots_path: path }] })),
    );
  assert.deepEqual(read('receipts/XwTULwlh76PcCst9/a.ots').proofNames, ['a.ots']);
  for (const path of ['a.txt', '..ots', '../.ots', 'a\\b.ots', '', 'a b.ots', 7, null])
    assert.throws(() => read(path), BundleError);
});
