import { encodeBase64 } from '../../base/base64.ts';
import { encodeHex } from '../../base/hex.ts';
import type { CertificateRecord } from '../../core/certificate/certificate.ts';
import { SYNTHETIC_ID } from '../../core/certificate/synthetic.ts';
import type { JsonObject } from '../../proof/certificate/manifest.ts';
import { readTrackoriginClaims } from '../../proof/certificate/trackorigin-manifest.ts';
import { presentTime, presentTimeOrNull } from '../shared/present-time.ts';
import { prepareAnswer, type ReadyAnswer } from '../shared/ready-answer.ts';
import type { Caller } from './admission.ts';

/** A certificate as this contract shows it, ready to be sent. */
export interface CertificateAnswer extends ReadyAnswer {
  readonly id: string;
  readonly isSandbox: boolean;
  /** The answer to `status`, but for the moment at which it was checked. */
  readonly status: readonly [before: string, after: string];
  /** Weak: two moments of checking make the same status. */
  readonly statusEtag: string;
}

/** Null for one that is not of this registry, or was erased. */
export function prepareCertificate(record: CertificateRecord): CertificateAnswer | null {
  if (record.registry !== 'trackorigin' || record.manifestJson === '') return null;
  const { id, isSandbox, version, status } = record;
  const manifest = JSON.parse(record.manifestJson) as JsonObject;
  const claims = readTrackoriginClaims(manifest);
  const common = {
    verdict: claims.verdict,
    revoked: status === 'revoked',
    issued_at: presentTime(record.issuedAt),
    standard: claims.standard,
  };
  const revocation = {
    revoked_at: presentTimeOrNull(record.revokedAt),
    revocation_reason: record.revocationReason,
  };
  const { master, artist, track } = claims;
  const answer = prepareAnswer({
    cert_id: id,
    ...common,
    master: {
      sha256: encodeHex(master.sha256),
      ...(master.durationMs !== null && { duration_ms: master.durationMs }),
    },
    artist: { id: artist.id, handle: artist.handle, display_name: artist.displayName },
    track: { id: track.id, title: track.title },
    manifest,
    signature: encodeBase64(record.signature),
    key_id: record.keyId,
    public_url: `/cert/${id}`,
    status,
    version,
    updated_at: presentTime(record.updatedAt),
    ...revocation,
    sandbox: isSandbox,
    sequence: record.sequence,
    document_url: `/api/v1/certificates/${id}/document`,
  });
  const [before, after] = JSON.stringify({ status, version, ...common, checked_at: '?', cert_id: id, ...revocation })
    // The only text in it that nobody else wrote.
    .split('"checked_at":"?"');
  return {
    ...answer,
    id,
    isSandbox,
    status: [`${before}"checked_at":"`, `"${after}`],
    statusEtag: `W/"${version}-${status}"`,
  };
}

/** Live keys see live certificates, test keys the sandbox's; whoever has no key sees both by their id. */
export function isVisible({ id, isSandbox }: Pick<CertificateAnswer, 'id' | 'isSandbox'>, caller: Caller | null) {
  return caller === null || caller.isLive !== isSandbox || id === SYNTHETIC_ID;
}
