import type { CertificateReader } from '../../core/certificate/store.ts';
import type { Position, RegistryReader } from '../../core/registry/store.ts';
import type { App } from '../../http/shared/app.ts';
import { RequestFault } from '../../http/shared/request-fault.ts';
import { renderArtist } from '../pages/artist.ts';
import { sendPage } from '../site.ts';
import { listRecordings } from './list-recordings.ts';
import { formatPosition, parsePosition } from './position.ts';

export interface ArtistRouteParts {
  readonly registry: Pick<RegistryReader, 'findPublicArtist' | 'listOfArtist'>;
  readonly certificates: Pick<CertificateReader, 'findMany'>;
  readonly publicUrl: string;
}

const PER_PAGE = 25;

/** `GET /u/{handle}` */
export function registerArtistPage(app: App, { registry, certificates, publicUrl }: ArtistRouteParts): void {
  app.get<{ Params: { handle: string }; Querystring: { before?: unknown } }>('/u/:handle', async (request, reply) => {
    const handle = request.params.handle.toLowerCase();
    const artist = await registry.findPublicArtist(handle);
    if (artist === null) throw new RequestFault('route-unknown', 'no such artist');
    const before: Position | null = parsePosition(request.query.before);
    // One more than is shown tells whether there is a next page.
    const places = artist.id === null ? [] : await registry.listOfArtist(artist.id, before, PER_PAGE + 1);
    const shown = places.slice(0, PER_PAGE);
    const last = shown.at(-1);
    const hasOlder = places.length > shown.length && last !== undefined;
    return sendPage(
      reply,
      renderArtist({
        artist,
        recordings: await listRecordings(certificates, shown),
        older: hasOlder
          ? `/u/${encodeURIComponent(artist.handle)}?before=${formatPosition(last.issuedAt, last.id)}`
          : null,
        publicUrl,
      }),
    );
  });
}
