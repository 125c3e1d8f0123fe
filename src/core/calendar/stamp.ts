/** A transaction output, its transaction named in internal byte order. */
export interface Outpoint {
  readonly txid: Uint8Array;
  readonly vout: number;
}

/** An output to the wallet's script that was seen in a block. */
export interface Coin extends Outpoint {
  readonly valueSats: number;
  /** Coinbase outputs can be spent 100 blocks later only. */
  readonly coinbase: boolean;
  /** Null while the block it was in is reorganised away. */
  readonly minedHeight: number | null;
  /** The best height when it was reorganised away. */
  readonly lostHeight: number | null;
  /** The block in which somebody, usually a stamp, spent it. */
  readonly spentHeight: number | null;
}

/** One signed transaction of a stamp. Later ones pay more and may commit to more. */
export interface StampVersion {
  readonly version: number;
  readonly toPosition: number;
  /** Root of the tree over sha256(commitment) of the stamp's range: what the OP_RETURN output carries. */
  readonly tip: Uint8Array;
  readonly txid: Uint8Array;
  readonly raw: Uint8Array;
  readonly feeSats: number;
  /** Epoch ms. */
  readonly createdAt: number;
  /** The best height when it was made. */
  readonly createdHeight: number;
}

/**
 * The commitments at positions in (fromPosition, toPosition], put into Bitcoin together. All versions spend `input`, so
 * the stamp is paid for at most once whichever of them is mined.
 */
export interface Stamp {
  readonly id: number;
  readonly fromPosition: number;
  /** Of the current version. */
  readonly toPosition: number;
  /** Epoch ms. */
  readonly openedAt: number;
  readonly input: Outpoint & { readonly valueSats: number };
  /** The mined version; the last one while none is mined; the one that was mined before a reorganisation. */
  readonly currentVersion: number;
  readonly minedHeight: number | null;
  /** Its input is gone for good and its commitments are free to be stamped again. */
  readonly abandoned: boolean;
  readonly versions: readonly StampVersion[];
}

export function currentVersion(stamp: Stamp): StampVersion {
  return stamp.versions.find(({ version }) => version === stamp.currentVersion)!;
}
