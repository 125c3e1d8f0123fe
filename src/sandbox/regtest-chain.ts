import { setInterval } from 'node:timers';
import type { Address, FullNode, Tx } from 'bcoin';
import { equalBytes } from '../base/bytes.ts';
import { CodedError } from '../base/coded-error.ts';
import { decodeHex, encodeHex } from '../base/hex.ts';
import type { ChainTip } from '../core/chain.ts';
import { BLOCK_HEADER_BYTES } from '../proof/bitcoin/block-header.ts';
import { parseTransaction } from '../proof/bitcoin/transaction.ts';
import { loadBcoin } from './load-bcoin.ts';
import { RELAY_FEE_SATS_PER_VBYTE, submitTransaction, TransactionRefusal } from './regtest-mempool.ts';
import { alignRpcWithCore } from './regtest-rpc.ts';

/**
 * Height of a fresh chain. Segregated witness is active from block 432 (three BIP 9 windows of 144), and all but the
 * last 100 coinbases are spendable.
 */
export const REGTEST_START_HEIGHT = 600;

/** Real chains have minutes between blocks; mined in a row, these would otherwise run ahead of the clock. */
const START_BLOCK_INTERVAL_SECONDS = 60;

const RPC_USER = 'touchmark';

export interface RegtestChainOptions {
  /** Where the chain is kept between runs; `null` keeps it in memory. */
  readonly folder: string | null;
  /** Port of the JSON-RPC server on 127.0.0.1; 0 picks a free one. */
  readonly rpcPort: number;
  /** Password of the JSON-RPC server, ASCII, at most 255 characters. */
  readonly apiKey: string;
  /** Scripts that share the coinbases of the first blocks, in turn, so that several wallets start with coins. */
  readonly payTo: readonly Uint8Array[];
}

interface ReorganiseOptions {
  /** By how many blocks the new branch is longer than the one it replaces; default 1. */
  readonly extra?: number;
  /** What becomes of the transactions in the replaced blocks: back to the mempool (default), or forgotten. */
  readonly droppedTransactions?: 'mempool' | 'forgotten';
}

export interface RegtestTransaction {
  readonly rawTransaction: Uint8Array;
  /** `null` while it is in the mempool. */
  readonly block: ChainTip | null;
}

export interface UnspentOutput {
  readonly txid: Uint8Array;
  readonly vout: number;
  readonly valueSats: number;
  /** Height of its block; `null` while it is in the mempool. */
  readonly height: number | null;
}

/** A Bitcoin regtest node in this process. Hashes and txids are 32 bytes in internal byte order. */
export interface RegtestChain extends AsyncDisposable {
  /** JSON-RPC of the node, credentials included: `http://user:password@127.0.0.1:port/`. */
  readonly rpcUrl: string;
  /** In sat/vB. */
  readonly feeRate: number;
  /** Mines blocks with what is in the mempool. Without a script the coins go to nobody. */
  mine(blocks: number, payTo?: Uint8Array): Promise<void>;
  /** Mines a block every `intervalMs` until disposal; stops and reports when mining fails. */
  startMining(intervalMs: number, onError: (error: unknown) => void): void;
  /** Replaces the last `depth` blocks by a longer branch of empty blocks. */
  reorganise(depth: number, options?: ReorganiseOptions): Promise<void>;
  /** Takes a transaction and returns its txid, or rejects with a `TransactionRefusal`. */
  submit(rawTransaction: Uint8Array): Promise<Uint8Array>;
  tip(): ChainTip;
  /** Hash of the best chain's block at a height; `null` above the tip. */
  blockHash(height: number): Promise<Uint8Array | null>;
  blockHeader(hash: Uint8Array): Promise<Uint8Array | null>;
  block(hash: Uint8Array): Promise<Uint8Array | null>;
  /** Where a block stands, and whether the best chain runs through it. */
  blockPosition(hash: Uint8Array): Promise<{ readonly height: number; readonly isInBestChain: boolean } | null>;
  transaction(txid: Uint8Array): Promise<RegtestTransaction | null>;
  unspentOutputs(scriptPubKey: Uint8Array): Promise<UnspentOutput[]>;
}

export class RegtestChainError extends CodedError<'chain-in-use'> {}

