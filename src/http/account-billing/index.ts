import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { Clock } from '../../base/clock.ts';
import type { Account, Sessions } from '../../core/account/account.ts';
import type { LedgerReader } from '../../core/meter/ledger.ts';
import type { Meter } from '../../core/meter/meter.ts';
import type { SubscriptionReader } from '../../core/meter/subscription.ts';
import type { App } from '../shared/app.ts';
import { ACCOUNT_TAG, SESSION, SESSION_SCHEMES } from '../shared/openapi/api-description.ts';
import type { Surface } from '../shared/surface.ts';
import { AccountBillingError, ERROR_CODES, presentError } from './errors.ts';
import {
  ApiUsage,
  Entry,
  ErrorBody,
  formatCursor,
  parseCursor,
  presentEntry,
  presentSubscription,
  presentUsage,
  SubscriptionBody,
} from './wire.ts';

export interface AccountBillingParts {
  readonly sessions: Sessions;
  readonly ledger: LedgerReader;
  readonly subscriptions: SubscriptionReader;
  readonly meter: Pick<Meter, 'usage'>;
  readonly clock: Clock;
}

const ENTRIES_MAX = 100;
const ENTRIES_DEFAULT = 50;
/** More packs than anybody has; beyond it their lines are listed all the same. */
const PURSES_MAX = 500;

/** What whoever is signed in has paid for, and what became of it. */
export function createAccountBilling(parts: AccountBillingParts): Surface {
  return {
    pathPrefixes: ['/api/account/ledger', '/api/account/plan'],
    api: {
      name: 'AccountBilling',
      tags: ACCOUNT_TAG,
      securitySchemes: SESSION_SCHEMES,
      security: SESSION,
      errorBody: ErrorBody,
      errorCodes: ERROR_CODES,
    },
    presentError,
    register(app) {
      registerLedger(app, parts);
      registerPlan(app, parts);
    },
  };
}

/** `GET /api/account/ledger` */
function registerLedger(app: App, { sessions, ledger }: AccountBillingParts): void {
  const schema = {
    summary: 'Purses of the account, and every movement of credits, newest first',
    tags: ['account'],
    querystring: Type.Object({
      limit: Type.Optional(Type.String({ pattern: '^([1-9]\\d?|100)$', description: `1 to ${ENTRIES_MAX}` })),
      before: Type.Optional(Type.String({ maxLength: 200, description: 'next_before of the previous page' })),
    }),
    response: {
      200: Type.Object({
        purses: Type.Array(Type.Object({ purse: Type.String(), balance: Type.Integer() })),
        entries: Type.Array(Entry),
        next_before: Type.Unsafe<string | null>({ type: ['string', 'null'] }),
      }),
      400: ErrorBody,
      401: ErrorBody,
    },
  };
  app.get('/api/account/ledger', { schema }, async (request, reply) => {
    const account = await requireAccount(sessions, request, reply);
    const limit = Number(request.query.limit ?? ENTRIES_DEFAULT);
    const before = request.query.before === undefined ? null : readCursor(request.query.before);
    const purses = await ledger.listPurses(account.id, PURSES_MAX);
    // One more than is shown tells whether there are more.
    const entries = await ledger.listAccountEntries(account.id, before, limit + 1);
    const shown = entries.slice(0, limit);
    return {
      purses: purses.map(({ id, balance }) => ({ purse: id, balance })),
      entries: shown.map(presentEntry),
      next_before: entries.length > limit ? formatCursor(shown.at(-1)!) : null,
    };
  });
}

/** `GET /api/account/plan` */
function registerPlan(app: App, { sessions, subscriptions, meter, clock }: AccountBillingParts): void {
  const schema = {
    summary: 'Active subscriptions of the account, and its API calls this month',
    tags: ['account'],
    response: {
      200: Type.Object({ subscriptions: Type.Array(SubscriptionBody), api_usage: ApiUsage }),
      401: ErrorBody,
    },
  };
  app.get('/api/account/plan', { schema }, async (request, reply) => {
    const account = await requireAccount(sessions, request, reply);
    const now = clock.now();
    const active = [
      await subscriptions.findActive(account.id, 'orphograph', now),
      await subscriptions.findActive(account.id, 'proofd', now),
    ];
    return {
      subscriptions: active.filter((subscription) => subscription !== null).map(presentSubscription),
      api_usage: presentUsage(await meter.usage(account.id)),
    };
  });
}

/** Errors: `session-missing`. */
async function requireAccount(sessions: Sessions, request: FastifyRequest, reply: FastifyReply): Promise<Account> {
  reply.header('cache-control', 'no-store');
  const account = await sessions.find(request.headers);
  if (account === null) throw new AccountBillingError('session-missing', 'no session');
  return account;
}

function readCursor(text: string) {
  const position = parseCursor(text);
  if (position === null) throw new AccountBillingError('cursor-invalid', 'not a cursor');
  return position;
}
