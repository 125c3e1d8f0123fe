import type { CertificateVerdict } from '../../proof/certificate/verdict.ts';
import { type CertificateTrust, verifyCertificate } from '../../proof/certificate/verify-certificate.ts';
import { checkSignatures } from './check-signatures.ts';

/** `verifyCertificate` with the signatures checked by the browser. Rejects with NoEd25519Error. */
export function checkCertificate(
  bytes: Uint8Array,
  trust: CertificateTrust,
  workSha256: Uint8Array | null,
): Promise<CertificateVerdict> {
  return checkSignatures((verify) => verifyCertificate(bytes, trust, verify, workSha256));
}
