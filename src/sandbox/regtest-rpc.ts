import type { FullNode, RpcCall } from 'bcoin';
import { reverseBytes } from '../base/bytes.ts';
import { decodeHex, encodeHex } from '../base/hex.ts';
import { RELAY_FEE_SATS_PER_VBYTE, type RefusalCode, TransactionRefusal } from './regtest-mempool.ts';

/** Bitcoin Core's RPC error codes (its rpc/protocol.h). */
const MISC_ERROR = -1;
const INVALID_ADDRESS_OR_KEY = -5;
const REFUSAL_RPC_CODES: Readonly<Record<RefusalCode, number>> = {
  undecodable: -22,
  'missing-inputs': -25,
  rejected: -26,
  'already-in-chain': -27,
};

const SATS_PER_COIN = 100_000_000;

/** The error shape that bcoin's JSON-RPC server turns into `{code, message}`. */
class RpcError extends Error {
  readonly type = 'RPCError';
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** The JSON-RPC code Bitcoin Core gives for a refusal. */
export function refusalRpcCode(refusal: TransactionRefusal): number {
  return REFUSAL_RPC_CODES[refusal.code];
}

/**
 * Makes the node's JSON-RPC answer as Bitcoin Core does where bcoin differs: it accepts every transaction and checks it
 * later, has another code for an unknown block, and gives fee estimates under another name.
 */
export function alignRpcWithCore(node: FullNode, submit: (rawTransaction: Uint8Array) => Promise<Uint8Array>): void {
  const { calls } = node.rpc;
  calls.getblock = withCoreNotFound(calls.getblock!);
  calls.getblockheader = withCoreNotFound(calls.getblockheader!);
  calls.estimatesmartfee = async ([targetBlocks]) => ({
    feerate: (RELAY_FEE_SATS_PER_VBYTE * 1000) / SATS_PER_COIN,
    blocks: targetBlocks,
  });
  calls.sendrawtransaction = async ([hex]) => {
    const rawTransaction = typeof hex === 'string' ? decodeHex(hex) : null;
    if (!rawTransaction) throw new RpcError(REFUSAL_RPC_CODES.undecodable, 'TX decode failed');
    try {
      return encodeHex(reverseBytes(await submit(rawTransaction)));
    } catch (error) {
      if (error instanceof TransactionRefusal) throw new RpcError(refusalRpcCode(error), error.message);
      throw error;
    }
  };
}

function withCoreNotFound(call: RpcCall): RpcCall {
  return async function (this: unknown, params, help) {
    try {
      return await call.call(this, params, help);
    } catch (error) {
      const { code, message } = error as { code?: number; message?: string };
      if (code === MISC_ERROR && message === 'Block not found') throw new RpcError(INVALID_ADDRESS_OR_KEY, message);
      throw error;
    }
  };
}
