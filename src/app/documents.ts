import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { findCertificateState } from '../core/document/certificate-state.ts';
import { createDossiers } from '../core/document/dossiers.ts';
import type { RenderPdf } from '../http/certificate-files/certificate-pdf.ts';
import { createCertificateFiles } from '../http/certificate-files/index.ts';
import type { Surface } from '../http/shared/surface.ts';
import type { Running } from './app.ts';
import type { Services } from './services.ts';

/** The verifier that is put into bundles and receipts. */
export function readPythonVerifier(): Uint8Array {
  return new Uint8Array(readFileSync(join(import.meta.dirname, '../../verifier/verify_cli.py')));
}

/** What draws pages is a tenth of all modules, and many a process draws none: it is loaded for the first page. */
function drawLater(): RenderPdf {
  let renderer: Promise<RenderPdf> | null = null;
  return async (dossier, options) => {
    renderer ??= import('./pdf.ts').then(({ createPdfRenderer }) => createPdfRenderer());
    return (await renderer)(dossier, options);
  };
}

/** Badges, codes, bundles and pages of certificates of every kind. */
export function createDocuments(
  { store, parts: { anchors } }: Pick<Running, 'store' | 'parts'>,
  { certification, workRegistry, limiter, log }: Pick<Services, 'certification' | 'workRegistry' | 'limiter' | 'log'>,
  { http: { publicUrl }, limits }: Pick<Config, 'http' | 'limits'>,
): Surface {
  const states = { certificates: store.certificate, anchors: store.anchor, timestamps: store.timestamp };
  const dossiers = createDossiers({
    certificates: store.certificate,
    timestamps: store.timestamp,
    tokens: store.timestampToken,
    documents: certification.documents,
    works: workRegistry.works,
    anchors,
    publicLog: log,
  });
  return createCertificateFiles({
    findState: (id) => findCertificateState(id, states),
    dossiers,
    limiter,
    pageLimit: limits['page-address'],
    publicUrl,
    renderPdf: drawLater(),
    verifier: readPythonVerifier(),
  });
}
