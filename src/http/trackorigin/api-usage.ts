import { Type } from 'typebox';
import type { Sessions } from '../../core/account/account.ts';
import type { Meter } from '../../core/meter/meter.ts';
import type { App } from '../shared/app.ts';
import { SESSION } from '../shared/openapi/api-description.ts';
import { TrackoriginError } from './errors.ts';
import { ErrorBody } from './schemas.ts';

const schema = {
  summary: 'Calls made this month with live keys of the account, and what is left',
  tags: ['trackorigin'],
  security: SESSION,
  response: {
    200: Type.Object({
      month: Type.String(),
      free_quota: Type.Integer(),
      free_used: Type.Integer(),
      free_remaining: Type.Integer(),
      paid_calls: Type.Integer(),
      paid_pending_to_next_credit: Type.Integer({
        description: 'Calls made of the block that the last credit paid for; 0 when it is used up.',
      }),
      calls_per_credit: Type.Integer(),
      credits_balance: Type.Integer(),
      estimated_calls_remaining: Type.Integer(),
    }),
    401: ErrorBody,
  },
};

/** `GET /api/v1/me/api-usage`: for the account's pages, so by session and free of charge. */
export function registerApiUsage(app: App, sessions: Sessions, meter: Pick<Meter, 'usage'>): void {
  app.get('/api/v1/me/api-usage', { schema }, async (request, reply) => {
    const account = await sessions.find(request.headers);
    if (account === null) throw new TrackoriginError('session-missing', 'no session');
    const usage = await meter.usage(account.id);
    reply.header('cache-control', 'no-store');
    return {
      month: usage.month,
      free_quota: usage.freeQuota,
      free_used: usage.freeUsed,
      free_remaining: usage.freeRemaining,
      paid_calls: usage.paidCalls,
      paid_pending_to_next_credit: usage.paidPending,
      calls_per_credit: usage.callsPerCredit,
      credits_balance: usage.credits,
      estimated_calls_remaining: usage.callsRemaining,
    };
  });
}
