import { Readable } from 'node:stream';
import { Type } from 'typebox';
import { type BundleExtras, composeBundle } from '../../documents/bundle/compose-bundle.ts';
import { BUNDLE_FILE } from '../../proof/bundle/bundle-files.ts';
import type { Dossier } from '../../proof/bundle/dossier.ts';
import type { App } from '../shared/app.ts';
import { packFile, writeZip, type ZipFile, type ZipFolder } from '../shared/zip-stream.ts';
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
  const verifier = packFile(BUNDLE_FILE.verifier, extras.verifier);

  app.get('/cert/:id/proof-bundle.zip', { schema, config: { cors: true } }, async (request, reply) => {
    const dossier = await findDossier(request.params.id);
    reply
      .header('cache-control', CACHE_CONTROL)
      .header('content-disposition', `attachment; filename="${dossier.id}.proof-bundle.zip"`)
      .type('application/zip');
    return reply.send(Readable.from(writeZip(listFiles(dossier)), { objectMode: false }));
  });

  /** One file after the other: none is held longer than it takes to send it. */
  function* listFiles(dossier: Dossier): Generator<ZipFolder> {
    for (const file of composeBundle(dossier, extras)) {
      const files: readonly ZipFile[] = [file.name === verifier.name ? verifier : file];
      yield { name: '', files };
    }
  }
}
