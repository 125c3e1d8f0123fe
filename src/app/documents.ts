import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { findCertificateState } from '../core/document/certificate-state.ts';
import { createDossiers } from '../core/document/dossiers.ts';
import { type PdfFonts, readFonts } from '../documents/pdf/fonts.ts';
import { createCertificateFiles } from '../http/certificate-files/index.ts';
import type { Surface } from '../http/shared/surface.ts';
import type { Running } from './app.ts';
import type { Services } from './services.ts';

/** The verifier that is put into bundles and receipts. */
export function readPythonVerifier(): Uint8Array {
  return new Uint8Array(readFileSync(join(import.meta.dirname, '../../verifier/verify_cli.py')));
}

/** Fonts under the Open Font License, from their packages. */
export function readPdfFonts(): PdfFonts {
  const require = createRequire(import.meta.url);
  const read = (path: string) => new Uint8Array(readFileSync(require.resolve(`@expo-google-fonts/${path}`)));
  return readFonts({
    serif: read('eb-garamond/400Regular/EBGaramond_400Regular.ttf'),
    italic: read('eb-garamond/400Regular_Italic/EBGaramond_400Regular_Italic.ttf'),
    bold: read('eb-garamond/500Medium/EBGaramond_500Medium.ttf'),
    mono: read('source-code-pro/400Regular/SourceCodePro_400Regular.ttf'),
  });
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
    fonts: readPdfFonts(),
    verifier: readPythonVerifier(),
  });
}
