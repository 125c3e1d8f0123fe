import { encodeHex } from '../../base/hex.ts';
import { BUNDLE_FILE as FILE } from '../../proof/bundle/bundle-files.ts';
import type { Dossier } from '../../proof/bundle/dossier.ts';

export interface Attachment {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly mimeType: string;
  readonly description: string;
}

/** What proves what the page says. */
export function* listAttachments(dossier: Dossier): Generator<Attachment> {
  const encoder = new TextEncoder();
  const ots = { mimeType: 'application/vnd.opentimestamps.v1' };
  const json = { mimeType: 'application/json' };
  if (dossier.kind === 'certificate') {
    const bytes = encoder.encode(`${JSON.stringify(dossier.document, null, 2)}\n`);
    yield { name: FILE.certificate, bytes, ...json, description: 'The certificate with all that checks it' };
    if (dossier.envelopeProof !== null) {
      yield {
        name: FILE.envelopeProof,
        bytes: dossier.envelopeProof,
        ...ots,
        description: 'Proof of the signed certificate',
      };
    }
  } else {
    const { id, createdAt, workSha256 } = dossier;
    const record = { certificate_id: id, created_at: new Date(createdAt).toISOString(), sha256: encodeHex(workSha256) };
    const bytes = encoder.encode(`${JSON.stringify(record, null, 2)}\n`);
    yield { name: 'timestamp.json', bytes, ...json, description: 'What was recorded' };
  }
  if (dossier.workProof !== null) {
    yield { name: FILE.workProof, bytes: dossier.workProof, ...ots, description: 'Proof of the work' };
  }
}
