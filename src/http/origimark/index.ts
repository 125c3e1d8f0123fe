import type { Clock } from '../../base/clock.ts';
import type { PublicLog } from '../../core/log/public-log.ts';
import type { Relay } from '../../core/relay/relay.ts';
import type { Certifier } from '../../core/works/certifier.ts';
import type { OwnerChanges } from '../../core/works/owner-changes.ts';
import type { VerificationLog } from '../../core/works/verification-log.ts';
import type { Works } from '../../core/works/works.ts';
import type { Cursors } from '../shared/cursor.ts';
import type { Surface } from '../shared/surface.ts';
import { type AdmissionParts, createAdmission } from './admission.ts';
import { ORIGIMARK_API } from './api.ts';
import { registerCertChange } from './cert-change.ts';
import { registerCertify } from './certify.ts';
import { registerChain } from './chain.ts';
import { presentError } from './errors.ts';
import { registerMeCerts } from './me-certs.ts';
import { registerRegistry } from './registry.ts';
import { registerRelay } from './relay.ts';
import { registerVerify } from './verify.ts';
import { registerVerifyByHash } from './verify-by-hash.ts';
import { registerWellKnown } from './well-known.ts';
import { createPresenter } from './wire.ts';

export interface OrigimarkParts extends AdmissionParts {
  readonly works: Works;
  readonly certifier: Pick<Certifier, 'certify'>;
  readonly ownerChanges: OwnerChanges;
  readonly relay: Relay;
  readonly verifications: VerificationLog;
  readonly publicLog: Pick<PublicLog, 'origin' | 'verifierKey'>;
  readonly cursors: Cursors;
  readonly clock: Clock;
}

/** The origimark contract, but for its documents and webhooks. */
export function createOrigimark(parts: OrigimarkParts): Surface {
  const { works, certifier, verifications, cursors, publicUrl } = parts;
  return {
    pathPrefixes: [
      ...['/api/v1/certify', '/api/v1/verify/', '/api/v1/verify-by-hash', '/api/v1/registry', '/api/v1/chain/'],
      ...['/api/v1/me/certs', '/api/v1/certs/', '/api/v1/relay/', '/.well-known/origimark.json'],
    ],
    api: ORIGIMARK_API,
    presentError,
    register(app) {
      // Fields and parameters are checked by parsers of our own, which tell everything that is wrong.
      app.setValidatorCompiler(() => () => true);
      const admission = createAdmission(parts);
      const present = createPresenter(publicUrl);
      registerCertify(app, certifier, admission, present, parts.clock);
      registerVerify(app, works, verifications, admission, present);
      registerVerifyByHash(app, works, verifications, admission, present);
      registerRegistry(app, works, admission, present, cursors);
      registerChain(app, works, admission, present);
      registerMeCerts(app, works, admission, present, cursors);
      registerCertChange(app, parts.ownerChanges, admission, present);
      registerRelay(app, parts.relay, admission, parts);
      registerWellKnown(app, publicUrl, parts.publicLog);
    },
  };
}
