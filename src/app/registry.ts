import { hkdfSync } from 'node:crypto';
import type { AudioSearch } from '../core/audio/search.ts';
import type { Issuer } from '../core/certificate/issuer.ts';
import type { PublicLog } from '../core/log/public-log.ts';
import { type CertificateChanges, createCertificateChanges } from '../core/registry/changes.ts';
import { createIntegrators, type Integrators } from '../core/registry/integrators.ts';
import { createReviewService, type ReviewService } from '../core/registry/review.ts';
import { createSubmissionService, type SubmissionService } from '../core/registry/submissions.ts';
import type { Store } from '../core/store.ts';
import { type Cursors, createCursors } from '../http/shared/cursor.ts';
import { systemClock, systemRandom } from './system.ts';

/** How tracks come to be certified, and what may happen to their certificates. */
export interface TrackRegistry {
  readonly submissions: SubmissionService;
  readonly review: ReviewService;
  readonly changes: CertificateChanges;
  readonly integrators: Integrators;
  readonly cursors: Cursors;
}

const CURSOR_KEY_BYTES = 32;

export function createTrackRegistry(parts: {
  readonly store: Store;
  readonly issuer: Issuer;
  readonly search: AudioSearch;
  readonly publicLog: Pick<PublicLog, 'awaitPublished'>;
  /** Has this process forget what was changed of certificates. */
  readonly refresh: () => Promise<void>;
  /** Of `loadAccountSecret`. */
  readonly accountSecret: Uint8Array;
}): TrackRegistry {
  const common = { ...parts, accounts: parts.store.account, clock: systemClock, random: systemRandom };
  return {
    submissions: createSubmissionService(common),
    review: createReviewService(common),
    changes: createCertificateChanges(common),
    integrators: createIntegrators(common),
    cursors: createCursors(deriveCursorKey(parts.accountSecret)),
  };
}

function deriveCursorKey(secret: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, '', 'touchmark list cursors', CURSOR_KEY_BYTES));
}
