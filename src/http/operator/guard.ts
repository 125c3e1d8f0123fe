import type { FastifyRequest } from 'fastify';
import type { Account, Sessions } from '../../core/account/account.ts';
import type { App } from '../shared/app.ts';
import { requireSameOrigin } from '../shared/same-origin.ts';
import { OperatorError } from './errors.ts';

/** The id of the operator that a request was let in for. */
export type OperatorOf = (request: FastifyRequest) => string;

/** Lets only operators in, before a body is read. The role is looked up each time, so whoever loses it is out at once. */
export function guardOperators(app: App, sessions: Sessions, publicUrl: string): OperatorOf {
  const operators = new WeakMap<FastifyRequest, Account>();
  app.addHook('onRequest', requireSameOrigin(publicUrl));
  app.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store');
    const account = await sessions.find(request.headers);
    if (account === null) throw new OperatorError('session-missing', 'no session');
    if (account.role !== 'operator') throw new OperatorError('operator-required', 'not an operator');
    operators.set(request, account);
  });
  return (request) => operators.get(request)!.id;
}
