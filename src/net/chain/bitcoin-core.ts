import { decodeHex, encodeHex } from '../../base/hex.ts';
import type { ChainTip, ChainWriter, PaymentAddress, PaymentChain, PaymentOutput } from '../../core/chain.ts';
import { BLOCK_MAX_BYTES } from '../../proof/bitcoin/block.ts';
import { ChainError } from '../../proof/bitcoin/chain-error.ts';
import type { BitcoinNetwork } from '../../proof/bitcoin/network.ts';
import {
  ALREADY_IN_CHAIN_RPC_CODE,
  checkBlock,
  checkGenesis,
  checkHeader,
  checkTxid,
  computeTxid,
  encodeDisplayHash,
  parseDisplayHash,
  parseFeeRate,
  parseHeight,
  parseJsonObject,
  printableReason,
} from './checked-answer.ts';
import { BLOCK_TIMEOUT_MS, type ChainHttpOptions, exchange, SMALL_ANSWER_TIMEOUT_MS } from './exchange.ts';
import { MempoolView } from './mempool-view.ts';

export interface BitcoinCoreOptions extends ChainHttpOptions {
  /** The RPC address, `http://127.0.0.1:8332/` for one. It may carry `user:password@`. */
  readonly url: string;
  /** Reads `user:password` where the address has none: the node's cookie file, which changes when the node restarts. */
  readonly readCredentials?: (() => Promise<string>) | undefined;
  readonly network: BitcoinNetwork;
}

/** A hex block, and the JSON around it. */
const BLOCK_JSON_MAX_BYTES = 2 * BLOCK_MAX_BYTES + 1024;
const JSON_MAX_BYTES = 65_536;
/** The ids of half a million transactions; the mempool of a node with default settings holds fewer. */
const MEMPOOL_JSON_MAX_BYTES = 33_554_432;
/** Nodes relay transactions up to 400,000 weight units, 100,000 bytes or 400,000 with witnesses, here in hex. */
const TRANSACTION_JSON_MAX_BYTES = 1_048_576;

/** Bitcoin Core's RPC error codes (its rpc/protocol.h). */
const RPC_INVALID_ADDRESS_OR_KEY = -5;
const RPC_INVALID_PARAMETER = -8;
const RPC_IN_WARMUP = -28;
/** Undecodable, missing inputs, rejected by policy or consensus. */
const RPC_TRANSACTION_REFUSALS = [-22, -25, -26];

type RpcOutcome = { readonly result: unknown } | { readonly errorCode: number; readonly reason: string };

/** Bitcoin through the JSON-RPC of a Bitcoin Core node. It needs no wallet and no transaction index. */
export function createBitcoinCoreChain(options: BitcoinCoreOptions): ChainWriter & PaymentChain {
  return new BitcoinCoreChain(options);
}

class BitcoinCoreChain implements ChainWriter, PaymentChain {
  readonly network: BitcoinNetwork;
  readonly #options: BitcoinCoreOptions;
  readonly #url: URL;
  #credentials: string | null;
  readonly #mempool = new MempoolView();
  #isNetworkKnown = false;

