import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { renderCertificatePdf } from '../documents/pdf/certificate-pdf.ts';
import { type PdfFonts, readFonts } from '../documents/pdf/fonts.ts';
import type { RenderPdf } from '../http/certificate-files/certificate-pdf.ts';

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

export function createPdfRenderer(): RenderPdf {
  const fonts = readPdfFonts();
  return (dossier, options) => renderCertificatePdf(dossier, { ...options, fonts });
}
