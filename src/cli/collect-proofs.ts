import { equalBytes } from '../base/bytes.ts';
import { CodedError } from '../base/coded-error.ts';
import { CALENDAR_NAME, type CalendarProof } from '../proof/bundle/receipt.ts';
import { readZip } from '../proof/bundle/zip.ts';
import { decodeDetached, encodeDetached } from '../proof/ots/codec.ts';
import { OtsError } from '../proof/ots/error.ts';
import { type Timestamp, walkAttestations } from '../proof/ots/timestamp.ts';

export interface CollectedProofs {
  readonly proofs: readonly CalendarProof[];
  /** Files that are not a proof of this digest. */
  readonly rejected: readonly { readonly calendar: string; readonly error: string }[];
}

/**
 * The proofs of a digest out of a receipt's ZIP. A server is not believed about them: each has to be a well-formed
 * proof of this very SHA-256, and is kept in its canonical form. Throws `BundleError`.
 */
export function collectProofs(zip: Uint8Array, sha256: Uint8Array): CollectedProofs {
  const proofs: CalendarProof[] = [];
  const rejected: { calendar: string; error: string }[] = [];
  for (const [path, bytes] of readZip(zip, (path) => path.endsWith('.ots'))) {
    const name = path.slice(path.lastIndexOf('/') + 1).replace(/\.ots$/, '');
    if (!CALENDAR_NAME.test(name)) continue;
    try {
      const { fileHashOp, timestamp } = decodeDetached(bytes);
      if (fileHashOp.name !== 'sha256' || !equalBytes(timestamp.message, sha256)) {
        throw new OtsError('message-mismatch', 'the proof is about another digest');
      }
      proofs.push({ name, url: findCalendarUri(timestamp), proof: encodeDetached({ fileHashOp, timestamp }) });
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      rejected.push({ calendar: name, error: error.message });
    }
  }
  return { proofs, rejected };
}

function findCalendarUri(timestamp: Timestamp): string | null {
  for (const { attestation } of walkAttestations(timestamp)) if (attestation.type === 'pending') return attestation.uri;
  return null;
}
