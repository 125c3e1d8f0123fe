import { Readable } from 'node:stream';
import { Type } from 'typebox';
import { type BundleExtras, composeBundle } from '../../documents/bundle/compose-bundle.ts';
import type { Dossier } from '../../proof/bundle/dossier.ts';
import type { App } from '../shared/app.ts';
import { writeZip, type ZipFolder } from '../shared/zip-stream.ts';
import type { FindDossier } from './find-dossier.ts';

/** It says whether the certificate was revoked, and proofs in it grow. */
const CACHE_CONTROL = 'no-cache';

const schema = {
  summary: 'All that proves a certificate, to be checked without this server: docs/formats/bundle.md',
  tags: ['certificates'],
  params: Type.Object({ id: Type.String() }),
  response: {
    200: { content: { 'application/zip': { schema: Type.Unsafe<Readable>({ type: 'string', format: 'binary' }) } } },
  },
};

/** `GET /cert/{id}/proof-bundle.zip` */
export function registerProofBundle(app: App, findDossier: FindDossier, extras: BundleExtras): void {
  app.get('/cert/:id/proof-bundle.zip', { schema, config: { cors: true } }, async (request, reply) => {
    const dossier = await findDossier(request.params.id);
    reply
      .header('cache-control', CACHE_CONTROL)
      .header('content-disposition', `attachment; filename="${dossier.id}.proof-bundle.zip"`)
      .type('application/zip');
    return reply.send(Readable.from(writeZip(listFiles(dossier, extras)), { objectMode: false }));
  });
}

/** One file after the other: none is held longer than it takes to send it. */
async function* listFiles(dossier: Dossier, extras: BundleExtras): AsyncGenerator<ZipFolder> {
  for (const file of composeBundle(dossier, extras)) yield { name: '', files: [file] };
}
