import { CodedError } from '../../base/coded-error.ts';

export type ChainErrorCode =
  /** No answer in time, or the source says it cannot answer now. Worth trying again. */
  | 'chain-unreachable'
  /** The source refuses our credentials. */
  | 'chain-unauthorised'
  /** The source follows another Bitcoin network than configured. */
  | 'chain-wrong-network'
  /** The source is still catching up with the network. */
  | 'chain-behind'
  /** An answer that is not the protocol's: oversized, malformed, a redirect. */
  | 'chain-garbled'
  /** An answer in the right form that contradicts itself: a header with another hash, a block with other transactions. */
  | 'chain-lied'
  /** Not enough sources name the same block. */
  | 'chain-disagreement'
  | 'block-unknown'
  /** The message carries the source's reason. */
  | 'transaction-refused';

/** What can go wrong with a source of Bitcoin blocks. */
export class ChainError extends CodedError<ChainErrorCode> {}