/** Starts the node; a fresh chain is first mined to `REGTEST_START_HEIGHT`. Errors: `chain-in-use`. */
export async function openRegtestChain(options: RegtestChainOptions): Promise<RegtestChain> {
  const bcoin = await loadBcoin();
  const node = new bcoin.FullNode({
    network: 'regtest',
    memory: options.folder === null,
    ...(options.folder === null ? {} : { prefix: options.folder }),
    workers: false,
    listen: false,
    indexTx: true,
    indexAddress: true,
    httpHost: '127.0.0.1',
    httpPort: options.rpcPort,
    apiKey: options.apiKey,
    logConsole: false,
    logFile: false,
  });
  node.mempool.options.maxOrphans = 0;
  const chain = new BcoinRegtestChain(node, bcoin, options.apiKey);
  await node.ensure();
  try {
    await node.open();
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('IO error: lock'))) throw error;
    const reason = `${options.folder} is in use by another process: stop it first, or name another TOUCHMARK_DATA`;
    throw new RegtestChainError('chain-in-use', reason, { cause: error });
  }
  try {
    await chain.mineToStart(options.payTo);
  } catch (error) {
    await node.close();
    throw error;
  }
  return chain;
}

class BcoinRegtestChain implements RegtestChain {
  readonly feeRate = RELAY_FEE_SATS_PER_VBYTE;
  readonly #node: FullNode;
  readonly #bcoin: typeof import('bcoin')['default'];
  readonly #apiKey: string;
  #lastChange: Promise<unknown> = Promise.resolve();
  #miningTimer: NodeJS.Timeout | undefined;

  constructor(node: FullNode, bcoin: typeof import('bcoin')['default'], apiKey: string) {
    this.#node = node;
    this.#bcoin = bcoin;
    this.#apiKey = apiKey;
    alignRpcWithCore(node, (rawTransaction) => this.submit(rawTransaction));
  }

  get rpcUrl(): string {
    return `http://${RPC_USER}:${encodeURIComponent(this.#apiKey)}@127.0.0.1:${this.#node.http.address().port}/`;
  }

