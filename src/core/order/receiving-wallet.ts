import { sha256 } from '@noble/hashes/sha2.js';
import { HDKey } from '@scure/bip32';
import { p2wpkh } from '@scure/btc-signer';
import { CodedError } from '../../base/coded-error.ts';
import { encodeHex } from '../../base/hex.ts';
import type { BitcoinNetwork } from '../../proof/bitcoin/network.ts';
import type { PaymentAddress } from '../chain.ts';

export type AccountKeyErrorCode =
  /** It could spend: it must not be on a server that only receives. */
  | 'key-is-private'
  | 'key-of-other-network'
  /** Of a wallet with other addresses than native segwit ones. */
  | 'key-of-other-addresses'
  | 'key-malformed'
  /** Of a chain or a single address: the owner's wallet would not find what is derived below it. */
  | 'key-too-deep';

/** Messages never repeat the key. */
export class AccountKeyError extends CodedError<AccountKeyErrorCode> {}

/** Gives addresses that only the owner of the private key, which is elsewhere, can spend from. */
export interface ReceivingWallet {
  /** Names the key without telling it: two servers with one key have the same. */
  readonly id: string;
  /** Native segwit (BIP 84), external chain: `0/index` below the account. */
  addressAt(index: number): PaymentAddress;
}

/** Prefixes of extended keys and their version bytes: BIP 32 and SLIP 132. */
const PUBLIC_VERSIONS: Readonly<Record<string, { readonly version: number; readonly isMainnet: boolean }>> = {
  xpub: { version: 0x0488b21e, isMainnet: true },
  zpub: { version: 0x04b24746, isMainnet: true },
  tpub: { version: 0x043587cf, isMainnet: false },
  vpub: { version: 0x045f1cf6, isMainnet: false },
};
/** Nested segwit, and multi-signature wallets. */
const OTHER_ADDRESSES = new Set(['ypub', 'upub', 'Ypub', 'Zpub', 'Upub', 'Vpub']);

const BECH32_PREFIXES: Readonly<Record<BitcoinNetwork, string>> = {
  mainnet: 'bc',
  testnet4: 'tb',
  signet: 'tb',
  regtest: 'bcrt',
};

/** purpose', coin type', account': what wallets show as the account's key. Some have shorter paths. */
const ACCOUNT_DEPTH_MAX = 3;
const EXTERNAL_CHAIN = 0;

/** Of an account's extended public key. Errors: AccountKeyError. */
export function createReceivingWallet(accountKey: string, network: BitcoinNetwork): ReceivingWallet {
  const key = parseAccountKey(accountKey, network);
  const external = key.deriveChild(EXTERNAL_CHAIN);
  const format = { bech32: BECH32_PREFIXES[network], pubKeyHash: 0, scriptHash: 0, wif: 0 };
  return {
    id: encodeHex(sha256(new Uint8Array([...key.publicKey!, ...key.chainCode!])).subarray(0, 16)),
    addressAt(index) {
      const { address, script } = p2wpkh(external.deriveChild(index).publicKey!, format);
      return { address: address!, scriptPubKey: script };
    },
  };
}

function parseAccountKey(text: string, network: BitcoinNetwork): HDKey {
  const prefix = text.slice(0, 4);
  if (/^[a-zA-Z]prv/.test(text)) {
    throw new AccountKeyError(
      'key-is-private',
      'this is a PRIVATE key: whoever reads it can take the coins. Remove it from here, move the coins if anybody may have seen it, and give the public key (xpub, zpub) instead',
    );
  }
  if (OTHER_ADDRESSES.has(prefix)) {
    throw new AccountKeyError(
      'key-of-other-addresses',
      `${prefix} belongs to a wallet without native segwit addresses`,
    );
  }
  const form = PUBLIC_VERSIONS[prefix];
  if (form === undefined) throw new AccountKeyError('key-malformed', 'not an extended public key');
  if (form.isMainnet !== (network === 'mainnet')) {
    throw new AccountKeyError('key-of-other-network', `${prefix} is not a key of ${network}`);
  }
  let key: HDKey;
  try {
    key = HDKey.fromExtendedKey(text, { public: form.version, private: 0 });
  } catch {
    // Without its cause, which may quote the key.
    throw new AccountKeyError('key-malformed', 'not a valid extended public key: its checksum does not fit');
  }
  if (key.depth > ACCOUNT_DEPTH_MAX) {
    throw new AccountKeyError('key-too-deep', 'the key is below an account; give the account key itself');
  }
  return key;
}
