import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../base/clock.ts';
import type { Sessions } from '../../core/account/account.ts';
import type { Scope } from '../../core/key/scope.ts';
import type { WebhookOwner } from '../../core/webhook/subscription.ts';
import type { WebhookService } from '../../core/webhook/webhooks.ts';
import type { App } from '../shared/app.ts';
import { readSecret } from '../shared/credentials.ts';
import { demanding, SESSION } from '../shared/openapi/api-description.ts';
import { takeTokens } from '../shared/rate-limit.ts';
import { requireSameOrigin } from '../shared/same-origin.ts';
import type { Surface } from '../shared/surface.ts';
import { registerWebhookRoutes } from '../shared/webhooks/routes.ts';
import { type AdmissionParts, createAdmission } from './admission.ts';
import { TRACKORIGIN_API } from './api.ts';
import { presentError } from './errors.ts';
import { ErrorBody } from './schemas.ts';

export interface TrackoriginWebhookParts extends AdmissionParts {
  readonly webhooks: WebhookService;
  readonly sessions: Sessions;
  readonly publicUrl: string;
  readonly clock: Clock;
}

/** Webhooks of the trackorigin contract: by secret key, or by session for the account's pages, which costs nothing. */
export function createTrackoriginWebhooks(parts: TrackoriginWebhookParts): Surface {
  return { pathPrefixes: [PATH], api: TRACKORIGIN_API, presentError, register: (app) => register(app, parts) };
}

const PATH = '/api/v1/me/webhooks';
const ADMITTED = [{ trackoriginSecretKey: [] }, ...SESSION] as const;

function register(app: App, parts: TrackoriginWebhookParts): void {
  const { sessions, limiter, limits } = parts;
  const admission = createAdmission(parts);
  const owners = new WeakMap<FastifyRequest, WebhookOwner>();
  const assertSameOrigin = requireSameOrigin(parts.publicUrl);

  registerWebhookRoutes(app, {
    contract: 'trackorigin',
    path: PATH,
    service: parts.webhooks,
    clock: parts.clock,
    limiter,
    limits,
    errorBody: ErrorBody,
    ownerOf: (request) => owners.get(request)!,
    admit: (scope: Scope) => {
      const admitKey = admission.admit('secret-key', scope);
      return demanding(ADMITTED, async (request: FastifyRequest, reply: FastifyReply) => {
        const presented = readSecret(request, ['bearer']);
        const account = presented?.secret.startsWith('to_') ? null : await sessions.find(request.headers);
        if (account === null) {
          // Whoever has no session is told about keys, also when it was no key that was sent.
          await admitKey(request, reply);
          const { accountId, isLive } = admission.callerOf(request)!;
          owners.set(request, { accountId, isSandbox: !isLive });
          return;
        }
        await assertSameOrigin(request);
        await takeTokens(limiter, [{ limit: limits['trackorigin-secret-key'], key: account.id }], reply);
        owners.set(request, { accountId: account.id, isSandbox: null });
      });
    },
  });
}
