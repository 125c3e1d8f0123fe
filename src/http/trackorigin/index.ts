import type { Sessions } from '../../core/account/account.ts';
import type { AccountReader } from '../../core/account/store.ts';
import type { Meter } from '../../core/meter/meter.ts';
import type { Surface } from '../shared/surface.ts';
import { type AdmissionParts, createAdmission } from './admission.ts';
import { registerApiUsage } from './api-usage.ts';
import { presentError } from './errors.ts';
import { registerMe } from './me.ts';

export interface TrackoriginParts extends AdmissionParts {
  readonly accounts: Pick<AccountReader, 'findProfile'>;
  readonly sessions: Sessions;
  readonly meter: Pick<Meter, 'take' | 'usage'>;
}

/** The account's part of the trackorigin contract. Of `/api/v1/` it owns whatever no other contract has named. */
export function createTrackorigin(parts: TrackoriginParts): Surface {
  return {
    pathPrefixes: ['/api/v1/'],
    presentError,
    register(app) {
      const admission = createAdmission(parts);
      registerMe(app, parts.accounts, admission);
      registerApiUsage(app, parts.sessions, parts.meter);
    },
  };
}
