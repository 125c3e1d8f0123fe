import type { Certificate } from './certificate.ts';
import { TspError } from './error.ts';

/** Bits of a certificate's keyUsage. */
export const KEY_USAGE = { digitalSignature: 0, nonRepudiation: 1, keyCertSign: 5 } as const;

/** id-kp-timeStamping. */
export const TIME_STAMPING = '1.3.6.1.5.5.7.3.8';
const ANY_PURPOSE = '2.5.29.37.0';

/**
 * A certificate that signs tokens is for that alone: one critical purpose, usages for signatures only, and no
 * authority (RFC 3161 section 2.3). Throws TspError `signer-purpose`.
 */
export function requireSignerPurpose(certificate: Certificate): void {
  const { purposes, keyUsage } = certificate;
  const refuse = (what: string) => new TspError('signer-purpose', `the signer's certificate ${what}`);
  if (purposes?.length !== 1 || purposes[0] !== TIME_STAMPING) throw refuse('is not for time stamping alone');
  if (!certificate.purposesAreCritical) throw refuse('does not insist on its purpose');
  const usages: readonly number[] = [KEY_USAGE.digitalSignature, KEY_USAGE.nonRepudiation];
  if (keyUsage !== null && (keyUsage.size === 0 || [...keyUsage].some((bit) => !usages.includes(bit)))) {
    throw refuse('has usages besides signatures');
  }
  if (certificate.isCa) throw refuse('is that of an issuer of certificates');
}

/** Whether a certificate may issue one that time stamps, `between` issuers that are not self-issued being between. */
export function mayIssue({ isCa, keyUsage, purposes, pathMax }: Certificate, between: number): boolean {
  return (
    isCa &&
    (pathMax === null || between <= pathMax) &&
    (keyUsage === null || keyUsage.has(KEY_USAGE.keyCertSign)) &&
    (purposes === null || purposes.includes(TIME_STAMPING) || purposes.includes(ANY_PURPOSE))
  );
}
