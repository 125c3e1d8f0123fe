import type { Sessions } from '../../core/account/account.ts';
import type { CertificateReader } from '../../core/certificate/store.ts';
import type { RegistryReader } from '../../core/registry/store.ts';
import type { SubmissionService } from '../../core/registry/submissions.ts';
import { withSyntheticArtist } from '../../core/registry/synthetic-artist.ts';
import type { App } from '../shared/app.ts';
import type { Cursors } from '../shared/cursor.ts';
import { registerAccountSubmissions } from './account-submissions.ts';
import type { Admission } from './admission.ts';
import { registerArtistCertificates } from './artist-certificates.ts';
import { registerArtistGet } from './artist-get.ts';
import { registerSubmissionCreate } from './submission-create.ts';
import { registerSubmissionGet } from './submission-get.ts';

export interface RegistryRouteParts {
  readonly registry: Pick<RegistryReader, 'findPublicArtist' | 'findSandboxArtist' | 'listOfArtist'>;
  readonly submissions: SubmissionService;
  readonly certificates: Pick<CertificateReader, 'find' | 'findMany'>;
  readonly cursors: Cursors;
  readonly sessions: Sessions;
  readonly publicUrl: string;
}

/** Artists, and how a track comes to be certified. */
export function registerRegistry(app: App, parts: RegistryRouteParts, admission: Admission): void {
  const registry = withSyntheticArtist(parts.registry, parts.certificates);
  registerArtistGet(app, registry, admission);
  registerArtistCertificates(app, { ...parts, registry }, admission);
  registerSubmissionCreate(app, parts.submissions, admission);
  registerSubmissionGet(app, parts.submissions, admission);
  registerAccountSubmissions(app, parts);
}
