import { Address, OutScript, TEST_NETWORK } from '@scure/btc-signer';
import type { FastifyInstance, FastifyPluginAsync, FastifyReply } from 'fastify';
import { reverseBytes } from '../base/bytes.ts';
import { decodeHex, encodeHex } from '../base/hex.ts';
import { parseBlockHeader } from '../proof/bitcoin/block-header.ts';
import { parseTransaction, TRANSACTION_MAX_BYTES } from '../proof/bitcoin/transaction.ts';
import type { RegtestChain, RegtestTransaction } from './regtest-chain.ts';
import { TransactionRefusal } from './regtest-mempool.ts';
import { refusalRpcCode } from './regtest-rpc.ts';

/** Regtest addresses differ from testnet's in their prefix only. */
const REGTEST_ADDRESSES = { ...TEST_NETWORK, bech32: 'bcrt' };

/** The confirmation targets for which Esplora gives an estimate. */
const FEE_TARGETS_BLOCKS = [1, 2, 3, 4, 5, 6, 10, 20, 144, 504, 1008];

interface BlockRoute {
  Params: { hash: string };
}
interface TransactionRoute {
  Params: { txid: string };
}

/** What Esplora answers instead: a status and a line of text. */
class EsploraError extends Error {
  readonly status: number;

  constructor(status: number, text: string) {
    super(text);
    this.status = status;
  }
}

/**
 * Serves a regtest chain under the paths of Blockstream's Esplora API that wallets and verifiers use: text answers for
 * hashes and heights, hex for headers, hashes in display order.
 */
export function esploraFacade(chain: RegtestChain): FastifyPluginAsync {
  return async (app) => {
    app.setErrorHandler((error, _request, reply) => {
      if (error instanceof EsploraError) return sendText(reply.code(error.status), error.message);
      throw error;
    });
    serveBlocks(app, chain);
    serveTransactions(app, chain);
  };
}

function serveBlocks(app: FastifyInstance, chain: RegtestChain): void {
  app.get('/blocks/tip/height', async (_request, reply) => sendText(reply, String(chain.tip().height)));
  app.get('/blocks/tip/hash', async (_request, reply) => sendText(reply, displayHash(chain.tip().hash)));

  app.get<{ Params: { height: string } }>('/block-height/:height', async ({ params }, reply) => {
    if (!/^\d{1,10}$/.test(params.height)) throw new EsploraError(400, 'Invalid height');
    return sendText(reply, displayHash(found(await chain.blockHash(Number(params.height)), 'Block')));
  });

  app.get<BlockRoute>('/block/:hash', async ({ params }) => {
    const hash = parseHash(params.hash);
    const header = found(await chain.blockHeader(hash), 'Block');
    const { height } = found(await chain.blockPosition(hash), 'Block');
    return presentBlock(header, height);
  });

  app.get<BlockRoute>('/block/:hash/header', async ({ params }, reply) => {
    return sendText(reply, encodeHex(found(await chain.blockHeader(parseHash(params.hash)), 'Block')));
  });

  app.get<BlockRoute>('/block/:hash/raw', async ({ params }, reply) => {
    const block = found(await chain.block(parseHash(params.hash)), 'Block');
    return reply.type('application/octet-stream').send(Buffer.from(block));
  });

  app.get<BlockRoute>('/block/:hash/status', async ({ params }) => {
    const position = await chain.blockPosition(parseHash(params.hash));
    if (!position?.isInBestChain) return { in_best_chain: false };
    const next = await chain.blockHash(position.height + 1);
    return { in_best_chain: true, height: position.height, next_best: next && displayHash(next) };
  });
}

