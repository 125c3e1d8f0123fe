import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { equalBytes } from '../../src/base/bytes.ts';
import type { Clock } from '../../src/base/clock.ts';
import { encodeHex } from '../../src/base/hex.ts';
import { createJournal } from '../../src/core/calendar/journal.ts';
import { MAINNET_STAMP_POLICY, type StampPolicy } from '../../src/core/calendar/policy.ts';
import { type CalendarService, openCalendar } from '../../src/core/calendar/service.ts';
import { createStamper, type StamperOptions } from '../../src/core/calendar/stamper.ts';
import { createStampWallet, type StampWallet } from '../../src/core/calendar/wallet.ts';
import type { ChainWriter } from '../../src/core/chain.ts';
import type { Store } from '../../src/core/store.ts';
import { createBitcoinCoreChain } from '../../src/net/chain/bitcoin-core.ts';
import { parseBlock } from '../../src/proof/bitcoin/block.ts';
import { parseBlockHeader } from '../../src/proof/bitcoin/block-header.ts';
import { parseTransaction } from '../../src/proof/bitcoin/transaction.ts';
import { decodeTimestamp, encodeTimestamp } from '../../src/proof/ots/codec.ts';
import { walkAttestations } from '../../src/proof/ots/timestamp.ts';
import { openRegtestChain, type RegtestChain } from '../../src/sandbox/regtest-chain.ts';

/** A calendar's first coins are in blocks from here on, some of them mature when the chain opens. */
const WALLET_BIRTH_HEIGHT = 460;
const WALLETS = 40;

export const TEST_POLICY: StampPolicy = {
  ...MAINNET_STAMP_POLICY,
  minIntervalMs: 60_000,
  minConfirmations: 3,
  walletBirthHeight: WALLET_BIRTH_HEIGHT,
};

export class TestClock implements Clock {
  #now = 1_800_000_000_000;

  now(): number {
    return this.#now;
  }

  async sleep(): Promise<void> {}

  pass(ms: number): void {
    this.#now += ms;
  }
}

/** A regtest node and wallets that own coins on it, one for each test. */
export interface Bitcoin extends AsyncDisposable {
  readonly node: RegtestChain;
  readonly chain: ChainWriter;
  nextWallet(): StampWallet;
}

export async function openBitcoin(): Promise<Bitcoin> {
  const wallets = Array.from({ length: WALLETS }, () => createStampWallet(randomBytes(32), 'regtest'));
  const node = await openRegtestChain({
    folder: null,
    rpcPort: 0,
    apiKey: randomUUID(),
    payTo: wallets.map(({ scriptPubKey }) => scriptPubKey),
  });
  return {
    node,
    chain: createBitcoinCoreChain({ url: node.rpcUrl, network: 'regtest' }),
    nextWallet: () => wallets.pop()!,
    [Symbol.asyncDispose]: () => node[Symbol.asyncDispose](),
  };
}

/** A calendar whose wallet owns exactly one coin, so that its second stamp spends the first one's change. */
export async function createOneCoinRig(store: Store, bitcoin: Bitcoin): Promise<Rig> {
  const wallet = createStampWallet(randomBytes(32), 'regtest');
  await bitcoin.node.mine(1, wallet.scriptPubKey);
  const walletBirthHeight = bitcoin.node.tip().height;
  await bitcoin.node.mine(99);
  return createRig(store, bitcoin, wallet, { ...TEST_POLICY, walletBirthHeight });
}

export interface Rig {
  readonly name: string;
  readonly clock: TestClock;
  readonly wallet: StampWallet;
  readonly service: CalendarService;
  /** A stamper as a process that starts now would make it. */
  start(changes?: Partial<StamperOptions>): { tick(): Promise<void> };
  /** Submits a digest; returns the commitment it ends in. */
  submit(): Promise<Uint8Array>;
}

export async function createRig(
  store: Store,
  bitcoin: Bitcoin,
  wallet: StampWallet = bitcoin.nextWallet(),
  policy: StampPolicy = TEST_POLICY,
): Promise<Rig> {
  const name = `calendar-${randomUUID().slice(0, 8)}`;
  const clock = new TestClock();
  const service = await openCalendar({
    name,
    uri: `http://127.0.0.1/calendar/${name}`,
    store,
    journal: createJournal(store),
    hmacKey: randomBytes(32),
    clock,
    random: (length) => randomBytes(length),
    wallet,
    policy,
    refuseAfterMs: null,
  });
  return {
    name,
    clock,
    wallet,
    service,
    start: (changes) =>
      createStamper({ name, store, chain: bitcoin.chain, wallet, clock, policy, nodeId: 'one', ...changes }),
    async submit() {
      const digest = randomBytes(32);
      return pendingCommitment(digest, await service.submit(digest));
    },
  };
}

/** The commitment in a calendar's answer to a digest. */
export function pendingCommitment(digest: Uint8Array, answer: Uint8Array): Uint8Array {
  const timestamp = decodeTimestamp(answer, digest);
  assert.deepEqual(Buffer.from(encodeTimestamp(timestamp)), Buffer.from(answer), 'the answer is canonical');
  const attested = [...walkAttestations(timestamp)];
  assert.equal(attested.length, 1);
  assert.equal(attested[0]!.attestation.type, 'pending');
  return attested[0]!.message;
}

/** Checks a published proof against the node's blocks. */
export async function assertProven({ service }: Rig, { node }: Bitcoin, commitment: Uint8Array): Promise<void> {
  const lookup = await service.lookup(commitment);
  assert.equal(lookup.state, 'published');
  assert(lookup.state === 'published');
  await assertLeadsToBlock(node, commitment, lookup.proof);
}

export async function assertLeadsToBlock(node: RegtestChain, commitment: Uint8Array, proof: Uint8Array): Promise<void> {
  const timestamp = decodeTimestamp(proof, commitment);
  assert.deepEqual(Buffer.from(encodeTimestamp(timestamp)), Buffer.from(proof), 'the proof is canonical');
  const [attested, ...others] = [...walkAttestations(timestamp)];
  assert.equal(others.length, 0);
  assert(attested?.attestation.type === 'bitcoin');
  const hash = await node.blockHash(attested.attestation.height);
  assert(hash, 'the block is in the best chain');
  const header = parseBlockHeader((await node.blockHeader(hash))!);
  assert.equal(encodeHex(attested.message), encodeHex(header.merkleRoot));
}

export interface MinedPayment {
  readonly height: number;
  readonly txid: string;
  readonly input: string;
}

/** Every transaction in the best chain that a wallet's calendar has paid for. */
export async function listPayments(node: RegtestChain, { scriptPubKey }: StampWallet): Promise<MinedPayment[]> {
  const payments: MinedPayment[] = [];
  for (let height = WALLET_BIRTH_HEIGHT; height <= node.tip().height; height++) {
    const block = parseBlock((await node.block((await node.blockHash(height))!))!);
    for (const { txid, inputs, outputs } of block.transactions.slice(1)) {
      if (!outputs.some((output) => equalBytes(output.scriptPubKey, scriptPubKey))) continue;
      const [input] = inputs;
      payments.push({
        height,
        txid: encodeHex(txid),
        input: `${encodeHex(input!.previousTxid)}:${input!.previousVout}`,
      });
    }
  }
  return payments;
}

/** The fee of a raw transaction that spends one output of `valueSats`. */
export function feeOf(raw: Uint8Array, valueSats: number): number {
  return valueSats - parseTransaction(raw).outputs.reduce((sum, output) => sum + output.valueSats, 0);
}
