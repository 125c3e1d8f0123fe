import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createBitcoinCoreChain } from '../../src/net/chain/bitcoin-core.ts';
import { parseBlock } from '../../src/proof/bitcoin/block.ts';
import { parseBlockHeader } from '../../src/proof/bitcoin/block-header.ts';
import { parseTransaction } from '../../src/proof/bitcoin/transaction.ts';
import { openRegtestChain, REGTEST_START_HEIGHT, type RegtestChain } from '../../src/sandbox/regtest-chain.ts';
import { listCoins, signSpend, WALLET_SCRIPT } from '../support/regtest-wallet.ts';

let chain: RegtestChain;
before(async () => {
  chain = await openRegtestChain({ folder: null, rpcPort: 0, apiKey: 'secret', payTo: [WALLET_SCRIPT] });
});
after(() => chain[Symbol.asyncDispose]());

async function minedTxids(height: number): Promise<Uint8Array[]> {
  const block = parseBlock((await chain.block((await chain.blockHash(height))!))!);
  return block.transactions.map(({ txid }) => txid);
}

test('a fresh chain leaves the wallet with hundreds of coins to spend', async () => {
  assert.equal(chain.tip().height, REGTEST_START_HEIGHT);
  assert.ok((await listCoins(chain)).length >= 400);
});

test('the blocks of a fresh chain lie in the past, in order', async () => {
  const times: number[] = [];
  for (let height = 1; height <= REGTEST_START_HEIGHT; height++) {
    times.push(parseBlockHeader((await chain.blockHeader((await chain.blockHash(height))!))!).time);
  }
  assert.deepEqual(
    times.toSorted((a, b) => a - b),
    times,
  );
  assert.ok(times.at(-1)! <= Date.now() / 1000);
});

test('a submitted segwit spend is in the next block', async () => {
  const [coin] = await listCoins(chain);
  const txid = await chain.submit(signSpend([coin!], 1_000));
  assert.equal((await chain.transaction(txid))?.block, null);
  await chain.mine(1);
  assert.deepEqual((await minedTxids(chain.tip().height))[1], txid);
  assert.deepEqual((await chain.transaction(txid))?.block, chain.tip());
});

test('the same transaction twice is no error, in the mempool; in a block it is known', async () => {
  const [coin] = await listCoins(chain);
  const spend = signSpend([coin!], 1_000);
  await chain.submit(spend);
  await chain.submit(spend);
  await chain.mine(1);
  await assert.rejects(chain.submit(spend), { code: 'already-in-chain' });
});

test('a replaceable transaction gives way to one that pays more for itself and for the change of mind', async () => {
  const [coin, other] = await listCoins(chain);
  const first = parseTransaction(signSpend([coin!], 1_000)).txid;
  await chain.submit(signSpend([coin!], 1_000));
  await assert.rejects(chain.submit(signSpend([coin!], 1_001)), { code: 'rejected', message: 'insufficient fee' });
  assert.ok(await chain.transaction(first), 'the refused replacement must leave the first one in place');
  const replacement = await chain.submit(signSpend([coin!, other!], 3_000));
  assert.equal(await chain.transaction(first), null);
  await chain.mine(1);
  assert.deepEqual((await minedTxids(chain.tip().height))[1], replacement);
});

test('a transaction that does not signal replacement is not replaced', async () => {
  const [coin] = await listCoins(chain);
  await chain.submit(signSpend([coin!], 1_000, 0xfffffffe));
  await assert.rejects(chain.submit(signSpend([coin!], 5_000)), { code: 'rejected', message: 'txn-mempool-conflict' });
  await chain.mine(1);
});

