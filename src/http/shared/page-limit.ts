import type { Limit, Limiter } from '../../core/limit/limiter.ts';
import type { App } from './app.ts';
import { clientAddress } from './client-network.ts';
import { takeTokens } from './rate-limit.ts';

export interface PageLimitParts {
  readonly limiter: Limiter;
  /** Of one client address. */
  readonly pageLimit: Limit;
}

/** Before every route of `app`: pages and files that are made anew for each request. Errors: RateLimitError. */
export function limitPages(app: App, { limiter, pageLimit }: PageLimitParts): void {
  app.addHook('onRequest', async (request, reply) => {
    await takeTokens(limiter, [{ limit: pageLimit, key: clientAddress(request.ip) }], reply);
  });
}
