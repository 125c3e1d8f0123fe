import { Type } from 'typebox';
import { PAGE_SIZES, type PageSize, renderCertificatePdf } from '../../documents/pdf/certificate-pdf.ts';
import type { PdfFonts } from '../../documents/pdf/fonts.ts';
import type { App } from '../shared/app.ts';
import type { FindDossier } from './find-dossier.ts';

/** It says whether the certificate was revoked, and proofs in it grow. */
const CACHE_CONTROL = 'no-cache';

const Size = Type.Union((Object.keys(PAGE_SIZES) as PageSize[]).map((size) => Type.Literal(size)));
const schema = {
  summary: 'A certificate as a page to print, with its proofs attached',
  tags: ['certificates'],
  params: Type.Object({ id: Type.String() }),
  querystring: Type.Object({ size: Type.Optional(Size) }),
  response: { 200: { content: { 'application/pdf': { schema: Type.Any() } } } },
};

/** `GET /cert/{id}/certificate.pdf` */
export function registerCertificatePdf(
  app: App,
  findDossier: FindDossier,
  { fonts, publicUrl }: { readonly fonts: PdfFonts; readonly publicUrl: string },
): void {
  app.get('/cert/:id/certificate.pdf', { schema, config: { cors: true } }, async (request, reply) => {
    const dossier = await findDossier(request.params.id);
    const { size = 'a4' } = request.query;
    const bytes = await renderCertificatePdf(dossier, { size, publicUrl, fonts });
    reply
      .header('cache-control', CACHE_CONTROL)
      .header('content-disposition', `inline; filename="${dossier.id}.pdf"`)
      .type('application/pdf');
    return reply.send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  });
}
