import type { Works } from '../../core/works/works.ts';
import type { App } from '../shared/app.ts';
import type { Cursors } from '../shared/cursor.ts';
import type { Admission } from './admission.ts';
import { OwnedQuery, parseOwnedQuery, presentPage } from './page-query.ts';
import { errorResponses, Listing, tags } from './schemas.ts';
import type { Presenter } from './wire.ts';

const schema = {
  summary: 'One’s own certificates with nothing redacted, newest first',
  tags,
  querystring: OwnedQuery,
  response: { 200: Listing, ...errorResponses(400, 401, 429) },
};

/** `GET /api/v1/me/certs` */
export function registerMeCerts(
  app: App,
  works: Pick<Works, 'listOwned'>,
  admission: Admission,
  present: Presenter,
  cursors: Cursors,
): void {
  const options = { schema, onRequest: admission.admit('bearer', 'read'), config: { cors: true } } as const;
  app.get('/api/v1/me/certs', options, async (request, reply) => {
    const { ownerId } = admission.callerOf(request)!;
    const list = `certificates of ${ownerId}`;
    const asked = parseOwnedQuery(request.query, cursors, list);
    const listing = await works.listOwned(ownerId, asked.query);
    const last = listing.items.at(-1)?.version;
    reply.header('cache-control', 'no-store');
    return {
      items: listing.items.map(present.ownEntry),
      ...presentPage(asked, listing, last ? cursors.format(list, { at: last.issuedAt, id: last.certId }) : null),
    };
  });
}
