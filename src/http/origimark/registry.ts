import { Type } from 'typebox';
import { registryTime } from '../../core/works/registry-entry.ts';
import type { Works } from '../../core/works/works.ts';
import type { App } from '../shared/app.ts';
import type { Cursors } from '../shared/cursor.ts';
import { presentTime } from '../shared/present-time.ts';
import type { Admission } from './admission.ts';
import { parseRegistryQuery, presentPage, RegistryQuery } from './page-query.ts';
import { Entry, errorResponses, Listing, tags } from './schemas.ts';
import type { Presenter } from './wire.ts';

const RegistryEntry = Type.Object({
  ...Entry.properties,
  registered_at: Type.String({ description: 'What date_from and date_to are compared with.' }),
});

const schema = {
  summary: 'The public registry, in the order in which certificates came in',
  tags,
  querystring: RegistryQuery,
  response: {
    200: Type.Object({ ...Listing.properties, items: Type.Array(RegistryEntry) }),
    ...errorResponses(400, 401, 429),
  },
};

/** `GET /api/v1/registry` */
export function registerRegistry(
  app: App,
  works: Pick<Works, 'browse'>,
  admission: Admission,
  present: Presenter,
  cursors: Cursors,
): void {
  const options = { schema, onRequest: admission.admit('anyone', 'read'), config: { cors: true } } as const;
  app.get('/api/v1/registry', options, async (request, reply) => {
    const { search, list, ...asked } = parseRegistryQuery(request.query, cursors);
    const listing = await works.browse(search, asked.query);
    const places = listing.items.map(({ version }) => version.listedAs!);
    const last = listing.items.at(-1);
    reply.header('cache-control', 'no-cache');
    return {
      items: listing.items.map((certified, i) => ({
        ...present.entry(certified),
        registered_at: presentTime(registryTime(places[i]!)),
      })),
      ...presentPage(
        asked,
        listing,
        last ? cursors.format(list, { at: places.at(-1)!, id: last.version.certId }) : null,
      ),
    };
  });
}
