import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Transaction } from '@scure/btc-signer';
import { encodeHex } from '../../base/hex.ts';
import { MempoolView } from './mempool-view.ts';

const scriptOf = (byte: number) => Uint8Array.of(0, 20, ...new Uint8Array(20).fill(byte));
const addressOf = (byte: number) => ({ address: `address ${byte}`, scriptPubKey: scriptOf(byte) });

/** An unsigned transaction that pays to scripts. */
function transactionTo(...bytes: readonly number[]): Uint8Array {
  const transaction = new Transaction({ allowUnknownOutputs: true });
  transaction.addInput({ txid: new Uint8Array(32).fill(9), index: 0 });
  for (const byte of bytes) transaction.addOutput({ script: scriptOf(byte), amount: BigInt(byte) * 1_000n });
  return transaction.unsignedTx;
}

function mempoolOf(transactions: Record<string, Uint8Array>) {
  const reads: string[] = [];
  return {
    reads,
    transactions,
    listTxids: async () => Object.keys(transactions),
    readTransaction: async (txid: string) => {
      reads.push(txid);
      return transactions[txid] ?? null;
    },
  };
}

test('outputs to the addresses are found, for as long as their transaction is there', async () => {
  const view = new MempoolView();
  const mempool = mempoolOf({ a: transactionTo(1, 2, 3), b: transactionTo(4), c: transactionTo(2) });
  const found = await view.look(mempool, [addressOf(2), addressOf(3)]);
  const shown = found.map(({ scriptPubKey, vout, valueSats }) => [encodeHex(scriptPubKey), vout, valueSats]);
  assert.deepEqual(shown, [
    [encodeHex(scriptOf(2)), 1, 2_000],
    [encodeHex(scriptOf(3)), 2, 3_000],
    [encodeHex(scriptOf(2)), 0, 2_000],
  ]);
  delete mempool.transactions.a;
  assert.equal((await view.look(mempool, [addressOf(2), addressOf(3)])).length, 1);
  assert.deepEqual(await view.look(mempool, [addressOf(3)]), []);
});

test('a transaction is read once, and not at all when it was there before there was an address', async () => {
  const view = new MempoolView();
  const mempool = mempoolOf({ old: transactionTo(1) });
  await view.look(mempool, []);
  mempool.transactions.young = transactionTo(1);
  for (let look = 0; look < 3; look++) assert.equal((await view.look(mempool, [addressOf(1)])).length, 1);
  assert.deepEqual(mempool.reads, ['young']);
});

test('a mempool that is larger than one look is gone through in several', async () => {
  const view = new MempoolView();
  const entries = Array.from({ length: 12_000 }, (_, n) => [`tx${n}`, transactionTo(n === 11_999 ? 1 : 2)] as const);
  const mempool = mempoolOf(Object.fromEntries(entries));
  const counts: number[] = [];
  for (let look = 0; look < 3; look++) counts.push((await view.look(mempool, [addressOf(1)])).length);
  assert.deepEqual(counts, [0, 0, 1]);
  assert.equal(mempool.reads.length, 12_000);
});

test('what has gone meanwhile, or is no transaction, is passed over', async () => {
  const view = new MempoolView();
  const mempool = mempoolOf({ gone: undefined as never, broken: Uint8Array.of(1, 2, 3), good: transactionTo(1) });
  assert.equal((await view.look(mempool, [addressOf(1)])).length, 1);
});
