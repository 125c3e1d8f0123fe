import { Readable } from 'node:stream';
import { Type } from 'typebox';
import { AnchorError, type AnchorService } from '../../core/anchor/anchor.ts';
import type { StoredReceipt } from '../../core/anchor/store.ts';
import type { App } from '../shared/app.ts';
import { SESSION } from '../shared/openapi/api-description.ts';
import { writeZip, type ZipFolder } from '../shared/zip-stream.ts';
import { listReceiptFiles } from './receipt-files.ts';
import { SUBSCRIBER_ERRORS } from './schemas.ts';
import type { RequireSubscriber } from './subscriber.ts';

/** Receipts held at once; composing the proofs of so many takes a few milliseconds. */
const PAGE_RECEIPTS = 50;

const schema = {
  summary: 'All receipts of your account as one archive',
  description: 'A folder for each receipt, named by its id, with receipt.json and the .ots files; newest first.',
  tags: ['orphograph'],
  security: SESSION,
  response: {
    200: { content: { 'application/zip': { schema: Type.Unsafe<Readable>({ type: 'string', format: 'binary' }) } } },
    401: SUBSCRIBER_ERRORS[401],
    402: SUBSCRIBER_ERRORS[402],
    503: SUBSCRIBER_ERRORS[402],
  },
};

/** `GET /api/me/anchors.zip` */
export function registerVaultZip(app: App, anchors: AnchorService, requireSubscriber: RequireSubscriber): void {
  const underWay = new Set<Readable>();
  // A download can take hours; a server that stops does not wait for it, and the client sees that it broke off.
  let isClosing = false;
  app.addHook('preClose', (done) => {
    isClosing = true;
    for (const stream of underWay) stream.destroy(new Error('the server is shutting down'));
    done();
  });

  // To HEAD the framework would make the whole archive and throw it away.
  app.get('/api/me/anchors.zip', { schema, exposeHeadRoute: false }, async (request, reply) => {
    const { id: accountId } = await requireSubscriber(request);
    if (isClosing) throw new AnchorError('shutting-down', 'the server is shutting down');
    const stream = Readable.from(writeZip(readFolders(anchors, accountId)), { objectMode: false });
    underWay.add(stream);
    stream.once('close', () => underWay.delete(stream));
    reply
      .header('cache-control', 'private, no-store')
      .header('content-disposition', 'attachment; filename="anchors.zip"')
      .type('application/zip')
      .send(stream);
    return reply;
  });
}

async function* readFolders(anchors: AnchorService, accountId: string): AsyncGenerator<ZipFolder> {
  let page: readonly StoredReceipt[];
  let before: StoredReceipt['receipt'] | null = null;
  do {
    page = await anchors.listOwned({
      accountId,
      before,
      digestPrefix: null,
      label: null,
      isPrivate: null,
      limit: PAGE_RECEIPTS,
    });
    for (const stored of page) {
      yield { name: stored.receipt.id, files: listReceiptFiles(stored, anchors.composeProofs(stored)) };
    }
    before = page.at(-1)?.receipt ?? null;
  } while (page.length === PAGE_RECEIPTS);
}
