import type { Surface } from '../shared/surface.ts';
import { type AccountTimestampsParts, registerAccountTimestamps } from './account-timestamps.ts';
import { type AdmissionParts, createAdmission } from './admission.ts';
import { PROOFD_API } from './api.ts';
import { presentError } from './errors.ts';
import { registerTimestampCreate } from './timestamp-create.ts';
import { registerTimestampGet } from './timestamp-get.ts';
import { registerTimestampList } from './timestamp-list.ts';
import { registerTimestampOts } from './timestamp-ots.ts';
import { createPresenter } from './wire.ts';

export interface ProofdParts extends AdmissionParts, AccountTimestampsParts {
  /** The address at which people reach this server, without a trailing slash. */
  readonly publicUrl: string;
}

/** The proofd contract, but for the page `/verify/{sha256}`. */
export function createProofd(parts: ProofdParts): Surface {
  const { timestamps } = parts;
  return {
    pathPrefixes: ['/api/v1/timestamps', '/api/account/timestamps'],
    api: PROOFD_API,
    presentError,
    register(app) {
      // Every field has an error code of its own, which the operations' own parsers give.
      app.setValidatorCompiler(() => () => true);
      const admission = createAdmission(parts);
      const present = createPresenter(parts.publicUrl);
      registerTimestampCreate(app, timestamps, admission, present);
      registerTimestampList(app, timestamps, admission, present);
      registerTimestampGet(app, timestamps, admission, present);
      registerTimestampOts(app, timestamps, admission);
      registerAccountTimestamps(app, parts, present);
    },
  };
}
