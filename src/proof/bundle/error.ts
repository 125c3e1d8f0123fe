import { CodedError } from '../../base/coded-error.ts';

export type BundleErrorCode =
  /** Neither a receipt, a ZIP of receipts nor an OpenTimestamps proof. */
  | 'not-a-receipt'
  /** JSON, but not one of the receipt formats. */
  | 'receipt-malformed'
  | 'receipt-too-large'
  | 'zip-malformed'
  /** Encrypted, split, ZIP64 or packed by a method other than store and deflate. */
  | 'zip-unsupported'
  | 'zip-too-many-entries'
  | 'zip-too-large'
  /** A name that leaves the archive's own folder, or that no receipt needs. */
  | 'zip-bad-name'
  | 'zip-duplicate-name'
  /** What unpacks is not what the archive announces. */
  | 'zip-corrupt';

/** Why a file cannot be read as evidence. The message is one plain sentence about the file. */
export class BundleError extends CodedError<BundleErrorCode> {}
