import { equalBytes } from '../../base/bytes.ts';
import { isSignedBy } from './algorithm.ts';
import { type Certificate, isSameCertificate, isSelfIssued } from './certificate.ts';
import { TspError } from './error.ts';
import { mayIssue } from './purpose.ts';

/** Longer chains are of no authority that is in use. */
const LENGTH_MAX = 8;
/** Ways that are tried in all: names can be made so that they lead everywhere. */
const STEPS_MAX = 64;

/** From a signer to a root that was given; signatures are still to be checked. */
export type Chain = readonly [Certificate, ...Certificate[]];

/**
 * Every way from `signer` to one of `roots` by issuers' names and key ids, each certificate valid at `time` (epoch ms)
 * and allowed to issue the one below it; the shortest first. Throws TspError `validity` when only times are wrong, else `chain`.
 */
export function findChains(
  signer: Certificate,
  known: readonly Certificate[],
  roots: readonly Certificate[],
  time: number,
): readonly Chain[] {
  const found: Chain[] = [];
  let steps = 0;
  let stale: Certificate | null = null;

  function extend(chain: Chain): void {
    if (++steps > STEPS_MAX) return;
    const top = chain.at(-1)!;
    if (time < top.notBefore || time > top.notAfter) {
      stale = top;
      return;
    }
    if (top.unknownCritical !== null) return;
    if (roots.some((root) => isSameCertificate(root, top))) {
      found.push(chain);
      return;
    }
    if (chain.length === LENGTH_MAX) return;
    for (const issuer of distinct([...roots, ...known])) {
      if (isIssuer(issuer, top, chain)) extend([...chain, issuer]);
    }
  }

  extend([signer]);
  if (found.length > 0) return found.toSorted((one, other) => one.length - other.length);
  if (stale !== null) throw new TspError('validity', 'a certificate was not valid at the time of the token');
  throw new TspError('chain', 'no chain of certificates leads to a root that is trusted');
}

function isIssuer(issuer: Certificate, below: Certificate, chain: Chain): boolean {
  const between = chain.slice(1).filter((certificate) => !isSelfIssued(certificate)).length;
  return (
    equalBytes(issuer.subject, below.issuer) &&
    (issuer.subjectKeyId === null ||
      below.issuerKeyId === null ||
      equalBytes(issuer.subjectKeyId, below.issuerKeyId)) &&
    below.signatureAlgorithm !== null &&
    isSignedBy(below.signatureAlgorithm, issuer.publicKey) &&
    mayIssue(issuer, between) &&
    !chain.some((other) => isSameCertificate(other, issuer))
  );
}

function distinct(certificates: readonly Certificate[]): Certificate[] {
  return certificates.filter(
    (certificate, i) => certificates.findIndex((other) => isSameCertificate(other, certificate)) === i,
  );
}
