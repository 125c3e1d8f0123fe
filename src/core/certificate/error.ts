import { CodedError } from '../../base/coded-error.ts';

export type CertificateServiceErrorCode =
  /** None with this id, or none that the caller may see. */
  | 'certificate-unknown'
  /** This process signs with a key that was retired too long ago; it has to be started again. */
  | 'signing-key-retired';

export class CertificateServiceError extends CodedError<CertificateServiceErrorCode> {}
