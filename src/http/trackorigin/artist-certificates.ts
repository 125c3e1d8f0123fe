import { type Static, Type } from 'typebox';
import { encodeHex } from '../../base/hex.ts';
import type { CertificateRecord } from '../../core/certificate/certificate.ts';
import type { CertificateReader } from '../../core/certificate/store.ts';
import { readClaims } from '../../core/registry/manifest.ts';
import type { RegistryReader } from '../../core/registry/store.ts';
import type { App } from '../shared/app.ts';
import { type Cursors, cutPage } from '../shared/cursor.ts';
import { presentTime } from '../shared/present-time.ts';
import type { Admission } from './admission.ts';
import { cacheControlFor, findArtist } from './artist-get.ts';
import { ErrorBody, PageQuery, parseLimit } from './schemas.ts';

const ListedCertificate = Type.Object({
  cert_id: Type.String(),
  version: Type.Integer(),
  verdict: Type.String(),
  revoked: Type.Boolean(),
  issued_at: Type.String(),
  standard: Type.String(),
  master: Type.Object({ sha256: Type.String() }),
  artist: Type.Object({ id: Type.String(), handle: Type.String(), display_name: Type.String() }),
  track: Type.Object({ id: Type.String(), title: Type.String() }),
  public_url: Type.String(),
});

const schema = {
  summary: 'Certificates of an artist, newest first',
  tags: ['trackorigin'],
  params: Type.Object({ handle: Type.String() }),
  querystring: PageQuery,
  response: {
    200: Type.Object({
      certificates: Type.Array(ListedCertificate),
      next_cursor: Type.Unsafe<string | null>({ type: ['string', 'null'] }),
    }),
    400: ErrorBody,
    401: ErrorBody,
    402: ErrorBody,
    404: ErrorBody,
    429: ErrorBody,
  },
};

/** `GET /api/v1/artists/{handle}/certificates`; revoked ones stay in it, so that no page misses one for a revocation. */
export function registerArtistCertificates(
  app: App,
  parts: {
    readonly registry: Pick<RegistryReader, 'findPublicArtist' | 'findSandboxArtist' | 'listOfArtist'>;
    readonly certificates: Pick<CertificateReader, 'findMany'>;
    readonly cursors: Cursors;
  },
  admission: Admission,
): void {
  const { registry, certificates, cursors } = parts;
  const options = { schema, onRequest: admission.admit('anyone'), config: { cors: true } } as const;
  app.get('/api/v1/artists/:handle/certificates', options, async (request, reply) => {
    const { id } = await findArtist(registry, admission, request, request.params.handle);
    const list = `certificates of ${id}`;
    const limit = parseLimit(request.query.limit);
    const after = cursors.parse(list, request.query.cursor);
    const places = id === null ? [] : await registry.listOfArtist(id, after, limit + 1);
    const page = cutPage(places, limit, ({ issuedAt, id }) => cursors.format(list, { at: issuedAt, id }));
    const records = await certificates.findMany(page.items.map(({ id }) => id));
    const byId = new Map(records.map((record) => [record.id, record]));
    reply.header('cache-control', cacheControlFor(admission, request));
    return {
      certificates: page.items.flatMap(({ id }) => byId.get(id) ?? []).map(presentListed),
      next_cursor: page.nextCursor,
    };
  });
}

function presentListed(record: CertificateRecord): Static<typeof ListedCertificate> {
  const { id, version, status, issuedAt } = record;
  const { standard, verdict, master, artist, track } = readClaims(record);
  return {
    cert_id: id,
    version,
    verdict,
    revoked: status === 'revoked',
    issued_at: presentTime(issuedAt),
    standard,
    master: { sha256: encodeHex(master.sha256) },
    artist: { id: artist.id, handle: artist.handle, display_name: artist.displayName },
    track: { id: track.id, title: track.title },
    public_url: `/cert/${id}`,
  };
}
