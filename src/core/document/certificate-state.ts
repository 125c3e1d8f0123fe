import type { AnchorReader } from '../anchor/store.ts';
import type { CertificateReader } from '../certificate/store.ts';
import type { TimestampReader } from '../timestamp/store.ts';

/** What a certificate of any kind is at this moment. `pending`: good, and not confirmed in Bitcoin yet. */
export type CertificateState = 'valid' | 'pending' | 'revoked';

export interface CertificateStateParts {
  readonly certificates: Pick<CertificateReader, 'find'>;
  readonly anchors: Pick<AnchorReader, 'findReceipt'>;
  readonly timestamps: Pick<TimestampReader, 'findByCertificateId'>;
}

/** The forms of ids: of recordings, of works, of timestamps. */
const RECORDING = /^cer_[A-Za-z0-9_]{1,60}$/;
const WORK = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const TIMESTAMP = /^TS-[0-9A-Z]{6,16}$/;

export function isTimestampId(id: string): boolean {
  return TIMESTAMP.test(id);
}

export function isCertificateId(id: string): boolean {
  return RECORDING.test(id) || WORK.test(id);
}

/** Null: there is none with this id, whatever its form. */
export async function findCertificateState(
  id: string,
  { certificates, anchors, timestamps }: CertificateStateParts,
): Promise<CertificateState | null> {
  if (isTimestampId(id)) {
    const found = await timestamps.findByCertificateId(id);
    if (found === null) return null;
    return found.confirmation === null ? 'pending' : 'valid';
  }
  if (!isCertificateId(id)) return null;
  const certificate = await certificates.find(id);
  if (certificate === null) return null;
  if (certificate.status === 'revoked') return 'revoked';
  const { envelopeReceiptId } = certificate;
  const stored = envelopeReceiptId === null ? null : await anchors.findReceipt(envelopeReceiptId);
  return stored?.round.status === 'pinned' ? 'valid' : 'pending';
}
