import { CodedError } from '../../base/coded-error.ts';

export type WorkErrorCode =
  | 'certificate-unknown'
  /** Nobody has this work; or somebody else, when it is about to be changed. */
  | 'work-unknown'
  /** The registry has a certificate of this hash. */
  | 'already-certified'
  /** Too many certificates wait to be written already. */
  | 'registry-overloaded'
  | 'registry-closing';

export class WorkError extends CodedError<WorkErrorCode> {}
