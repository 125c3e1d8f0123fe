import type { FastifyRequest } from 'fastify';
import type { Account, Sessions } from '../../core/account/account.ts';
import { requireSameOrigin } from './same-origin.ts';

/** Lets in whoever is signed in, and nobody in the name of another page. */
export interface SessionGuard {
  /** A hook, for before the body is read: nobody who is not signed in has us parse anything. Errors: CrossSiteError. */
  readonly onRequest: (request: FastifyRequest) => Promise<void>;
  /** Of a request that was let in. */
  accountOf(request: FastifyRequest): Account;
}

/** @param refuse What a request without a session fails with. */
export function createSessionGuard(sessions: Sessions, publicUrl: string, refuse: () => Error): SessionGuard {
  const assertSameOrigin = requireSameOrigin(publicUrl);
  const accounts = new WeakMap<FastifyRequest, Account>();
  return {
    async onRequest(request) {
      await assertSameOrigin(request);
      const account = await sessions.find(request.headers);
      if (account === null) throw refuse();
      accounts.set(request, account);
    },
    accountOf: (request) => accounts.get(request)!,
  };
}
