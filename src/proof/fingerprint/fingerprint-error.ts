import { CodedError } from '../../base/coded-error.ts';

type FingerprintErrorCode =
  /** Not standard base64 in its one canonical form. */
  | 'not-base64'
  /** The compressed string that fpcalc prints without `-raw`. */
  | 'compressed-fingerprint'
  /** The bytes are not a whole number of 32-bit items. */
  | 'not-whole-items'
  | 'no-items'
  /** More items than ten minutes of audio have. */
  | 'too-many-items';

/** Why a text is no fingerprint. The message is a sentence that says what to send instead. */
export class FingerprintError extends CodedError<FingerprintErrorCode> {}
