import { CodedError } from '../../base/coded-error.ts';

export type BitcoinErrorCode =
  /** A header that is not 80 bytes. */
  | 'bad-length'
  | 'truncated'
  | 'trailing-bytes'
  /** A count or length not written in its shortest form, or one that cannot fit in what is left. */
  | 'bad-size'
  /** Segregated-witness marker without flag 1, or a witness section with nothing in it. */
  | 'bad-witness'
  /** An output worth more than all coins there will ever be. */
  | 'bad-value'
  | 'too-large'
  /** A block or a tree without a transaction, or a position outside the tree. */
  | 'no-such-transaction'
  /** The same transaction twice: two different lists with one root (CVE-2012-2459). */
  | 'duplicate-transaction'
  | 'wrong-merkle-root'
  /** The difficulty field is malformed or easier than the network, or the era, allows. */
  | 'bad-target'
  /** The header's hash does not meet its own target. */
  | 'insufficient-work';

/** Bytes that are not what Bitcoin would have accepted. */
export class BitcoinError extends CodedError<BitcoinErrorCode> {}
