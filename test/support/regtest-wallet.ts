import { p2wpkh, TEST_NETWORK, Transaction } from '@scure/btc-signer';
import { pubECDSA } from '@scure/btc-signer/utils.js';
import { reverseBytes } from '../../src/base/bytes.ts';
import { encodeHex } from '../../src/base/hex.ts';
import type { RegtestChain, UnspentOutput } from '../../src/sandbox/regtest-chain.ts';

const REGTEST = { ...TEST_NETWORK, bech32: 'bcrt' };
export const PRIVATE_KEY = new Uint8Array(32).fill(7);
const payment = p2wpkh(pubECDSA(PRIVATE_KEY), REGTEST);

/** A native segwit wallet with one key. */
export const WALLET_SCRIPT: Uint8Array = payment.script;
export const WALLET_ADDRESS: string = payment.address!;

/** Coinbases mature after 100 blocks. */
const COINBASE_MATURITY_BLOCKS = 100;

/** The wallet's confirmed, mature coins, oldest first. */
export async function listCoins(chain: RegtestChain): Promise<UnspentOutput[]> {
  const coins = await chain.unspentOutputs(WALLET_SCRIPT);
  return coins
    .filter(({ height }) => height !== null && height + COINBASE_MATURITY_BLOCKS <= chain.tip().height)
    .sort((a, b) => a.height! - b.height!);
}

/** Signs a transaction that spends coins back to the wallet, with an OP_RETURN of 32 bytes. */
export function signSpend(coins: readonly UnspentOutput[], feeSats: number, sequence = 0xfffffffd): Uint8Array {
  const transaction = new Transaction({ allowUnknownOutputs: true });
  let totalSats = 0;
  for (const { txid, vout, valueSats } of coins) {
    totalSats += valueSats;
    transaction.addInput({
      txid: encodeHex(reverseBytes(txid)),
      index: vout,
      sequence,
      witnessUtxo: { script: WALLET_SCRIPT, amount: BigInt(valueSats) },
    });
  }
  transaction.addOutput({ script: WALLET_SCRIPT, amount: BigInt(totalSats - feeSats) });
  transaction.addOutput({ script: Uint8Array.of(0x6a, 0x20, ...new Uint8Array(32).fill(9)), amount: 0n });
  transaction.sign(PRIVATE_KEY);
  transaction.finalize();
  return transaction.extract();
}