  mine(blocks: number, payTo?: Uint8Array): Promise<void> {
    return this.#change(async () => {
      const address = this.#address(payTo);
      for (let left = blocks; left > 0; left--) await this.#mineBlock(address);
    });
  }

  /** A node killed while it mined its first blocks goes on where it was. */
  mineToStart(payTo: readonly Uint8Array[]): Promise<void> {
    return this.#change(async () => {
      const addresses = payTo.length === 0 ? [this.#address()] : payTo.map((script) => this.#address(script));
      const nowSeconds = Math.floor(Date.now() / 1000);
      for (let height = this.tip().height + 1; height <= REGTEST_START_HEIGHT; height++) {
        const job = await this.#node.miner.createJob(null, addresses[height % addresses.length]!);
        job.attempt.time = nowSeconds - (REGTEST_START_HEIGHT - height) * START_BLOCK_INTERVAL_SECONDS;
        await this.#node.chain.add(await job.mineAsync());
      }
    });
  }

  startMining(intervalMs: number, onError: (error: unknown) => void): void {
    let isMining = false;
    this.#miningTimer = setInterval(async () => {
      if (isMining) return;
      isMining = true;
      try {
        await this.mine(1);
      } catch (error) {
        clearInterval(this.#miningTimer);
        onError(error);
      } finally {
        isMining = false;
      }
    }, intervalMs);
  }

  reorganise(depth: number, { extra = 1, droppedTransactions = 'mempool' }: ReorganiseOptions = {}): Promise<void> {
    return this.#change(async () => {
      const { chain, mempool } = this.#node;
      const tipHeight = chain.tip.height;
      const dropped = await this.#transactionsAbove(tipHeight - depth);
      const waiting = [...mempool.map.values()].map(({ tx }) => tx);
      let parent = (await chain.getEntry(tipHeight - depth))!;
      for (let left = depth + extra; left > 0; left--) {
        const job = await this.#node.miner.createJob(parent, this.#address());
        job.attempt.items = [];
        job.attempt.fees = 0;
        job.refresh();
        parent = (await chain.add(await job.mineAsync()))!;
      }
      if (droppedTransactions === 'forgotten') this.#forget(dropped);
      // bcoin puts dropped transactions back only sometimes, and drops spends of coinbases from its mempool.
      const wanted = droppedTransactions === 'mempool' ? [...dropped, ...waiting] : waiting;
      for (const tx of wanted) await this.#resubmit(tx);
    });
  }

  submit(rawTransaction: Uint8Array): Promise<Uint8Array> {
    return this.#change(async () => {
      await submitTransaction(this.#node, rawTransaction, this.#bcoin.TX.fromRaw.bind(this.#bcoin.TX));
      return parseTransaction(rawTransaction).txid;
    });
  }

  tip(): ChainTip {
    const { height, hash } = this.#node.chain.tip;
    return { height, hash: decodeHex(hash)! };
  }

  async blockHash(height: number): Promise<Uint8Array | null> {
    if (height > this.#node.chain.tip.height) return null;
    const hash = await this.#node.chain.getHash(height);
    return hash === null ? null : decodeHex(hash);
  }

  async blockHeader(hash: Uint8Array): Promise<Uint8Array | null> {
    const entry = await this.#node.chain.getEntry(encodeHex(hash));
    return entry ? Uint8Array.from(entry.toRaw().subarray(0, BLOCK_HEADER_BYTES)) : null;
  }

  async block(hash: Uint8Array): Promise<Uint8Array | null> {
    const block = await this.#node.chain.getRawBlock(encodeHex(hash));
    return block && Uint8Array.from(block);
  }

  async blockPosition(hash: Uint8Array) {
    const entry = await this.#node.chain.getEntry(encodeHex(hash));
    return entry && { height: entry.height, isInBestChain: await this.#node.chain.isMainChain(entry) };
  }

  async transaction(txid: Uint8Array): Promise<RegtestTransaction | null> {
    const meta = await this.#node.getMeta(encodeHex(txid));
    if (!meta) return null;
    const block = meta.block === null ? null : { height: meta.height, hash: decodeHex(meta.block)! };
    return { rawTransaction: Uint8Array.from(meta.tx.toRaw()), block };
  }

  async unspentOutputs(scriptPubKey: Uint8Array): Promise<UnspentOutput[]> {
    const coins = await this.#node.getCoinsByAddress(this.#address(scriptPubKey));
    return coins
      .filter(({ script }) => equalBytes(script.toRaw(), scriptPubKey))
      .map(({ hash, index, value, height }) => ({
        txid: decodeHex(hash)!,
        vout: index,
        valueSats: value,
        height: height === -1 ? null : height,
      }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#miningTimer);
    await this.#change(() => {
      const closed = this.#node.close();
      // A connection on which nothing is asked would otherwise keep the node for as long as it likes.
      this.#node.http.http.closeAllConnections();
      return closed;
    });
  }

  /** One change of chain or mempool at a time: bcoin's own locks do not cover submitting while a block connects. */
  #change<Result>(change: () => Promise<Result>): Promise<Result> {
    const result = this.#lastChange.then(change);
    this.#lastChange = result.catch(() => {});
    return result;
  }

  #address(scriptPubKey?: Uint8Array): Address {
    if (!scriptPubKey) return new this.#bcoin.Address();
    const address = this.#bcoin.Address.fromScript(this.#bcoin.Script.fromRaw(Buffer.from(scriptPubKey)));
    if (!address) throw new TypeError('The node can follow scripts that have an address only');
    return address;
  }

  async #mineBlock(payTo: Address): Promise<void> {
    const job = await this.#node.miner.createJob(null, payTo);
    await this.#node.chain.add(await job.mineAsync());
  }

  async #transactionsAbove(forkHeight: number): Promise<Tx[]> {
    const { chain } = this.#node;
    const transactions: Tx[] = [];
    for (let height = forkHeight + 1; height <= chain.tip.height; height++) {
      const block = await chain.getBlock((await chain.getHash(height))!);
      transactions.push(...block!.txs.slice(1));
    }
    return transactions;
  }

  #forget(transactions: readonly Tx[]): void {
    const { mempool } = this.#node;
    for (const tx of transactions) {
      const entry = mempool.getEntry(tx.hash('hex'));
      if (entry) mempool.evictEntry(entry);
    }
  }

  /** A transaction can have become invalid with the branch: its coins may not exist any more. */
  async #resubmit(tx: Tx): Promise<void> {
    try {
      await submitTransaction(this.#node, tx.toRaw(), () => tx);
    } catch (error) {
      if (!(error instanceof TransactionRefusal)) throw error;
    }
  }
}
