import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../base/clock.ts';
import type { Sessions } from '../../core/account/account.ts';
import { checkAvatarUrl, checkDisplayName } from '../../core/account/profile.ts';
import type { Limiter } from '../../core/limit/limiter.ts';
import type { Store } from '../../core/store.ts';
import { ACCOUNT_TAG, ANYONE, SESSION, SESSION_SCHEMES } from '../shared/openapi/api-description.ts';
import { requireSameOrigin } from '../shared/same-origin.ts';
import type { Surface } from '../shared/surface.ts';
import type { Auth } from './auth.ts';
import { askAuth, passOn } from './auth-handler.ts';
import { AUTH_ROUTES, type AuthRoute } from './auth-routes.ts';
import { AccountError, ERROR_CODES, presentError } from './errors.ts';
import { type Attempt, createAttemptGuards } from './guard.ts';
import { ErrorBody, registerProfile } from './profile.ts';

export interface AccountSurfaceParts {
  readonly auth: Auth;
  readonly sessions: Sessions;
  readonly store: Store;
  readonly limiter: Limiter;
  readonly clock: Clock;
  readonly publicUrl: string;
  /** Without it what needs a mail is refused, and says so. */
  readonly canMail: boolean;
}

const BODY_MAX_BYTES = 8 * 1024;
/**
 * Answers that could tell by their time whether an address has an account are sent only at multiples of this after the
 * request: longer than it takes to hash a password, which is most of the work.
 */
const ANSWER_STEP_MS = 500;

/** Accounts: better-auth's routes below `/api/auth`, and the profile. */
export function createAccountSurface(parts: AccountSurfaceParts): Surface {
  return {
    pathPrefixes: ['/api/auth', '/api/account'],
    api: {
      name: 'Account',
      tags: ACCOUNT_TAG,
      securitySchemes: SESSION_SCHEMES,
      security: SESSION,
      errorBody: ErrorBody,
      errorCodes: ERROR_CODES,
    },
    presentError,
    register(app) {
      const run = createRunner(parts);
      app.addHook('onRequest', requireSameOrigin(parts.publicUrl));
      for (const route of AUTH_ROUTES) {
        const { method, path, summary, body, query, params } = route;
        app.route({
          method,
          url: `/api/auth${path}`,
          // better-auth knows no HEAD.
          exposeHeadRoute: false,
          schema: {
            summary,
            tags: ['account'],
            ...(route.isOpen && { security: ANYONE }),
            response: { ...route.answers, ...describeRefusals(route) },
            ...(body && { body }),
            ...(query && { querystring: query }),
            ...(params && { params }),
          },
          bodyLimit: BODY_MAX_BYTES,
          handler: (request, reply) => run(route, request, reply),
        });
      }
      registerProfile(app, parts);
    },
  };
}

/** Those that the route can give besides what every route can. */
function describeRefusals({ guard, body, isOpen }: AuthRoute) {
  const statuses = [...(body ? [400, 413, 415] : []), ...(isOpen ? [] : [401]), ...(guard ? [429] : [])];
  return Object.fromEntries(statuses.map((status) => [status, ErrorBody]));
}

type Run = (route: AuthRoute, request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

function createRunner({ auth, sessions, limiter, clock, publicUrl, canMail }: AccountSurfaceParts): Run {
  const guards = createAttemptGuards(limiter);

  /** Before anything is looked up, so that a refusal depends on nothing but what was asked. */
  async function admit(
    { guard }: AuthRoute,
    request: FastifyRequest,
    reply: FastifyReply,
    body: Fields,
  ): Promise<Attempt | null> {
    const address = textOf(body.email ?? body.newEmail);
    if (guard === undefined) return null;
    if (guard === 'token') return guards.guess(request, reply, null);
    if (guard === 'password') {
      return guards.guess(request, reply, address ?? (await sessions.find(request.headers))?.id ?? null);
    }
    if (!canMail) throw new AccountError('mail-not-configured', 'no mail server');
    return guards.mail(request, reply, address ?? '');
  }

  return async (route, request, reply) => {
    const startedAt = clock.now();
    const body = route.body === undefined ? null : checkFields(pickFields(route.body, request.body));
    const attempt = await admit(route, request, reply, body ?? {});
    const response = await askAuth(auth, publicUrl, request, body);
    if (route.guard === 'mail') await clock.sleep(ANSWER_STEP_MS - ((clock.now() - startedAt) % ANSWER_STEP_MS));
    else if (response.status < 400 && !leadsToError(response)) await attempt?.succeed();
    return passOn(response, reply);
  };
}

/** A link with a wrong token is answered by a way to a page that says so. */
function leadsToError({ headers }: Response): boolean {
  return /[?&]error=/.test(headers.get('location') ?? '');
}

type Fields = Readonly<Record<string, unknown>>;

/** What the route does not name is dropped: nobody can set what they should not. */
function pickFields({ properties }: NonNullable<AuthRoute['body']>, body: unknown): Fields {
  const given = body as Fields;
  return Object.fromEntries(
    Object.keys(properties).flatMap((name) => (Object.hasOwn(given, name) ? [[name, given[name]]] : [])),
  );
}

/** Names and pictures follow the rules of profiles, before it matters whether the address has an account. */
function checkFields({ name, image, ...others }: Fields): Fields {
  const picture = typeof image === 'string' ? (checkAvatarUrl(image) ?? undefined) : image;
  return {
    ...others,
    ...(typeof name === 'string' && { name: checkDisplayName(name) }),
    ...(picture !== undefined && { image: picture }),
  };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