function serveTransactions(app: FastifyInstance, chain: RegtestChain): void {
  app.get<TransactionRoute>('/tx/:txid', async ({ params }) => {
    const transaction = found(await chain.transaction(parseHash(params.txid)), 'Transaction');
    return { ...presentTransaction(transaction), status: await presentStatus(chain, transaction) };
  });

  app.get<TransactionRoute>('/tx/:txid/status', async ({ params }) => {
    const transaction = await chain.transaction(parseHash(params.txid));
    return transaction ? presentStatus(chain, transaction) : { confirmed: false };
  });

  app.get<TransactionRoute>('/tx/:txid/hex', async ({ params }, reply) => {
    const transaction = found(await chain.transaction(parseHash(params.txid)), 'Transaction');
    return sendText(reply, encodeHex(transaction.rawTransaction));
  });

  app.get<{ Params: { address: string } }>('/address/:address/utxo', async ({ params }) => {
    const outputs = await chain.unspentOutputs(parseAddress(params.address));
    return outputs.map(({ txid, vout, valueSats, height }) => ({
      txid: displayHash(txid),
      vout,
      value: valueSats,
      status: height === null ? { confirmed: false } : { confirmed: true, block_height: height },
    }));
  });

  app.get('/fee-estimates', async () =>
    Object.fromEntries(FEE_TARGETS_BLOCKS.map((blocks) => [blocks, chain.feeRate])),
  );

  app.register(async (scope) => {
    // Clients label the hex with any media type, or with curl's form type.
    scope.removeAllContentTypeParsers();
    const parserOptions = { parseAs: 'string', bodyLimit: 2 * TRANSACTION_MAX_BYTES } as const;
    scope.addContentTypeParser('*', parserOptions, async (_request: unknown, body: string) => body);
    scope.post<{ Body: string | undefined }>('/tx', async ({ body }, reply) => {
      const rawTransaction = decodeHex((body ?? '').trim());
      if (!rawTransaction) throw new EsploraError(400, 'Invalid hex string');
      try {
        return sendText(reply, displayHash(await chain.submit(rawTransaction)));
      } catch (error) {
        if (!(error instanceof TransactionRefusal)) throw error;
        const detail = JSON.stringify({ code: refusalRpcCode(error), message: error.message });
        throw new EsploraError(400, `sendrawtransaction RPC error: ${detail}`);
      }
    });
  });
}

function sendText(reply: FastifyReply, text: string): FastifyReply {
  return reply.type('text/plain').send(text);
}

function found<Value>(value: Value | null, what: string): Value {
  if (value === null) throw new EsploraError(404, `${what} not found`);
  return value;
}

function displayHash(hash: Uint8Array): string {
  return encodeHex(reverseBytes(hash));
}

function parseHash(text: string): Uint8Array {
  const hash = decodeHex(text);
  if (hash?.length !== 32) throw new EsploraError(400, 'Invalid hex string');
  return reverseBytes(hash);
}

function parseAddress(text: string): Uint8Array {
  try {
    return OutScript.encode(Address(REGTEST_ADDRESSES).decode(text));
  } catch {
    throw new EsploraError(400, 'Invalid Bitcoin address');
  }
}

function presentBlock(headerBytes: Uint8Array, height: number) {
  const header = parseBlockHeader(headerBytes);
  return {
    id: displayHash(header.hash),
    height,
    version: header.version,
    timestamp: header.time,
    bits: header.bits,
    nonce: header.nonce,
    merkle_root: displayHash(header.merkleRoot),
    previousblockhash: displayHash(header.previousHash),
  };
}

function presentTransaction({ rawTransaction }: RegtestTransaction) {
  const { txid, inputs, outputs } = parseTransaction(rawTransaction);
  return {
    txid: displayHash(txid),
    size: rawTransaction.length,
    vin: inputs.map(({ previousTxid, previousVout, sequence }) => ({
      txid: displayHash(previousTxid),
      vout: previousVout,
      sequence,
    })),
    vout: outputs.map(({ scriptPubKey, valueSats }) => ({ scriptpubkey: encodeHex(scriptPubKey), value: valueSats })),
  };
}

async function presentStatus(chain: RegtestChain, { block }: RegtestTransaction) {
  if (!block) return { confirmed: false };
  const { time } = parseBlockHeader((await chain.blockHeader(block.hash))!);
  return { confirmed: true, block_height: block.height, block_hash: displayHash(block.hash), block_time: time };
}
