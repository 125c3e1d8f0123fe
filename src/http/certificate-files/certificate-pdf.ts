import { Type } from 'typebox';
import { PAGE_SIZES, type PageSize } from '../../documents/pdf/page-size.ts';
import type { Dossier } from '../../proof/bundle/dossier.ts';
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

/** One page of a certificate, as PDF. */
export type RenderPdf = (
  dossier: Dossier,
  options: { readonly size: PageSize; readonly publicUrl: string },
) => Promise<Uint8Array>;

/** `GET /cert/{id}/certificate.pdf` */
export function registerCertificatePdf(
  app: App,
  findDossier: FindDossier,
  { renderPdf, publicUrl }: { readonly renderPdf: RenderPdf; readonly publicUrl: string },
): void {
  app.get('/cert/:id/certificate.pdf', { schema, config: { cors: true } }, async (request, reply) => {
    const dossier = await findDossier(request.params.id);
    const { size = 'a4' } = request.query;
    const bytes = await renderPdf(dossier, { size, publicUrl });
    reply
      .header('cache-control', CACHE_CONTROL)
      .header('content-disposition', `inline; filename="${dossier.id}.pdf"`)
      .type('application/pdf');
    return reply.send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  });
}
