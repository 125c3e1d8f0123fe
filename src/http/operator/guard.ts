import type { FastifyRequest } from 'fastify';
import type { Sessions } from '../../core/account/account.ts';
import type { App } from '../shared/app.ts';
import { createSessionGuard } from '../shared/session-guard.ts';
import { OperatorError } from './errors.ts';

/** The id of the operator that a request was let in for. */
export type OperatorOf = (request: FastifyRequest) => string;

/** Lets only operators in, before a body is read. The role is looked up each time, so whoever loses it is out at once. */
export function guardOperators(app: App, sessions: Sessions, publicUrl: string): OperatorOf {
  const refuse = () => new OperatorError('session-missing', 'no session');
  const { onRequest, accountOf } = createSessionGuard(sessions, publicUrl, refuse);
  app.addHook('onRequest', onRequest);
  app.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store');
    if (accountOf(request).role !== 'operator') throw new OperatorError('operator-required', 'not an operator');
  });
  return (request) => accountOf(request).id;
}
