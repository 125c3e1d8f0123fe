import type { BundleVerdict } from '../../proof/bundle/bundle-verdict.ts';
import type { HeaderSource } from '../../proof/bundle/header-source.ts';
import { verifyBundle } from '../../proof/bundle/verify-bundle.ts';
import type { CertificateTrust } from '../../proof/certificate/verify-certificate.ts';
import { checkWithWebCrypto } from '../../proof/tsp/web-crypto.ts';
import { checkSignatures } from './check-signatures.ts';

/**
 * `verifyBundle` with the signatures checked by the browser. Nobody gives it roots of time-stamping authorities: the
 * bundle's own is taken, and said to be. Rejects with NoEd25519Error.
 */
export function checkBundle(
  files: ReadonlyMap<string, Uint8Array>,
  by: {
    readonly trust: CertificateTrust;
    readonly headers: HeaderSource;
    readonly workSha256: Uint8Array | null;
    /** Epoch ms. */
    readonly now: number;
  },
): Promise<BundleVerdict> {
  const checks = { ...by, tokenRoots: [], checkSignature: checkWithWebCrypto };
  return checkSignatures((verify) => verifyBundle(files, { ...checks, verify }));
}
