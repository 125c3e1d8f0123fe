import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Transaction } from '@scure/btc-signer';
import fc from 'fast-check';
import { buildBlock, GENESIS_BLOCK, GENESIS_COINBASE, GENESIS_HEADER } from '../../../test/support/bitcoin-blocks.ts';
import { concatBytes, reverseBytes } from '../../base/bytes.ts';
import { decodeHex, encodeHex } from '../../base/hex.ts';
import { BLOCK_MAX_BYTES, parseBlock } from './block.ts';
import { BitcoinError } from './error.ts';
import { parseTransaction } from './transaction.ts';

/** A one-input transaction with a witness, whose txid btc-signer computes for itself. */
function buildWitnessTransaction(outputs: readonly { readonly amount: bigint; readonly script: Uint8Array }[]) {
  const transaction = new Transaction({ allowUnknownOutputs: true, disableScriptCheck: true });
  for (const output of outputs) transaction.addOutput(output);
  transaction.addInput({
    txid: '11'.repeat(32),
    index: 7,
    sequence: 0xfffffffd,
    witnessUtxo: { amount: 1_000_000n, script: decodeHex(`0014${'22'.repeat(20)}`)! },
    finalScriptWitness: [new Uint8Array(71).fill(3), new Uint8Array(33).fill(2)],
  });
  return transaction;
}

const opReturn = { amount: 0n, script: decodeHex(`6a20${'ab'.repeat(32)}`)! };
const witnessTransaction = buildWitnessTransaction([{ amount: 900_000n, script: new Uint8Array(22) }, opReturn]);
const witnessBytes = witnessTransaction.toBytes(true, true);

test('the first block of mainnet reads as history has it', () => {
  const { header, transactions } = parseBlock(GENESIS_BLOCK);
  assert.equal(transactions.length, 1);
  const [coinbase] = transactions;
  assert.deepEqual(coinbase?.txid, header.merkleRoot);
  assert.deepEqual(coinbase?.strippedBytes, GENESIS_COINBASE);
  assert.deepEqual(coinbase?.inputs, [
    { previousTxid: new Uint8Array(32), previousVout: 0xffffffff, sequence: 0xffffffff },
  ]);
  assert.equal(coinbase?.outputs[0]?.valueSats, 5_000_000_000);
});

test('witness data stays out of the txid and out of the stripped bytes', () => {
  const parsed = parseTransaction(witnessBytes);
  assert.equal(encodeHex(reverseBytes(parsed.txid)), witnessTransaction.id);
  assert.deepEqual(parsed.strippedBytes, witnessTransaction.toBytes(true, false));
  assert.deepEqual(parseTransaction(parsed.strippedBytes).txid, parsed.txid);
  assert.deepEqual(parsed.inputs, [
    { previousTxid: new Uint8Array(32).fill(0x11), previousVout: 7, sequence: 0xfffffffd },
  ]);
  assert.deepEqual(parsed.outputs[1], { valueSats: 0, scriptPubKey: opReturn.script });
});

test('transactions with and without witness read the same way in a block', () => {
  const block = parseBlock(buildBlock([GENESIS_COINBASE, witnessBytes]));
  assert.deepEqual(
    block.transactions.map(({ txid }) => encodeHex(reverseBytes(txid))),
    ['4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b', witnessTransaction.id],
  );
});

test('any transaction btc-signer can build is read back exactly', () => {
  const output = fc.record({
    amount: fc.bigInt({ min: 0n, max: 2_100_000_000_000_000n }),
    script: fc.uint8Array({ maxLength: 600 }).map((script) => concatBytes(Uint8Array.of(0x6a), script)),
  });
  fc.assert(
    fc.property(fc.array(output, { minLength: 1, maxLength: 300 }), (outputs) => {
      const transaction = buildWitnessTransaction(outputs);
      const parsed = parseTransaction(transaction.toBytes(true, true));
      assert.equal(encodeHex(reverseBytes(parsed.txid)), transaction.id);
      assert.deepEqual(
        parsed.outputs,
        outputs.map(({ amount, script }) => ({ valueSats: Number(amount), scriptPubKey: script })),
      );
    }),
    { numRuns: 30 },
  );
});

test('a block cut short anywhere is refused', () => {
  const block = buildBlock([GENESIS_COINBASE, witnessBytes]);
  for (let length = 0; length < block.length; length++) {
    assert.throws(() => parseBlock(block.subarray(0, length)), BitcoinError, `${length} bytes`);
  }
});

test('a byte after the end of a block or a transaction is refused', () => {
  assert.throws(() => parseBlock(concatBytes(GENESIS_BLOCK, Uint8Array.of(0))), { code: 'trailing-bytes' });
  assert.throws(() => parseTransaction(concatBytes(witnessBytes, Uint8Array.of(0))), { code: 'trailing-bytes' });
});

test('a block whose header commits to other transactions is refused', () => {
  const block = Uint8Array.from(GENESIS_BLOCK);
  block[block.length - 1] = 1;
  assert.throws(() => parseBlock(block), { code: 'wrong-merkle-root' });
});

test('a block without transactions is refused', () => {
  assert.throws(() => parseBlock(concatBytes(GENESIS_HEADER, Uint8Array.of(0))), { code: 'no-such-transaction' });
});

test('a block larger than consensus allows is refused before it is read', () => {
  assert.throws(() => parseBlock(new Uint8Array(BLOCK_MAX_BYTES + 1)), { code: 'too-large' });
});

test('a count that the input cannot hold is refused before anything is allocated for it', () => {
  for (const count of ['fdffff', 'feffffffff', 'ffffffffffffffffff']) {
    const bytes = concatBytes(GENESIS_HEADER, decodeHex(count)!, GENESIS_COINBASE);
    assert.throws(() => parseBlock(bytes), { code: 'bad-size' });
  }
});

test('a size that is not in its shortest form is refused', () => {
  for (const one of ['fd0100', 'fe01000000', 'ff0100000000000000']) {
    const bytes = concatBytes(GENESIS_HEADER, decodeHex(one)!, GENESIS_COINBASE);
    assert.throws(() => parseBlock(bytes), { code: 'bad-size' });
  }
});

test('an unknown witness flag and an empty witness section are refused', () => {
  const unknownFlag = Uint8Array.from(witnessBytes);
  unknownFlag[5] = 2;
  assert.throws(() => parseTransaction(unknownFlag), { code: 'bad-witness' });
  const stripped = parseTransaction(witnessBytes).strippedBytes;
  const emptyWitness = concatBytes(
    stripped.subarray(0, 4),
    Uint8Array.of(0, 1),
    stripped.subarray(4, -4),
    new Uint8Array(5),
  );
  assert.throws(() => parseTransaction(emptyWitness), { code: 'bad-witness' });
});

test('an output worth more than all coins is refused', () => {
  const rich = Uint8Array.from(GENESIS_COINBASE);
  const valueOffset = encodeHex(rich).indexOf('00f2052a01000000') / 2;
  new DataView(rich.buffer).setBigUint64(valueOffset, 2_100_000_000_000_001n, true);
  assert.throws(() => parseTransaction(rich), { code: 'bad-value' });
});

test('no input makes the parser fail in another way than by refusing', () => {
  const block = buildBlock([GENESIS_COINBASE, witnessBytes]);
  const edits = fc.array(fc.tuple(fc.nat(block.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(edits, (changes) => {
      const changed = Uint8Array.from(block);
      for (const [offset, value] of changes) changed[offset] = value;
      try {
        parseBlock(changed);
      } catch (error) {
        assert.ok(error instanceof BitcoinError, String(error));
      }
    }),
    { numRuns: 500 },
  );
});
