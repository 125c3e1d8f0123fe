import type { Clock } from '../../base/clock.ts';
import type { Sessions } from '../../core/account/account.ts';
import type { AccountReader } from '../../core/account/store.ts';
import type { Meter } from '../../core/meter/meter.ts';
import type { Surface } from '../shared/surface.ts';
import { type AdmissionParts, createAdmission } from './admission.ts';
import { TRACKORIGIN_API } from './api.ts';
import { registerApiUsage } from './api-usage.ts';
import { type AudioRouteParts, registerAudio } from './audio.ts';
import { type CertificateRouteParts, registerCertificates } from './certificates.ts';
import { presentError } from './errors.ts';
import { registerMe } from './me.ts';
import { type RegistryRouteParts, registerRegistry } from './registry.ts';

export interface TrackoriginParts extends AdmissionParts {
  readonly accounts: Pick<AccountReader, 'findProfile'>;
  readonly sessions: Sessions;
  readonly certification: Omit<CertificateRouteParts, 'limiter' | 'clock'>;
  readonly audio: Omit<AudioRouteParts, 'limiter' | 'limits' | 'clock'>;
  readonly clock: Clock;
  readonly registry: RegistryRouteParts;
  readonly meter: Pick<Meter, 'take' | 'usage'>;
}

/** The account's part of the trackorigin contract. Of `/api/v1/` it owns whatever no other contract has named. */
export function createTrackorigin(parts: TrackoriginParts): Surface {
  return {
    pathPrefixes: ['/api/v1/', '/api/account/submissions', '/.well-known/trackorigin-'],
    api: TRACKORIGIN_API,
    presentError,
    register(app) {
      const admission = createAdmission(parts);
      registerCertificates(app, { ...parts, ...parts.certification }, admission);
      registerAudio(app, { ...parts, ...parts.audio }, admission);
      registerRegistry(app, parts.registry, admission);
      registerMe(app, parts.accounts, admission);
      registerApiUsage(app, parts.sessions, parts.meter);
    },
  };
}
