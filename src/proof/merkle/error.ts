import { CodedError } from '../../base/coded-error.ts';

type TreeErrorCode =
  /** A tile is not made of whole hashes, or has fewer of them than the tree asks for. */
  | 'bad-tile'
  /** An entry bundle ends inside an entry, or has another number of entries than the tree asks for. */
  | 'bad-entry-bundle'
  /** Write only: an entry is longer than its two-byte length can say. */
  | 'entry-too-large';

/** Why bytes cannot be a part of a log's tree. */
export class TreeError extends CodedError<TreeErrorCode> {}
