import { CodedError } from '../../base/coded-error.ts';

type CertificateErrorCode =
  | 'too-large'
  /** Not JSON of one reading: a name stands twice, a number is no safe integer, half of a surrogate pair. */
  | 'not-json'
  /** JSON, but no certificate document of a format that is known. */
  | 'not-a-certificate'
  /** A field of the document is missing or has another form. */
  | 'bad-document'
  /** A field of the manifest is missing or has another form. */
  | 'bad-manifest';

/** Why something cannot be read as a certificate, or be signed as one. The message is one plain sentence. */
export class CertificateError extends CodedError<CertificateErrorCode> {}
