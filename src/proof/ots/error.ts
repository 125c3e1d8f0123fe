import { CodedError } from '../../base/coded-error.ts';

/** Every way in which bytes can fail to be an OpenTimestamps proof, or a timestamp can fail to be written as one. */
export type OtsErrorCode =
  /** The file does not start with the OpenTimestamps magic. */
  | 'bad-magic'
  /** The version byte is not 1. */
  | 'unsupported-version'
  /** The file says it was hashed by something that is not a digest operation. */
  | 'bad-file-hash-op'
  /** Write only: the digest is not as long as its hash operation makes it. */
  | 'bad-digest'
  /** The bytes end inside a structure. */
  | 'truncated'
  /** Bytes are left over after a complete structure. */
  | 'trailing-bytes'
  /** A varuint is longer or larger than its field allows. */
  | 'bad-varuint'
  /** An operation's tag is none of the eight known ones. */
  | 'unknown-op'
  /** An append or prepend argument is empty or too long. */
  | 'bad-argument'
  /** A message, or what an operation would make of it, is over its limit. */
  | 'message-too-long'
  /** The operation cannot be applied to an empty message. */
  | 'empty-message'
  /** The path from the root is longer than any reader follows. */
  | 'too-deep'
  /** The messages of the whole tree are too many bytes in all. */
  | 'too-large'
  /** A pending attestation's URI is too long or has a character that is not allowed. */
  | 'bad-uri'
  /** An attestation's payload, height or tag is out of range. */
  | 'bad-attestation'
  /** Write only: a node has neither an attestation nor an operation. */
  | 'empty-node'
  /** Two timestamps that were to be joined are not about the same message. */
  | 'message-mismatch';

export class OtsError extends CodedError<OtsErrorCode> {}
