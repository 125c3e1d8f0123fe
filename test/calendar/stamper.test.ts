import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { encodeHex } from '../../src/base/hex.ts';
import type { CalendarWriter } from '../../src/core/calendar/store.ts';
import { STAMP_VBYTES } from '../../src/core/calendar/wallet.ts';
import { ChainError, type ChainWriter } from '../../src/core/chain.ts';
import type { Store } from '../../src/core/store.ts';
import { parseTransaction } from '../../src/proof/bitcoin/transaction.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { createStore } from '../../src/store/store.ts';
import { createTestDatabase, type TestDatabase } from '../support/databases.ts';
import {
  assertProven,
  type Bitcoin,
  createOneCoinRig,
  createRig,
  feeOf,
  listPayments,
  openBitcoin,
  TEST_POLICY,
} from './rig.ts';

let files: TestDatabase;
let database: Database;
let store: Store;
let bitcoin: Bitcoin;

before(async () => {
  files = await createTestDatabase('pglite');
  database = await openDatabase(files.location);
  store = createStore(database);
  bitcoin = await openBitcoin();
});

after(async () => {
  await bitcoin[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
  await files[Symbol.asyncDispose]();
});

/** The node, but some of its methods are replaced. */
function chainWith(changes: Partial<ChainWriter>): ChainWriter {
  const { chain } = bitcoin;
  return {
    network: chain.network,
    tip: () => chain.tip(),
    blockHash: (height) => chain.blockHash(height),
    blockHeader: (hash) => chain.blockHeader(hash),
    block: (hash) => chain.block(hash),
    broadcast: (raw) => chain.broadcast(raw),
    feeRate: (blocks) => chain.feeRate(blocks),
    ...changes,
  };
}

function unreachable(): never {
  throw new ChainError('chain-unreachable', 'no answer');
}

/** A chain that hears of transactions and keeps them from miners until told. */
function withholding(): { chain: ChainWriter; heard: Uint8Array[]; rate: { estimate: number | null } } {
  const heard: Uint8Array[] = [];
  const rate = { estimate: null as number | null };
  const chain = chainWith({
    async broadcast(raw) {
      heard.push(Uint8Array.from(raw));
      return { txid: parseTransaction(raw).txid };
    },
    feeRate: async () => rate.estimate,
  });
  return { chain, heard, rate };
}

/** The store, but committing a transaction in which `method` was called fails; it may be kept all the same. */
function failCommitOf(method: keyof CalendarWriter, isPersisted: boolean): Store {
  return {
    ...store,
    async transact(work) {
      let isHit = false;
      const failure = new Error('the connection was lost');
      const result = await store.transact(async (writers) => {
        const calendar = new Proxy(writers.calendar, {
          get(target, property) {
            if (property === method) isHit = true;
            return Reflect.get(target, property);
          },
        });
        const outcome = await work({ ...writers, calendar });
        if (isHit && !isPersisted) throw failure;
        return outcome;
      });
      if (isHit) throw failure;
      return result;
    },
  };
}

test('a submitted commitment is pending, then mined, then published with a proof of its block', async () => {
  const rig = await createRig(store, bitcoin);
  const { service } = rig;
  const stamper = rig.start();
  const commitments = await Promise.all(Array.from({ length: 5 }, () => rig.submit()));
  const late = await rig.submit();
  assert.deepEqual(await service.lookup(late), { state: 'pending' });
  assert.deepEqual(await service.lookup(new Uint8Array(44)), { state: 'unknown' });
  assert.equal(await service.tip(), null);

  await stamper.tick();
  assert.deepEqual(await service.lookup(late), { state: 'pending' });
  const waiting = await service.status();
  assert.equal(waiting.pendingCommitments, waiting.lastPosition);
  assert.equal(waiting.stamps.length, 1);
  assert.deepEqual(await service.tip(), waiting.stamps[0]!.tip);

  await bitcoin.node.mine(1);
  await stamper.tick();
  const { txid } = waiting.stamps[0]!;
  assert.deepEqual(await service.lookup(late), { state: 'mined', txid, needed: 3 });
  assert.equal((await service.status()).pendingCommitments, 0);
  assert.equal(await service.tip(), null);

  await bitcoin.node.mine(1);
  await stamper.tick();
  assert.equal((await service.lookup(late)).state, 'mined');
  await bitcoin.node.mine(1);
  await stamper.tick();
  for (const commitment of [...commitments, late]) await assertProven(rig, bitcoin, commitment);
  assert.deepEqual(
    (await listPayments(bitcoin.node, rig.wallet)).map((payment) => payment.txid),
    [encodeHex(txid)],
  );
});

test('a transaction is replaceable, has one input and carries the tip in its last output', async () => {
  const rig = await createRig(store, bitcoin);
  await rig.submit();
  let raw = new Uint8Array();
  const chain = chainWith({
    async broadcast(bytes) {
      raw = Uint8Array.from(bytes);
      return bitcoin.chain.broadcast(bytes);
    },
  });
  await rig.start({ chain }).tick();
  const { inputs, outputs } = parseTransaction(raw);
  const [stamp] = (await rig.service.status()).stamps;
  assert.deepEqual(
    inputs.map(({ sequence }) => sequence),
    [0xfffffffd],
  );
  assert.equal(encodeHex(outputs[1]!.scriptPubKey), `6a20${encodeHex(stamp!.tip)}`);
  assert.equal(outputs.length, 2);
});

test('a second stamp is opened when the interval has passed, not before, and says when', async () => {
  const rig = await createRig(store, bitcoin);
  const stamper = rig.start();
  const openedAt = rig.clock.now();
  await rig.submit();
  await stamper.tick();
  await bitcoin.node.mine(1);
  await stamper.tick();
  assert.equal((await rig.service.status()).nextStampAt, null);
  const second = await rig.submit();
  rig.clock.pass(TEST_POLICY.minIntervalMs - 1);
  await stamper.tick();
  const early = await rig.service.status();
  assert.equal(early.stamps.length, 1);
  assert.equal(early.nextStampAt, openedAt + TEST_POLICY.minIntervalMs);
  rig.clock.pass(1);
  await stamper.tick();
  assert.equal((await rig.service.status()).stamps.length, 2);
  await bitcoin.node.mine(TEST_POLICY.minConfirmations);
  await stamper.tick();
  await assertProven(rig, bitcoin, second);
});

test('killed between storing and broadcasting, it goes on with the stored transaction', async () => {
  const rig = await createRig(store, bitcoin);
  const commitment = await rig.submit();
  await rig.start({ chain: chainWith({ broadcast: unreachable }) }).tick();
  const [stored] = (await rig.service.status()).stamps;
  assert(stored);
  const restarted = rig.start();
  await restarted.tick();
  await bitcoin.node.mine(TEST_POLICY.minConfirmations);
  await restarted.tick();
  await assertProven(rig, bitcoin, commitment);
  const payments = await listPayments(bitcoin.node, rig.wallet);
  assert.deepEqual(
    payments.map(({ txid }) => txid),
    [encodeHex(stored.txid)],
  );
});

test('a broadcast that reached the network and was reported failed is not paid for again', async () => {
  const rig = await createRig(store, bitcoin);
  const commitment = await rig.submit();
  const chain = chainWith({
    async broadcast(raw) {
      await bitcoin.chain.broadcast(raw);
      return unreachable();
    },
  });
  await rig.start({ chain }).tick();
  assert.equal((await rig.service.status()).condition, 'chain-unreachable');
  const restarted = rig.start();
  await restarted.tick();
  assert.equal((await rig.service.status()).condition, null);
  await bitcoin.node.mine(TEST_POLICY.minConfirmations);
  await restarted.tick();
  await assertProven(rig, bitcoin, commitment);
  assert.equal((await listPayments(bitcoin.node, rig.wallet)).length, 1);
});

for (const isPersisted of [false, true]) {
  const outcome = isPersisted ? 'reported failed but was kept' : 'failed';
  for (const method of ['insertStamp', 'advance', 'startFollowing'] as const) {
    test(`nothing is paid twice or lost when the commit of ${method} ${outcome}`, async () => {
      const rig = await createRig(store, bitcoin);
      const commitment = await rig.submit();
      const broken = rig.start({ store: failCommitOf(method, isPersisted) });
      await assert.rejects(broken.tick(), /connection was lost/);
      const healthy = rig.start();
      await healthy.tick();
      await bitcoin.node.mine(TEST_POLICY.minConfirmations);
      await healthy.tick();
      await assertProven(rig, bitcoin, commitment);
      assert.equal((await listPayments(bitcoin.node, rig.wallet)).length, 1);
    });
  }
}

test('restarted at every number of confirmations, it never makes a second transaction', async () => {
  const rig = await createRig(store, bitcoin);
  const commitment = await rig.submit();
  await rig.start().tick();
  for (let confirmations = 0; confirmations <= TEST_POLICY.minConfirmations + 1; confirmations++) {
    rig.clock.pass(TEST_POLICY.minIntervalMs);
    await rig.start().tick();
    await bitcoin.node.mine(1);
  }
  await assertProven(rig, bitcoin, commitment);
  assert.equal((await listPayments(bitcoin.node, rig.wallet)).length, 1);
});

for (const depth of [1, 7]) {
  for (const droppedTransactions of ['mempool', 'forgotten'] as const) {
    const keeps = droppedTransactions === 'mempool' ? 'keeps' : 'forgets';
    test(`a reorganisation by ${depth} in which the network ${keeps} its transactions is not paid for`, async () => {
      const rig = await createRig(store, bitcoin);
      const stamper = rig.start();
      const commitment = await rig.submit();
      await stamper.tick();
      await bitcoin.node.mine(1);
      await stamper.tick();
      rig.clock.pass(TEST_POLICY.minIntervalMs);
      const other = await rig.submit();
      await stamper.tick();
      await bitcoin.node.mine(depth);
      await stamper.tick();
      const before = await listPayments(bitcoin.node, rig.wallet);
      assert.equal(before.length, 2);
      await bitcoin.node.reorganise(depth, { droppedTransactions });
      await stamper.tick();
      assert.deepEqual(await rig.service.lookup(other), { state: 'pending' });
      await bitcoin.node.mine(TEST_POLICY.minConfirmations);
      await stamper.tick();
      await bitcoin.node.mine(TEST_POLICY.minConfirmations);
      await stamper.tick();
      for (const each of [commitment, other]) await assertProven(rig, bitcoin, each);
      const after = await listPayments(bitcoin.node, rig.wallet);
      assert.deepEqual(new Set(after.map(({ input }) => input)), new Set(before.map(({ input }) => input)));
      assert.equal(after.length, 2);
    });
  }
}

test('a reorganisation takes a published proof back until it is confirmed again', async () => {
  const rig = await createRig(store, bitcoin);
  const stamper = rig.start();
  const commitment = await rig.submit();
  await stamper.tick();
  await bitcoin.node.mine(TEST_POLICY.minConfirmations);
  await stamper.tick();
  await assertProven(rig, bitcoin, commitment);
  await bitcoin.node.reorganise(TEST_POLICY.minConfirmations, { droppedTransactions: 'forgotten' });
  await stamper.tick();
  assert.deepEqual(await rig.service.lookup(commitment), { state: 'pending' });
  await bitcoin.node.mine(TEST_POLICY.minConfirmations);
  await stamper.tick();
  await assertProven(rig, bitcoin, commitment);
  assert.equal((await listPayments(bitcoin.node, rig.wallet)).length, 1);
});

test('a stamp and the one that spends its change, both reorganised away and forgotten, are mined again', async () => {
  const rig = await createOneCoinRig(store, bitcoin);
  const stamper = rig.start();
  const commitments = [await rig.submit()];
  await stamper.tick();
  await bitcoin.node.mine(1);
  rig.clock.pass(TEST_POLICY.minIntervalMs);
  commitments.push(await rig.submit());
  await stamper.tick();
  await bitcoin.node.mine(1);
  await stamper.tick();
  const before = await listPayments(bitcoin.node, rig.wallet);
  assert.equal(before[1]!.input, `${before[0]!.txid}:0`);
  await bitcoin.node.reorganise(2, { droppedTransactions: 'forgotten' });
  const restarted = rig.start();
  await restarted.tick();
  assert.equal((await rig.service.status()).condition, null);
  await bitcoin.node.mine(TEST_POLICY.minConfirmations);
  await restarted.tick();
  for (const commitment of commitments) await assertProven(rig, bitcoin, commitment);
  const after = await listPayments(bitcoin.node, rig.wallet);
  assert.deepEqual(
    after.map(({ txid }) => txid),
    before.map(({ txid }) => txid),
  );
});

test('a stamp whose coin went away with a reorganisation is opened again only when the coin stays away', async () => {
  const rig = await createOneCoinRig(store, bitcoin);
  const { chain, heard } = withholding();
  const early = await rig.submit();
  await rig.start({ chain }).tick();
  await bitcoin.node.mine(2);
  await rig.start({ chain }).tick();
  const [first, second] = heard;
  await bitcoin.chain.broadcast(second!);
  await bitcoin.node.mine(1);
  const stamper = rig.start();
  rig.clock.pass(TEST_POLICY.minIntervalMs);
  const late = await rig.submit();
  await stamper.tick();
  await bitcoin.node.mine(1);
  await stamper.tick();
  assert.equal((await listPayments(bitcoin.node, rig.wallet)).length, 2);
  await bitcoin.node.reorganise(2, { droppedTransactions: 'forgotten' });
  await bitcoin.chain.broadcast(first!);
  await bitcoin.node.mine(TEST_POLICY.minConfirmations);
  rig.clock.pass(TEST_POLICY.minIntervalMs);
  await stamper.tick();
  await assertProven(rig, bitcoin, early);
  await bitcoin.node.mine(90);
  await stamper.tick();
  assert.equal((await rig.service.status()).stamps.length, 2);
  assert.deepEqual(await rig.service.lookup(late), { state: 'pending' });
  await bitcoin.node.mine(10);
  for (let passes = 0; passes < 3; passes++) await stamper.tick();
  await bitcoin.node.mine(TEST_POLICY.minConfirmations);
  await stamper.tick();
  await assertProven(rig, bitcoin, late);
  await assertProven(rig, bitcoin, early);
  assert.equal((await listPayments(bitcoin.node, rig.wallet)).length, 2);
});

test('a transaction that blocks leave out is replaced by one that pays more and covers what came since', async () => {
  const rig = await createRig(store, bitcoin);
  const { chain, heard } = withholding();
  const stamper = rig.start({ chain });
  await rig.submit();
  await stamper.tick();
  const late = await rig.submit();
  await bitcoin.node.mine(2);
  await stamper.tick();
  await stamper.tick();
  assert.equal(heard.length, 2, 'one bump a block');
  const [first, second] = heard.map((raw) => parseTransaction(raw));
  assert.deepEqual(second!.inputs[0]!.previousTxid, first!.inputs[0]!.previousTxid);
  const paid = first!.outputs[0]!.valueSats - second!.outputs[0]!.valueSats;
  assert.equal(paid, STAMP_VBYTES);
  assert.notDeepEqual(first!.outputs[1]!.scriptPubKey, second!.outputs[1]!.scriptPubKey);
  // A real node agrees that this is a replacement.
  await bitcoin.chain.broadcast(heard[0]!);
  await bitcoin.chain.broadcast(heard[1]!);
  await bitcoin.node.mine(TEST_POLICY.minConfirmations);
  await stamper.tick();
  await assertProven(rig, bitcoin, late);
  assert.equal((await listPayments(bitcoin.node, rig.wallet)).length, 1);
});

test('when an earlier version is mined after all, what only the later one covered is stamped next', async () => {
  const rig = await createRig(store, bitcoin);
  const { chain, heard } = withholding();
  const early = await rig.submit();
  await rig.start({ chain }).tick();
  const late = await rig.submit();
  await bitcoin.node.mine(2);
  await rig.start({ chain }).tick();
  assert.equal(heard.length, 2);
  await bitcoin.chain.broadcast(heard[0]!);
  await bitcoin.node.mine(TEST_POLICY.minConfirmations);
  const stamper = rig.start();
  await stamper.tick();
  await assertProven(rig, bitcoin, early);
  assert.deepEqual(await rig.service.lookup(late), { state: 'pending' });
  rig.clock.pass(TEST_POLICY.minIntervalMs);
  await stamper.tick();
  await bitcoin.node.mine(TEST_POLICY.minConfirmations);
  await stamper.tick();
  await assertProven(rig, bitcoin, late);
});

test('fees follow the estimate, never pass the cap, and a capped stamp says so and is still broadcast', async () => {
  const maxFeeSats = 4 * STAMP_VBYTES;
  const policy = { ...TEST_POLICY, maxFeeSats };
  const rig = await createRig(store, bitcoin, bitcoin.nextWallet(), policy);
  const { chain, heard, rate } = withholding();
  const stamper = rig.start({ chain });
  rate.estimate = 2;
  await rig.submit();
  await stamper.tick();
  rate.estimate = 1000;
  for (let blocks = 0; blocks < 4; blocks++) {
    await bitcoin.node.mine(2);
    await stamper.tick();
  }
  const [coin] = (await store.calendar.listUnsettledStamps(rig.name)).map(({ input }) => input);
  const fees = heard.map((raw) => feeOf(raw, coin!.valueSats));
  assert.deepEqual(fees, [2 * STAMP_VBYTES, maxFeeSats, maxFeeSats, maxFeeSats, maxFeeSats]);
  assert.equal((await rig.service.status()).condition, 'fee-capped');
  await bitcoin.chain.broadcast(heard.at(-1)!);
  await bitcoin.node.mine(1);
  await stamper.tick();
  assert.equal((await rig.service.status()).condition, null);
});

test('without coins commitments stay queued, it is said why, and coins that arrive are used', async () => {
  const funded = bitcoin.nextWallet();
  const policy = { ...TEST_POLICY, walletBirthHeight: null };
  const rig = await createRig(store, bitcoin, funded, policy);
  const stamper = rig.start();
  const commitment = await rig.submit();
  await stamper.tick();
  const status = await rig.service.status();
  assert.equal(status.condition, 'no-coins');
  assert.equal(status.pendingCommitments, 1);
  assert.equal(status.balanceSats, 0);
  await bitcoin.node.mine(1, funded.scriptPubKey);
  await stamper.tick();
  assert.equal((await rig.service.status()).condition, 'no-coins', 'a fresh coinbase cannot be spent');
  await bitcoin.node.mine(99);
  await stamper.tick();
  assert.equal((await rig.service.status()).condition, null);
  await bitcoin.node.mine(TEST_POLICY.minConfirmations);
  await stamper.tick();
  await assertProven(rig, bitcoin, commitment);
});

test('with its node down or behind it accepts, says so, and recovers', async () => {
  const rig = await createRig(store, bitcoin);
  await rig.start().tick();
  const down = rig.start({ chain: chainWith({ tip: async () => unreachable() }) });
  const commitment = await rig.submit();
  await down.tick();
  assert.equal((await rig.service.status()).condition, 'chain-unreachable');
  const { height } = bitcoin.node.tip();
  const staleHeight = height - 5;
  const behind = rig.start({
    chain: chainWith({
      tip: async () => ({ height: staleHeight, hash: (await bitcoin.chain.blockHash(staleHeight))! }),
      blockHash: async (at) => (at > staleHeight ? null : bitcoin.chain.blockHash(at)),
    }),
  });
  await behind.tick();
  const status = await rig.service.status();
  assert.equal(status.condition, 'chain-behind');
  assert.equal(status.best?.height, height, 'what was seen is not taken back');
  const stamper = rig.start();
  await stamper.tick();
  await bitcoin.node.mine(TEST_POLICY.minConfirmations);
  await stamper.tick();
  assert.equal((await rig.service.status()).condition, null);
  await assertProven(rig, bitcoin, commitment);
});

test('a coin that somebody else spends frees its commitments only once that is deep enough', async () => {
  const rig = await createRig(store, bitcoin);
  const { chain } = withholding();
  const commitment = await rig.submit();
  await rig.start({ chain }).tick();
  const [stamp] = await store.calendar.listUnsettledStamps(rig.name);
  const rival = rig.wallet.sign({ input: stamp!.input, feeSats: 50_000, tip: new Uint8Array(32).fill(1) });
  await bitcoin.chain.broadcast(rival.raw);
  await bitcoin.node.mine(TEST_POLICY.minConfirmations - 1);
  const stamper = rig.start();
  rig.clock.pass(TEST_POLICY.minIntervalMs);
  await stamper.tick();
  assert.equal((await rig.service.status()).condition, 'transaction-refused');
  assert.equal((await rig.service.status()).stamps.length, 1);
  await bitcoin.node.mine(1);
  await stamper.tick();
  await stamper.tick();
  const { stamps } = await rig.service.status();
  assert.deepEqual(
    stamps.map(({ abandoned }) => abandoned),
    [false, true],
  );
  await bitcoin.node.mine(TEST_POLICY.minConfirmations);
  await stamper.tick();
  await assertProven(rig, bitcoin, commitment);
});

test('two processes on one store open one stamp between them, and the second takes over when the first dies', async () => {
  const rig = await createRig(store, bitcoin);
  const commitment = await rig.submit();
  const one = rig.start({ nodeId: 'one' });
  const two = rig.start({ nodeId: 'two' });
  await Promise.all([one.tick(), two.tick(), one.tick(), two.tick()]);
  rig.clock.pass(60_000);
  await Promise.all([two.tick(), one.tick()]);
  assert.equal((await rig.service.status()).stamps.length, 1);
  await bitcoin.node.mine(TEST_POLICY.minConfirmations);
  rig.clock.pass(60_000);
  await two.tick();
  await assertProven(rig, bitcoin, commitment);
  assert.equal((await listPayments(bitcoin.node, rig.wallet)).length, 1);
});

test('no more commitments than the policy allows go into one transaction; only a full one follows at once', async () => {
  const policy = { ...TEST_POLICY, maxPending: 2 };
  const rig = await createRig(store, bitcoin, bitcoin.nextWallet(), policy);
  const commitments: Uint8Array[] = [];
  for (let index = 0; index < 5; index++) commitments.push(await rig.submit());
  const stamper = rig.start();
  for (let blocks = 0; blocks < 3; blocks++) {
    await stamper.tick();
    await bitcoin.node.mine(1);
  }
  assert.equal((await listPayments(bitcoin.node, rig.wallet)).length, 2);
  rig.clock.pass(TEST_POLICY.minIntervalMs);
  await stamper.tick();
  await bitcoin.node.mine(TEST_POLICY.minConfirmations);
  await stamper.tick();
  for (const commitment of commitments) await assertProven(rig, bitcoin, commitment);
  assert.equal((await listPayments(bitcoin.node, rig.wallet)).length, 3);
});

test('a calendar whose wallet key was exchanged refuses to go on and says so', async () => {
  const rig = await createRig(store, bitcoin);
  await rig.start().tick();
  await rig.start({ wallet: bitcoin.nextWallet() }).tick();
  assert.equal((await rig.service.status()).condition, 'wallet-changed');
});

test('a stamp beyond any reorganisation is settled: only the mined version is kept, its proof is still served', async () => {
  const rig = await createRig(store, bitcoin);
  const { chain, heard } = withholding();
  const commitment = await rig.submit();
  const stamper = rig.start({ chain });
  await stamper.tick();
  await bitcoin.node.mine(2);
  await stamper.tick();
  await bitcoin.chain.broadcast(heard.at(-1)!);
  await bitcoin.node.mine(205);
  await stamper.tick();
  assert.deepEqual(await store.calendar.listUnsettledStamps(rig.name), []);
  assert.equal((await store.calendar.readStamper(rig.name))?.settledPosition, 1);
  const versions = await database.kysely
    .selectFrom('calendar_stamp_version')
    .select('version')
    .where('calendar', '=', rig.name)
    .execute();
  assert.deepEqual(versions, [{ version: 2 }]);
  await assertProven(rig, bitcoin, commitment);
  rig.clock.pass(TEST_POLICY.minIntervalMs);
  const next = await rig.submit();
  const after = rig.start();
  await after.tick();
  await bitcoin.node.mine(TEST_POLICY.minConfirmations);
  await after.tick();
  await assertProven(rig, bitcoin, next);
});
