import { Type } from 'typebox';
import type { CertificateRecord, Registry } from '../../core/certificate/certificate.ts';
import type { CertificateDocuments } from '../../core/certificate/documents.ts';
import { CertificateServiceError } from '../../core/certificate/error.ts';
import type { CertificateReader } from '../../core/certificate/store.ts';
import type { CertificateDocument } from '../../proof/certificate/document.ts';
import { isCertificateId } from '../../proof/certificate/manifest.ts';
import type { App } from '../shared/app.ts';
import type { Admission } from './admission.ts';
import { isVisible } from './certificate-answer.ts';
import { sendJson } from './certificate-caching.ts';
import { TrackoriginError } from './errors.ts';
import { CertificateParams, ErrorBody } from './schemas.ts';

/** What a registry shows of a document to everybody; null when it shows nothing. */
export type PresentDocument = (record: CertificateRecord, document: CertificateDocument) => Promise<object | null>;

export interface DocumentParts {
  readonly certificates: Pick<CertificateReader, 'find'>;
  readonly documents: CertificateDocuments;
  /** A registry without one has no documents. */
  readonly presentDocument: Readonly<Partial<Record<Registry, PresentDocument>>>;
}

const schema = {
  summary: 'Everything that is needed to check a certificate without this server',
  tags: ['trackorigin'],
  params: CertificateParams,
  response: {
    200: Type.Object(
      { format: Type.Literal('touchmark/certificate/1') },
      { additionalProperties: true, description: 'docs/formats/certificate.md' },
    ),
    400: ErrorBody,
    404: ErrorBody,
    429: ErrorBody,
  },
};

/** `GET /api/v1/certificates/{cert_id}/document`, for certificates of both registries. */
export function registerCertificateDocument(app: App, parts: DocumentParts, admission: Admission): void {
  const { certificates, documents, presentDocument } = parts;
  const options = { schema, onRequest: admission.admit('anyone'), config: { cors: true } } as const;
  app.get('/api/v1/certificates/:cert_id/document', options, async (request, reply) => {
    const { cert_id: id } = request.params;
    if (!isCertificateId(id)) throw new TrackoriginError('certificate-id-invalid', 'not the form of an id');
    const record = await certificates.find(id);
    if (record === null || !isVisible(record, admission.callerOf(request))) throw unknown();
    const present = presentDocument[record.registry];
    const shown = present === undefined ? null : await present(record, await documents.compose(record));
    if (shown === null) throw unknown();
    reply.header('cache-control', 'no-store');
    sendJson(request, reply, `${JSON.stringify(shown)}\n`, null);
    return reply;
  });
}

function unknown(): CertificateServiceError {
  return new CertificateServiceError('certificate-unknown', 'no certificate with this id');
}
