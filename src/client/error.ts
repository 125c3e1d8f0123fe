import { CodedError } from '../base/coded-error.ts';

export type FollowErrorCode =
  /** No answer, or not a good one: nothing can be said about the server. */
  | 'unreachable'
  /** The answer is not of the form that is documented. */
  | 'bad-answer'
  /** Signed by a key that is not among the trusted ones, or not valid at that time. */
  | 'unknown-key'
  | 'bad-signature'
  /** It has expired, or is older than what is believed: a cache, or somebody who holds news back. */
  | 'stale'
  /** It is from a time to come. */
  | 'bad-time'
  /** The head went back. */
  | 'rollback'
  /** A revocation is missing from what said that nothing is. */
  | 'gap'
  /** Two signed lists that cannot both be true. */
  | 'equivocation'
  /** Not a live key of trackorigin: the feed of a test key has other certificates than the signed list. */
  | 'bad-api-key'
  /** What was persisted cannot be read. */
  | 'bad-state';

/** Why an answer of the server was not believed, or nothing can be asked. */
export class FollowError extends CodedError<FollowErrorCode> {}
