import type { CertificateState } from '../../core/document/certificate-state.ts';
import type { Dossiers } from '../../core/document/dossiers.ts';
import { presentDefaultError, SERVER_API } from '../shared/default-surface.ts';
import { limitPages, type PageLimitParts } from '../shared/page-limit.ts';
import type { Surface } from '../shared/surface.ts';
import { registerBadge } from './badge.ts';
import { type RenderPdf, registerCertificatePdf } from './certificate-pdf.ts';
import { createFindDossier } from './find-dossier.ts';
import { registerProofBundle } from './proof-bundle.ts';
import { registerQr } from './qr.ts';

export interface CertificateFilesParts extends PageLimitParts {
  /** Null: there is none with this id, whatever its form. */
  readonly findState: (id: string) => Promise<CertificateState | null>;
  readonly dossiers: Dossiers;
  /** Without a trailing slash. */
  readonly publicUrl: string;
  readonly renderPdf: RenderPdf;
  /** `verify_cli.py`, which bundles bring along. */
  readonly verifier: Uint8Array;
}

/** Pictures and documents of certificates of every kind, below the address of the certificate's page. */
export function createCertificateFiles(parts: CertificateFilesParts): Surface {
  return {
    // What is not a file is the page's, or nobody's.
    pathPrefixes: [],
    api: SERVER_API,
    register(app) {
      // Badges stand on others' pages, many on one, and may be fetched for everybody by one address.
      registerBadge(app, parts);
      app.register(async (scope) => {
        limitPages(scope, parts);
        registerQr(scope, parts);
        const findDossier = createFindDossier(parts.dossiers);
        registerProofBundle(scope, findDossier, parts);
        registerCertificatePdf(scope, findDossier, parts);
      });
    },
    // A cache may keep a 404 without being told to (RFC 9111 section 4.2.2).
    presentError: (error, requestId) => ({
      ...presentDefaultError(error, requestId),
      headers: { 'cache-control': 'no-store' },
    }),
  };
}
