import type { Clock } from '../../base/clock.ts';
import type { WebhookService } from '../../core/webhook/webhooks.ts';
import type { Surface } from '../shared/surface.ts';
import { registerWebhookRoutes } from '../shared/webhooks/routes.ts';
import { type AdmissionParts, createAdmission } from './admission.ts';
import { ORIGIMARK_API } from './api.ts';
import { presentError } from './errors.ts';
import { ErrorBody } from './schemas.ts';

export interface OrigimarkWebhookParts extends AdmissionParts {
  readonly webhooks: WebhookService;
  readonly clock: Clock;
}

const PATH = '/api/v1/webhooks';

/** Webhooks of the origimark contract: by token or key, or by session for the account's pages. */
export function createOrigimarkWebhooks(parts: OrigimarkWebhookParts): Surface {
  return {
    pathPrefixes: [PATH],
    api: ORIGIMARK_API,
    presentError,
    register(app) {
      const admission = createAdmission(parts);
      registerWebhookRoutes(app, {
        contract: 'origimark',
        path: PATH,
        service: parts.webhooks,
        clock: parts.clock,
        limiter: parts.limiter,
        limits: parts.limits,
        errorBody: ErrorBody,
        admit: (scope) => admission.admit('owner', scope),
        // This contract has no sandbox.
        ownerOf: (request) => ({ accountId: admission.callerOf(request)!.ownerId, isSandbox: false }),
      });
    },
  };
}
