import type { CertificateReader } from '../certificate/store.ts';
import { SYNTHETIC_ARTIST, SYNTHETIC_ID } from '../certificate/synthetic.ts';
import type { RegistryReader } from './store.ts';

/**
 * The same registry, in which every account's sandbox has the artist of the synthetic certificate, too. It has no row:
 * what has one can be changed by operators, and this is to be the same on every server.
 */
export function withSyntheticArtist<R extends Pick<RegistryReader, 'findSandboxArtist' | 'listOfArtist'>>(
  registry: R,
  certificates: Pick<CertificateReader, 'find'>,
): R {
  return {
    ...registry,

    async findSandboxArtist(accountId: string, handle: string) {
      const own = await registry.findSandboxArtist(accountId, handle);
      if (own !== null || handle !== SYNTHETIC_ARTIST.handle) return own;
      const certificate = await certificates.find(SYNTHETIC_ID);
      return (
        certificate && {
          ...SYNTHETIC_ARTIST,
          ...{ bio: null, location: null, avatarUrl: null },
          verifiedAt: certificate.issuedAt,
          certificateCount: 1,
        }
      );
    },

    async listOfArtist(...[artistId, after, limit]: Parameters<RegistryReader['listOfArtist']>) {
      if (artistId !== SYNTHETIC_ARTIST.id) return registry.listOfArtist(artistId, after, limit);
      const certificate = after === null ? await certificates.find(SYNTHETIC_ID) : null;
      return certificate === null ? [] : [{ id: certificate.id, issuedAt: certificate.issuedAt }];
    },
  };
}
