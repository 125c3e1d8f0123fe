import { getAddress, p2wpkh, Transaction } from '@scure/btc-signer';
import { pubECDSA } from '@scure/btc-signer/utils.js';
import { concatBytes, reverseBytes } from '../../base/bytes.ts';
import { decodeHex } from '../../base/hex.ts';
import type { BitcoinNetwork } from '../../proof/bitcoin/network.ts';
import type { Outpoint } from './stamp.ts';

/** One P2WPKH input, the change output and OP_RETURN with 32 bytes, at the longest signature. */
export const STAMP_VBYTES = 153;

/** Below this, nodes do not relay a P2WPKH output. */
export const DUST_SATS = 294;

/** OP_RETURN, push 32 bytes. */
export const COMMITMENT_SCRIPT_PREFIX = Uint8Array.of(0x6a, 0x20);

/** Signals that a transaction may be replaced (BIP 125). */
const REPLACEABLE_SEQUENCE = 0xfffffffd;

const ADDRESS_FORMATS = {
  mainnet: { bech32: 'bc', pubKeyHash: 0x00, scriptHash: 0x05, wif: 0x80 },
  testnet4: { bech32: 'tb', pubKeyHash: 0x6f, scriptHash: 0xc4, wif: 0xef },
  signet: { bech32: 'tb', pubKeyHash: 0x6f, scriptHash: 0xc4, wif: 0xef },
  regtest: { bech32: 'bcrt', pubKeyHash: 0x6f, scriptHash: 0xc4, wif: 0xef },
} as const satisfies Record<BitcoinNetwork, unknown>;

/** A calendar's coins: the ones one key can spend. */
export interface StampWallet {
  readonly network: BitcoinNetwork;
  readonly address: string;
  readonly scriptPubKey: Uint8Array;
  /** A signed transaction that spends `input`, pays `feeSats`, commits to `tip` and returns the rest to the wallet. */
  sign(stamp: { input: Outpoint & { readonly valueSats: number }; feeSats: number; tip: Uint8Array }): {
    readonly raw: Uint8Array;
    readonly txid: Uint8Array;
  };
}

/** `privateKey`: 32 bytes. */
export function createStampWallet(privateKey: Uint8Array, network: BitcoinNetwork): StampWallet {
  const format = ADDRESS_FORMATS[network];
  const { script } = p2wpkh(pubECDSA(privateKey), format);
  const address = getAddress('wpkh', privateKey, format)!;
  return {
    network,
    address,
    scriptPubKey: script,
    sign({ input, feeSats, tip }) {
      const transaction = new Transaction({ allowUnknownOutputs: true });
      transaction.addInput({
        txid: reverseBytes(input.txid),
        index: input.vout,
        sequence: REPLACEABLE_SEQUENCE,
        witnessUtxo: { script, amount: BigInt(input.valueSats) },
      });
      transaction.addOutput({ script, amount: BigInt(input.valueSats - feeSats) });
      transaction.addOutput({ script: concatBytes(COMMITMENT_SCRIPT_PREFIX, tip), amount: 0n });
      transaction.sign(privateKey);
      transaction.finalize();
      return { raw: transaction.extract(), txid: reverseBytes(decodeHex(transaction.id)!) };
    },
  };
}
