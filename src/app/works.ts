import type { Logger } from 'pino';
import type { Issuer } from '../core/certificate/issuer.ts';
import type { PublicLog } from '../core/log/public-log.ts';
import type { Store } from '../core/store.ts';
import { type Certifier, createCertifier } from '../core/works/certifier.ts';
import { createOwnerChanges, type OwnerChanges } from '../core/works/owner-changes.ts';
import { createVerificationLog, type VerificationLog } from '../core/works/verification-log.ts';
import { createWorks, type Works } from '../core/works/works.ts';
import { systemClock, systemRandom } from './system.ts';

/** How works come to be certified, and what can be read of them. */
export interface WorkRegistry {
  readonly works: Works;
  readonly certifier: Certifier;
  readonly ownerChanges: OwnerChanges;
  readonly verifications: VerificationLog;
}

/** `cleanup` waits for what was accepted. */
export function createWorkRegistry(
  parts: { readonly store: Store; readonly issuer: Issuer; readonly publicLog: PublicLog; readonly logger: Logger },
  cleanup: AsyncDisposableStack,
): WorkRegistry {
  const { store, issuer, publicLog, logger } = parts;
  const common = { store, issuer, publicLog, clock: systemClock, random: systemRandom };
  const certifier = createCertifier(common);
  cleanup.defer(() => certifier.close());
  const verifications = createVerificationLog({
    ...common,
    onError: (error) => logger.warn({ err: error }, 'an owner could not be told of a verification'),
  });
  cleanup.defer(() => verifications.close());
  return { works: createWorks(store), certifier, ownerChanges: createOwnerChanges(common), verifications };
}
