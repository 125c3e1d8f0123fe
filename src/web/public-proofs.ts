import type { CertificateRecord } from '../core/certificate/certificate.ts';
import type { CertificateReader } from '../core/certificate/store.ts';
import type { StoredTimestamp, TimestampReader } from '../core/timestamp/store.ts';
import type { PublicProof } from './pages/digest.ts';
import { formatNumber } from './pages/text.ts';

/** More than a page needs; what an attacker adds to somebody's digest is cut off here. */
const SHOWN_MAX = 20;

/**
 * What anybody may know of a digest: active certificates, which are public, and timestamps, whose owners were given the
 * address of this very page to pass on. Names, files and receipts stay out of it.
 */
export async function findPublicProofs(
  digest: Uint8Array,
  {
    timestamps,
    certificates,
  }: {
    readonly timestamps: Pick<TimestampReader, 'listByDigest'>;
    readonly certificates: Pick<CertificateReader, 'findActiveByWork'>;
  },
): Promise<readonly PublicProof[]> {
  const [masters, works, stamps] = await Promise.all([
    certificates.findActiveByWork('trackorigin', digest, SHOWN_MAX),
    certificates.findActiveByWork('origimark', digest, SHOWN_MAX),
    timestamps.listByDigest(digest, SHOWN_MAX),
  ]);
  return [...masters, ...works].map(presentCertificate).concat(stamps.map(presentTimestamp));
}

function presentCertificate({ id, registry, issuedAt }: CertificateRecord): PublicProof {
  return {
    kind: registry === 'trackorigin' ? 'Certificate of a recording' : 'Certificate of a work',
    id,
    path: `/cert/${id}`,
    at: issuedAt,
    state: 'good',
    says: 'Active',
  };
}

function presentTimestamp({ record, confirmation }: StoredTimestamp): PublicProof {
  const { certificateId: id, createdAt: at } = record;
  const common = { kind: 'Timestamp', id, path: `/cert/${id}`, at };
  return confirmation === null
    ? { ...common, state: 'waiting', says: 'Waiting for a Bitcoin block' }
    : { ...common, state: 'good', says: `In Bitcoin block ${formatNumber(confirmation.height)}` };
}
