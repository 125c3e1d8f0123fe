import type { CertificateState } from '../../core/document/certificate-state.ts';
import type { Dossiers } from '../../core/document/dossiers.ts';
import type { PdfFonts } from '../../documents/pdf/fonts.ts';
import { presentDefaultError, SERVER_API } from '../shared/default-surface.ts';
import type { Surface } from '../shared/surface.ts';
import { registerBadge } from './badge.ts';
import { registerCertificatePdf } from './certificate-pdf.ts';
import { createFindDossier } from './find-dossier.ts';
import { registerProofBundle } from './proof-bundle.ts';
import { registerQr } from './qr.ts';

export interface CertificateFilesParts {
  /** Null: there is none with this id, whatever its form. */
  readonly findState: (id: string) => Promise<CertificateState | null>;
  readonly dossiers: Dossiers;
  /** Without a trailing slash. */
  readonly publicUrl: string;
  readonly fonts: PdfFonts;
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
      registerBadge(app, parts);
      registerQr(app, parts);
      const findDossier = createFindDossier(parts.dossiers);
      registerProofBundle(app, findDossier, parts);
      registerCertificatePdf(app, findDossier, parts);
    },
    // A cache may keep a 404 without being told to (RFC 9111 section 4.2.2).
    presentError: (error, requestId) => ({
      ...presentDefaultError(error, requestId),
      headers: { 'cache-control': 'no-store' },
    }),
  };
}