test('a spend of coins that are gone, a bad signature, no fee and rubbish are refused', async () => {
  const [coin, other] = await listCoins(chain);
  await chain.submit(signSpend([coin!], 1_000));
  await chain.mine(1);
  await assert.rejects(chain.submit(signSpend([coin!], 2_000)), { code: 'missing-inputs' });
  await assert.rejects(chain.submit(signSpend([{ ...other!, valueSats: other!.valueSats - 1 }], 1_000)), {
    code: 'rejected',
  });
  await assert.rejects(chain.submit(signSpend([other!], 10)), { code: 'rejected', message: 'min relay fee not met' });
  await assert.rejects(chain.submit(new Uint8Array(10)), { code: 'undecodable' });
});

for (const depth of [1, 7]) {
  test(`a reorganisation by ${depth} replaces the blocks and gives their transactions back`, async () => {
    const [coin] = await listCoins(chain);
    const txid = await chain.submit(signSpend([coin!], 1_000));
    await chain.mine(depth);
    const before = chain.tip();
    const fork = await chain.blockHash(before.height - depth);
    const replaced = await chain.blockHash(before.height - depth + 1);
    await chain.reorganise(depth);
    assert.equal(chain.tip().height, before.height + 1);
    assert.deepEqual(await chain.blockHash(before.height - depth), fork);
    assert.notDeepEqual(await chain.blockHash(before.height - depth + 1), replaced);
    assert.notDeepEqual(await chain.blockHash(before.height), before.hash);
    assert.deepEqual(await chain.blockPosition(before.hash), { height: before.height, isInBestChain: false });
    assert.equal((await chain.transaction(txid))?.block, null);
    await chain.mine(1);
    assert.deepEqual((await chain.transaction(txid))?.block, chain.tip());
  });
}

test('a reorganisation can forget the transactions of the blocks it replaces, and only those', async () => {
  const [coin, other] = await listCoins(chain);
  const dropped = await chain.submit(signSpend([coin!], 1_000));
  await chain.mine(1);
  const waiting = await chain.submit(signSpend([other!], 1_000));
  await chain.reorganise(1, { droppedTransactions: 'forgotten' });
  assert.equal(await chain.transaction(dropped), null);
  assert.equal((await chain.transaction(waiting))?.block, null);
  await chain.mine(1);
  assert.equal((await minedTxids(chain.tip().height)).length, 2);
});

test('mining in the background adds blocks until the chain is closed', async () => {
  const background = await openRegtestChain({ folder: null, rpcPort: 0, apiKey: 'secret', payTo: [] });
  background.startMining(5, (error) => assert.fail(String(error)));
  while (background.tip().height < REGTEST_START_HEIGHT + 3) await new Promise((resolve) => setTimeout(resolve, 5));
  await background[Symbol.asyncDispose]();
  const { height } = background.tip();
  await new Promise((resolve) => setTimeout(resolve, 30));
  assert.equal(background.tip().height, height);
});

test('a connection on which nothing is asked does not keep the chain from closing', async () => {
  const closing = await openRegtestChain({ folder: null, rpcPort: 0, apiKey: 'secret', payTo: [] });
  const socket = connect(Number(new URL(closing.rpcUrl).port), '127.0.0.1').resume();
  const ended = once(socket, 'close');
  await once(socket, 'connect');
  const reader = createBitcoinCoreChain({ url: closing.rpcUrl, network: 'regtest' });
  assert.equal((await reader.tip()).height, REGTEST_START_HEIGHT);
  await closing[Symbol.asyncDispose]();
  await ended;
});

test('a chain in a folder is there after a restart, to the block', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'touchmark-regtest-'));
  try {
    const options = { folder, rpcPort: 0, apiKey: 'secret', payTo: [WALLET_SCRIPT] };
    const first = await openRegtestChain(options);
    await first.mine(2);
    const tip = first.tip();
    await first[Symbol.asyncDispose]();
    const second = await openRegtestChain(options);
    try {
      assert.deepEqual(second.tip(), tip);
      await second.mine(1);
      assert.equal(second.tip().height, tip.height + 1);
      assert.ok((await listCoins(second)).length >= 400, 'its coins are not found');
    } finally {
      await second[Symbol.asyncDispose]();
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});
