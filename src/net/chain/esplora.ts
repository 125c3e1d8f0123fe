import { mapConcurrently } from '../../base/concurrency.ts';
import { encodeHex } from '../../base/hex.ts';
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
  parseJsonArray,
  parseJsonObject,
  parseSats,
  printableReason,
} from './checked-answer.ts';
import {
  BLOCK_TIMEOUT_MS,
  type ChainHttpOptions,
  type ChainResponse,
  exchange,
  SMALL_ANSWER_TIMEOUT_MS,
} from './exchange.ts';

export interface EsploraOptions extends ChainHttpOptions {
  /** Base of the API, `https://blockstream.info/api` for one. */
  readonly url: string;
  readonly network: BitcoinNetwork;
}

/** 64 hex digits, or a height, or a short refusal, and room for a line end. */
const HASH_MAX_BYTES = 80;
/** 160 hex digits and some room. */
const HEADER_MAX_BYTES = 200;
const JSON_MAX_BYTES = 65_536;
/** Esplora lists at most 500 outputs of an address, by default, each in some 250 bytes. */
const OUTPUTS_MAX_BYTES = 262_144;
/** Public servers answer one client with 429 above a few requests at once. */
const ADDRESS_CONCURRENCY = 4;

/** Bitcoin through an Esplora REST API (Blockstream's or mempool.space's). */
export function createEsploraChain(options: EsploraOptions): ChainWriter & PaymentChain {
  return new EsploraChain(options);
}

class EsploraChain implements ChainWriter, PaymentChain {
  readonly network: BitcoinNetwork;
  readonly #options: EsploraOptions;
  #isNetworkKnown = false;

  constructor(options: EsploraOptions) {
    this.network = options.network;
    this.#options = options;
  }

  async tip(signal?: AbortSignal): Promise<ChainTip> {
    // The hash is looked up by the height, so that the two belong together when a block arrives in between. A block
    // that went away in between is asked for once more.
    for (let attempt = 1; ; attempt++) {
      const height = parseHeight(text(expectFound(await this.#get('blocks/tip/height', HASH_MAX_BYTES, signal))));
      const hash = await this.blockHash(height, signal);
      if (hash) return { height, hash };
      if (attempt === 2) throw new ChainError('chain-lied', 'The source has no block at the height of its tip');
    }
  }

  async blockHash(height: number, signal?: AbortSignal): Promise<Uint8Array | null> {
    await this.#checkNetwork(signal);
    return this.#blockHash(height, signal);
  }

  async blockHeader(hash: Uint8Array, signal?: AbortSignal): Promise<Uint8Array | null> {
    const response = await this.#get(`block/${encodeDisplayHash(hash)}/header`, HEADER_MAX_BYTES, signal);
    return response.status === 404 ? null : checkHeader(text(expectFound(response)), hash, this.network);
  }

  async block(hash: Uint8Array, signal?: AbortSignal): Promise<Uint8Array> {
    const timeoutMs = this.#options.blockTimeoutMs ?? BLOCK_TIMEOUT_MS;
    const response = await this.#get(`block/${encodeDisplayHash(hash)}/raw`, BLOCK_MAX_BYTES, signal, timeoutMs);
    if (response.status === 404) throw new ChainError('block-unknown', 'The source does not have that block');
    return checkBlock(expectFound(response).body, hash);
  }

  async broadcast(rawTransaction: Uint8Array, signal?: AbortSignal): Promise<{ txid: Uint8Array }> {
    const txid = computeTxid(rawTransaction);
    const response = await exchange({
      ...this.#common('tx', signal),
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: encodeHex(rawTransaction),
      bodyMaxBytes: JSON_MAX_BYTES,
    });
    if (response.status === 400) {
      const reason = text(response);
      if (!new RegExp(`"code":\\s*${ALREADY_IN_CHAIN_RPC_CODE}\\b`).test(reason)) {
        throw new ChainError('transaction-refused', printableReason(reason));
      }
    } else {
      checkTxid(text(expectFound(response)), txid);
    }
    return { txid };
  }

  async feeRate(targetBlocks: number, signal?: AbortSignal): Promise<number | null> {
    const estimates = parseJsonObject(expectFound(await this.#get('fee-estimates', JSON_MAX_BYTES, signal)).body);
    // Estimates are given for some targets. The next faster one that has an estimate is fast enough.
    const targets = Object.keys(estimates)
      .map(Number)
      .filter((target) => target <= targetBlocks);
    return targets.length === 0 ? null : parseFeeRate(estimates[String(Math.max(...targets))], 'sat/vB');
  }

  async unconfirmedOutputs(addresses: readonly PaymentAddress[], signal?: AbortSignal): Promise<PaymentOutput[]> {
    const found = await mapConcurrently(addresses, ADDRESS_CONCURRENCY, async ({ address, scriptPubKey }) => {
      const response = await this.#get(`address/${address}/utxo`, OUTPUTS_MAX_BYTES, signal);
      // An address that somebody sent thousands of outputs to is not listed.
      if (response.status === 400) return [];
      return parseUnconfirmed(expectFound(response).body).map((output) => ({ ...output, scriptPubKey }));
    });
    return found.flat();
  }

  async #checkNetwork(signal: AbortSignal | undefined): Promise<void> {
    if (this.#isNetworkKnown) return;
    const genesis = await this.#blockHash(0, signal);
    if (!genesis) throw new ChainError('chain-lied', 'The source has no first block');
    checkGenesis(genesis, this.network);
    this.#isNetworkKnown = true;
  }

  async #blockHash(height: number, signal: AbortSignal | undefined): Promise<Uint8Array | null> {
    const response = await this.#get(`block-height/${height}`, HASH_MAX_BYTES, signal);
    return response.status === 404 ? null : parseDisplayHash(text(expectFound(response)));
  }

  #get(path: string, bodyMaxBytes: number, signal: AbortSignal | undefined, timeoutMs?: number) {
    const common = this.#common(path, signal);
    return exchange({ ...common, method: 'GET', bodyMaxBytes, timeoutMs: timeoutMs ?? common.timeoutMs });
  }

  #common(path: string, signal: AbortSignal | undefined) {
    return {
      url: new URL(`${this.#options.url.replace(/\/+$/, '')}/${path}`),
      timeoutMs: this.#options.timeoutMs ?? SMALL_ANSWER_TIMEOUT_MS,
      dispatcher: this.#options.dispatcher,
      signal,
    };
  }
}

function parseUnconfirmed(body: Uint8Array): Omit<PaymentOutput, 'scriptPubKey'>[] {
  return parseJsonArray(body).flatMap((item) => {
    const { txid, vout, value, status } = (item ?? {}) as Record<string, unknown>;
    const { confirmed } = (status ?? {}) as Record<string, unknown>;
    if (typeof confirmed !== 'boolean') throw new ChainError('chain-garbled', 'The source sent no list of outputs');
    if (confirmed) return [];
    return [{ txid: parseDisplayHash(txid), vout: parseHeight(vout), valueSats: parseSats(value) }];
  });
}

function expectFound(response: ChainResponse): ChainResponse {
  if (response.status === 200) return response;
  if (response.status === 500) throw new ChainError('chain-unreachable', 'The source answered 500');
  throw new ChainError('chain-garbled', `The source answered ${response.status}`);
}

function text({ body }: ChainResponse): string {
  return new TextDecoder().decode(body);
}
