import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { PublicArtist } from '../../core/registry/artist.ts';
import type { RegistryReader } from '../../core/registry/store.ts';
import type { App } from '../shared/app.ts';
import { presentTimeOrNull } from '../shared/present-time.ts';
import type { Admission } from './admission.ts';
import { TrackoriginError } from './errors.ts';
import { ErrorBody } from './schemas.ts';

/** A count may be this old; what a certificate says of itself is not taken from here. */
const CACHE_CONTROL = 'public, max-age=60';

const orNull = () => Type.Unsafe<string | null>({ type: ['string', 'null'] });

const schema = {
  summary: 'An artist',
  tags: ['trackorigin'],
  params: Type.Object({ handle: Type.String() }),
  response: {
    200: Type.Object({
      id: orNull(),
      handle: Type.String(),
      display_name: Type.String(),
      bio: orNull(),
      location: orNull(),
      avatar_url: orNull(),
      verified_since: orNull(),
      certificate_count: Type.Integer({ description: 'Active and revoked ones, as its list has them.' }),
      public_url: Type.String(),
    }),
    401: ErrorBody,
    402: ErrorBody,
    404: ErrorBody,
    429: ErrorBody,
  },
};

/** Which artist of a handle a request may see. Errors: TrackoriginError `artist-not-found`. */
export async function findArtist(
  registry: Pick<RegistryReader, 'findPublicArtist' | 'findSandboxArtist'>,
  admission: Admission,
  request: FastifyRequest,
  handle: string,
): Promise<PublicArtist> {
  const caller = admission.callerOf(request);
  const known = handle.toLowerCase();
  const artist =
    caller === null || caller.isLive
      ? await registry.findPublicArtist(known)
      : await registry.findSandboxArtist(caller.accountId, known);
  if (artist === null) throw new TrackoriginError('artist-not-found', 'no artist has this handle');
  return artist;
}

/** What a cache may keep: who comes with a test key sees another world. */
export function cacheControlFor(admission: Admission, request: FastifyRequest): string {
  return admission.callerOf(request) === null ? CACHE_CONTROL : 'no-store';
}

/** `GET /api/v1/artists/{handle}` */
export function registerArtistGet(
  app: App,
  registry: Pick<RegistryReader, 'findPublicArtist' | 'findSandboxArtist'>,
  admission: Admission,
): void {
  const options = { schema, onRequest: admission.admit('anyone'), config: { cors: true } } as const;
  app.get('/api/v1/artists/:handle', options, async (request, reply) => {
    const artist = await findArtist(registry, admission, request, request.params.handle);
    reply.header('cache-control', cacheControlFor(admission, request));
    return {
      id: artist.id,
      handle: artist.handle,
      display_name: artist.displayName,
      bio: artist.bio,
      location: artist.location,
      avatar_url: artist.avatarUrl,
      verified_since: presentTimeOrNull(artist.verifiedAt),
      certificate_count: artist.certificateCount,
      public_url: `/u/${artist.handle}`,
    };
  });
}
