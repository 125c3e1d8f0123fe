import type { Sessions } from '../../core/account/account.ts';
import type { CertificateReader } from '../../core/certificate/store.ts';
import type { RegistryReader } from '../../core/registry/store.ts';
import type { VerificationLog } from '../../core/works/verification-log.ts';
import type { Works } from '../../core/works/works.ts';
import { limitPages } from '../../http/shared/page-limit.ts';
import type { Surface } from '../../http/shared/surface.ts';
import type { Scripts } from '../scripts.ts';
import { presentError } from '../site.ts';
import { registerArtistPage } from './artist-route.ts';
import { registerCertificatePage } from './certificate-route.ts';
import { registerRegistryPages } from './registry-routes.ts';
import { type RelayRouteParts, registerRelayForm } from './relay-route.ts';

export interface RegistryPagesParts extends RelayRouteParts {
  readonly scripts: Pick<Scripts, 'paths'>;
  /** Without a trailing slash. */
  readonly publicUrl: string;
  readonly sessions: Sessions;
  readonly verifications: Pick<VerificationLog, 'note'>;
  readonly works: Pick<Works, 'find' | 'chain' | 'browse'>;
  readonly certificates: Pick<CertificateReader, 'find' | 'findMany' | 'listVersions'>;
  readonly registry: Pick<RegistryReader, 'findPublicArtist' | 'listOfArtist' | 'listCertificates'>;
}

/** Pages about certificates and whom they name, for everybody. */
export function createRegistryPages(parts: RegistryPagesParts): Surface {
  return {
    pathPrefixes: ['/cert/', '/u/', '/registry'],
    presentError,
    register(app) {
      limitPages(app, { limiter: parts.limiter, pageLimit: parts.limits['page-address'] });
      registerCertificatePage(app, parts);
      registerRelayForm(app, parts);
      registerArtistPage(app, parts);
      registerRegistryPages(app, parts);
    },
  };
}