  constructor(options: BitcoinCoreOptions) {
    this.network = options.network;
    this.#options = options;
    this.#url = new URL(options.url);
    const { username, password } = this.#url;
    this.#credentials = options.readCredentials
      ? null
      : `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    this.#url.username = '';
    this.#url.password = '';
  }

  async tip(signal?: AbortSignal): Promise<ChainTip> {
    await this.#checkNetwork(signal);
    const info = expectResult(await this.#call('getblockchaininfo', [], signal));
    if (typeof info !== 'object' || info === null) throw new ChainError('chain-garbled', 'The node sent no chain info');
    const { blocks, bestblockhash, initialblockdownload } = info as Record<string, unknown>;
    if (initialblockdownload === true) throw new ChainError('chain-behind', 'The node is catching up with the network');
    return { height: parseHeight(blocks), hash: parseDisplayHash(bestblockhash) };
  }

  async blockHash(height: number, signal?: AbortSignal): Promise<Uint8Array | null> {
    await this.#checkNetwork(signal);
    const outcome = await this.#call('getblockhash', [height], signal);
    if (hasErrorCode(outcome, RPC_INVALID_PARAMETER)) return null;
    return parseDisplayHash(expectResult(outcome));
  }

  async blockHeader(hash: Uint8Array, signal?: AbortSignal): Promise<Uint8Array | null> {
    const outcome = await this.#call('getblockheader', [encodeDisplayHash(hash), false], signal);
    if (hasErrorCode(outcome, RPC_INVALID_ADDRESS_OR_KEY)) return null;
    return checkHeader(expectResult(outcome), hash, this.network);
  }

  async block(hash: Uint8Array, signal?: AbortSignal): Promise<Uint8Array> {
    const outcome = await this.#call('getblock', [encodeDisplayHash(hash), false], signal, {
      bodyMaxBytes: BLOCK_JSON_MAX_BYTES,
      timeoutMs: this.#options.blockTimeoutMs ?? BLOCK_TIMEOUT_MS,
    });
    if (hasErrorCode(outcome, RPC_INVALID_ADDRESS_OR_KEY)) {
      throw new ChainError('block-unknown', 'The node does not have that block');
    }
    const hex = expectResult(outcome);
    const bytes = typeof hex === 'string' ? decodeHex(hex) : null;
    if (!bytes) throw new ChainError('chain-garbled', 'The node did not answer with a block');
    return checkBlock(bytes, hash);
  }

  async broadcast(rawTransaction: Uint8Array, signal?: AbortSignal): Promise<{ txid: Uint8Array }> {
    const txid = computeTxid(rawTransaction);
    const outcome = await this.#call('sendrawtransaction', [encodeHex(rawTransaction)], signal);
    if (hasErrorCode(outcome, ALREADY_IN_CHAIN_RPC_CODE)) return { txid };
    if ('errorCode' in outcome && RPC_TRANSACTION_REFUSALS.includes(outcome.errorCode)) {
      throw new ChainError('transaction-refused', outcome.reason);
    }
    checkTxid(expectResult(outcome), txid);
    return { txid };
  }

  async feeRate(targetBlocks: number, signal?: AbortSignal): Promise<number | null> {
    const estimate = expectResult(await this.#call('estimatesmartfee', [targetBlocks], signal));
    if (typeof estimate !== 'object' || estimate === null) {
      throw new ChainError('chain-garbled', 'The node sent no estimate');
    }
    return parseFeeRate('feerate' in estimate ? estimate.feerate : null, 'coin/kvB');
  }

  unconfirmedOutputs(addresses: readonly PaymentAddress[], signal?: AbortSignal): Promise<PaymentOutput[]> {
    const source = {
      listTxids: async () => {
        const txids = expectResult(
          await this.#call('getrawmempool', [], signal, {
            bodyMaxBytes: MEMPOOL_JSON_MAX_BYTES,
            timeoutMs: this.#options.timeoutMs ?? SMALL_ANSWER_TIMEOUT_MS,
          }),
        );
        if (!Array.isArray(txids)) throw new ChainError('chain-garbled', 'The node sent no list of transactions');
        return txids.map((txid: unknown) => encodeDisplayHash(parseDisplayHash(txid)));
      },
      readTransaction: async (txid: string) => {
        const outcome = await this.#call('getrawtransaction', [txid], signal, {
          bodyMaxBytes: TRANSACTION_JSON_MAX_BYTES,
          timeoutMs: this.#options.timeoutMs ?? SMALL_ANSWER_TIMEOUT_MS,
        });
        if ('errorCode' in outcome) return null;
        return typeof outcome.result === 'string' ? decodeHex(outcome.result) : null;
      },
    };
    return this.#mempool.look(source, addresses);
  }

  async #checkNetwork(signal: AbortSignal | undefined): Promise<void> {
    if (this.#isNetworkKnown) return;
    checkGenesis(parseDisplayHash(expectResult(await this.#call('getblockhash', [0], signal))), this.network);
    this.#isNetworkKnown = true;
  }

  async #call(
    method: string,
    params: readonly unknown[],
    signal: AbortSignal | undefined,
    limits = { bodyMaxBytes: JSON_MAX_BYTES, timeoutMs: this.#options.timeoutMs ?? SMALL_ANSWER_TIMEOUT_MS },
  ): Promise<RpcOutcome> {
    const { readCredentials } = this.#options;
    this.#credentials ??= (await readCredentials!()).trim();
    const { status, body } = await exchange({
      url: this.#url,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Basic ${Buffer.from(this.#credentials).toString('base64')}`,
      },
      body: JSON.stringify({ jsonrpc: '1.0', id: method, method, params }),
      ...limits,
      dispatcher: this.#options.dispatcher,
      signal,
    }).catch((error) => {
      // The node was restarted and has written another cookie: the next question takes that one.
      if (readCredentials && error instanceof ChainError && error.code === 'chain-unauthorised')
        this.#credentials = null;
      throw error;
    });
    // Protocol 1.0 puts RPC errors under status 500, an unknown method under 404.
    if (status !== 200 && status !== 404 && status !== 500) {
      throw new ChainError('chain-garbled', `The node answered ${status}`);
    }
    const outcome = parseOutcome(parseJsonObject(body), method);
    if (hasErrorCode(outcome, RPC_IN_WARMUP)) throw new ChainError('chain-unreachable', 'The node is starting');
    return outcome;
  }
}

function parseOutcome(answer: Readonly<Record<string, unknown>>, id: string): RpcOutcome {
  const { error, result } = answer;
  if (answer.id !== id) throw new ChainError('chain-garbled', 'The node answered another question');
  if (error === null || error === undefined) return { result };
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code !== 'number') throw new ChainError('chain-garbled', 'The node sent an error without a code');
  return { errorCode: code, reason: printableReason(String(message)) };
}

function hasErrorCode(outcome: RpcOutcome, code: number): boolean {
  return 'errorCode' in outcome && outcome.errorCode === code;
}

function expectResult(outcome: RpcOutcome): unknown {
  if ('result' in outcome) return outcome.result;
  throw new ChainError('chain-garbled', `The node answered with error ${outcome.errorCode}: ${outcome.reason}`);
}
