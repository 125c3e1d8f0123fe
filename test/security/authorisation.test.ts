import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { systemClock, systemRandom } from '../../src/app/system.ts';
import type { CredentialKind } from '../../src/core/key/credential.ts';
import { CREDENTIAL_KINDS, generateSecret } from '../../src/core/key/secret.ts';
import { requestTo } from '../support/composed-requests.ts';
import { type ComposedServer, type Person, type Route, startComposedServer } from '../support/composed-server.ts';
import { PASSWORD } from '../support/people.ts';

/**
 * Who may use a route, and what they get; the codes of refusals are where the rules are, below. HEAD is the same as GET.
 *
 * - anyone: credentials make no difference, not even ones that are good for nothing
 * - anyone, wrongly: the same, asked in a way that is refused to everybody: with a wrong token, password or signature
 * - signed out: who is signed in can ask so for the address of the account only
 * - credential if any: also without one, since what is good for nothing counts as none
 * - session: of the account itself, by cookie or as a bearer; subscriber: of one that pays
 * - page: whoever has no session is sent to sign in; operator page: the same, and who is no operator is told so
 * - form: from a page of this server alone, asked here for a form that the page has not; page form and so on: the same,
 *   for whom the page is shown
 * - trackorigin: reader is everybody, but for who comes with a wrong key; test key: of the sandbox
 *   live reader: sees what is live, so that it is not there for a test key
 *   owner: with a secret key, or a session; live owner: of what is live, which a test key neither sees nor makes
 * - origimark: reader is everybody, but for who comes with a wrong credential; token, caller (token or key) and owner
 *   (token, key or session) are who they say
 */
const TABLE = `
  POST    /api/anchor                             credential if any   200
  POST    /api/anchor/batch                       credential if any   200
  GET     /api/receipt/:receipt_id                anyone              200
  GET     /api/receipt/:receipt_id.zip            anyone              200
  GET     /api/receipt/:receipt_id/summary        anyone              200
  GET     /api/verify/:receipt_id                 anyone              200
  GET     /api/badge/:receipt_id.svg              anyone              200
  GET     /api/badges                             anyone              200
  GET     /api/me/anchors                         subscriber          200
  GET     /api/me/anchors.zip                     subscriber          200
  POST    /api/me/receipt/:receipt_id/privacy     subscriber          200
  POST    /api/btc-order                          session             201
  GET     /api/btc-order/:order_id                anyone              200
  GET     /api/btc-order/:order_id/qr.svg         anyone              200
  POST    /api/stripe/webhook                     anyone, wrongly     400
  GET     /api/health                             anyone              200
  GET     /api/stats                              anyone              200
  GET     /api/config                             anyone              200
  GET     /badge.js                               anyone              200

  POST    /api/v1/timestamps                      proofd key          201
  GET     /api/v1/timestamps                      proofd key          200
  GET     /api/v1/timestamps/:id                  proofd key          200
  GET     /api/v1/timestamps/:id/ots              proofd key          200
  POST    /api/account/timestamps                 session             201
  GET     /api/account/timestamps/:id/ots         session             200

  GET     /api/v1/me                              secret key          200
  GET     /api/v1/me/api-usage                    session             200

  GET     /api/v1/certificates/:cert_id           trackorigin reader  200
  GET     /api/v1/certificates/:cert_id/status    trackorigin reader  200
  GET     /api/v1/certificates/:cert_id/document  trackorigin reader  200
  GET     /api/v1/tracks/by-sha256/:sha256_hex    trackorigin reader  404
  POST    /api/v1/certificates/:cert_id/verify-audio  trackorigin reader  200
  POST    /api/v1/renditions                      secret test key, or an integrator  201
  POST    /api/v1/audio/search                    trackorigin key     200
  GET     /api/v1/certificates/status             trackorigin reader  200
  POST    /api/v1/certificates/bulk               trackorigin key     200
  GET     /api/v1/certificates/changes            trackorigin key     200
  POST    /api/v1/sandbox/certificates            secret test key     201
  POST    /api/v1/sandbox/certificates/:cert_id/revoke  secret test key  200
  GET     /.well-known/trackorigin-public-key.json   anyone           200
  GET     /.well-known/trackorigin-revocations.json  anyone           200

  POST    /api/v1/certify                         origimark caller    201
  GET     /api/v1/verify/:cert_id                 origimark reader    200
  POST    /api/v1/verify-by-hash                  origimark reader    200
  GET     /api/v1/registry                        origimark reader    200
  GET     /api/v1/chain/:work_id                  origimark reader    200
  GET     /api/v1/me/certs                        origimark token     200
  PATCH   /api/v1/certs/:cert_id                  origimark owner     200
  POST    /api/v1/certs/:cert_id/revoke           origimark owner     200
  POST    /api/v1/relay/:cert_id                  origimark reader    202
  GET     /api/v1/relay/block                     origimark reader    200
  POST    /api/v1/relay/block                     origimark reader    404
  GET     /.well-known/origimark.json             anyone              200

  GET     /api/v1/artists/:handle                 trackorigin live reader  200
  GET     /api/v1/artists/:handle/certificates    trackorigin live reader  200
  POST    /api/v1/submissions                     secret key          201
  GET     /api/v1/submissions/:id                 secret live key     200
  GET     /api/account/submissions                session             200
  POST    /api/account/submissions                session             201
  GET     /api/account/submissions/:id            session             200

  GET     /api/operator/submissions               operator            200
  GET     /api/operator/submissions/:id           operator            200
  POST    /api/operator/submissions/:id/decision  operator            200
  GET     /api/operator/certificates              operator            200
  GET     /api/operator/certificates/:id          operator            200
  POST    /api/operator/certificates/:id/update   operator            200
  POST    /api/operator/certificates/:id/revoke   operator            200
  PUT     /api/operator/certificates/:id/risk     operator            200
  GET     /api/operator/accounts                  operator            200
  GET     /api/operator/integrators               operator            200
  PUT     /api/operator/integrators/:account_id   operator            200
  DELETE  /api/operator/integrators/:account_id   operator            204
  GET     /api/operator/actions                   operator            200
  GET     /api/operator/policies                  operator            200
  POST    /api/operator/policies                  operator            201
  POST    /api/operator/policies/:id/withdraw     operator            200

  GET     /api/v1/me/webhooks                       trackorigin owner   200
  POST    /api/v1/me/webhooks                       trackorigin live owner  201
  GET     /api/v1/me/webhooks/events                trackorigin owner   200
  GET     /api/v1/me/webhooks/:id                   trackorigin live owner  200
  PATCH   /api/v1/me/webhooks/:id                   trackorigin live owner  200
  DELETE  /api/v1/me/webhooks/:id                   trackorigin live owner  204
  POST    /api/v1/me/webhooks/:id/rotate            trackorigin live owner  200
  POST    /api/v1/me/webhooks/:id/test              trackorigin live owner  202
  GET     /api/v1/me/webhooks/:id/deliveries        trackorigin live owner  200
  POST    /api/v1/me/webhooks/:id/replay            trackorigin live owner  202
  POST    /api/v1/me/webhooks/deliveries/:id/replay  trackorigin owner   404
  GET     /api/v1/webhooks                          origimark owner     200
  POST    /api/v1/webhooks                          origimark owner     201
  GET     /api/v1/webhooks/events                   origimark owner     200
  GET     /api/v1/webhooks/:id                      origimark owner     200
  PATCH   /api/v1/webhooks/:id                      origimark owner     200
  DELETE  /api/v1/webhooks/:id                      origimark owner     204
  POST    /api/v1/webhooks/:id/rotate               origimark owner     200
  POST    /api/v1/webhooks/:id/test                 origimark owner     202
  GET     /api/v1/webhooks/:id/deliveries           origimark owner     200
  POST    /api/v1/webhooks/:id/replay               origimark owner     202
  POST    /api/v1/webhooks/deliveries/:id/replay    origimark owner     404

  POST    /api/auth/sign-up/email                 anyone, wrongly     400
  POST    /api/auth/sign-in/email                 anyone, wrongly     400
  POST    /api/auth/send-verification-email       signed out          200
  POST    /api/auth/request-password-reset        anyone              200
  GET     /api/auth/verify-email                  anyone, wrongly     302
  GET     /api/auth/reset-password/:token         anyone, wrongly     302
  POST    /api/auth/reset-password                anyone, wrongly     400
  POST    /api/auth/change-password               session             200
  POST    /api/auth/change-email                  session             200
  POST    /api/auth/delete-user                   session             400
  POST    /api/auth/update-user                   session             200
  GET     /api/auth/get-session                   anyone              200
  GET     /api/auth/list-sessions                 session             200
  POST    /api/auth/revoke-session                session             200
  POST    /api/auth/revoke-other-sessions         session             200
  GET     /api/auth/token                         session             200
  GET     /api/auth/jwks                          anyone              200
  GET     /api/auth/ok                            anyone              200

  POST    /tsa                                    anyone              200
  GET     /tsa/chain.pem                          anyone              200
  GET     /cert/:id/badge.svg                     anyone              200
  GET     /cert/:id/qr.svg                        anyone              200
  GET     /cert/:id/qr.png                        anyone              200
  GET     /cert/:id/proof-bundle.zip              anyone              200
  GET     /cert/:id/certificate.pdf               anyone              200

  GET     /api/account/profile                    session             200
  PUT     /api/account/profile                    session             200
  GET     /api/account/keys                       session             200
  POST    /api/account/keys                       session             201
  POST    /api/account/keys/:id/rotate            session             201
  PATCH   /api/account/keys/:id                   session             200
  DELETE  /api/account/keys/:id                   session             204
  GET     /api/account/ledger                     session             200
  GET     /api/account/plan                       session             200

  GET     /account                                page                200
  POST    /account                        page form  409
  GET     /account/profile                        page                200
  POST    /account/profile                page form  409
  GET     /account/keys                           page                200
  POST    /account/keys                   page form  409
  GET     /account/usage                          page                200
  POST    /account/usage                  page form  409
  GET     /account/credits                        page                200
  POST    /account/credits                page form  409
  GET     /account/vault                          page                200
  POST    /account/vault                  page form  409
  GET     /account/works                          page                200
  POST    /account/works                  page form  409
  GET     /account/works/new                      page                200
  POST    /account/works/new              page form  409
  GET     /account/tracks                         page                200
  POST    /account/tracks                 page form  409
  GET     /account/tracks/new                     page                200
  POST    /account/tracks/new             page form  409
  GET     /account/timestamps                     page                200
  POST    /account/timestamps             page form  409
  GET     /account/webhooks                       page                200
  POST    /account/webhooks               page form  409
  GET     /account/webhooks/:contract/:id         page  200
  POST    /account/webhooks/:contract/:id  page form  409
  GET     /account/sign-in                        open page           200
  POST    /account/sign-in                open page form  409
  GET     /account/sign-up                        anyone              200
  POST    /account/sign-up                form  409
  GET     /account/forgot                         anyone              200
  POST    /account/forgot                 form  409
  GET     /account/reset                          anyone              200
  POST    /account/reset                  form  409
  GET     /static/account.js                      anyone              200
  GET     /static/account.css                     anyone              200

  GET     /                                       anyone              200
  GET     /verify                                 anyone              200
  GET     /verify/:sha256                         anyone              404
  GET     /docs                                   anyone              200
  GET     /docs/orphograph                        anyone              200
  GET     /docs/proofd                            anyone              200
  GET     /docs/origimark                         anyone              200
  GET     /docs/trackorigin                       anyone              200
  GET     /docs/platforms                         anyone              200
  GET     /docs/webhooks                          anyone              200
  GET     /docs/verify                            anyone              200
  GET     /docs/log                               anyone              200
  GET     /docs/calendar                          anyone              200
  GET     /docs/api                               anyone              200
  GET     /cert/:id                               anyone              200
  POST    /cert/:id/relay                         anyone  200
  GET     /u/:handle                              anyone  200
  GET     /registry                               anyone              200
  GET     /registry/recordings                    anyone              200

  GET     /operator                               operator page       200
  POST    /operator                       operator page form  409
  GET     /operator/submissions/:id               operator page       200
  POST    /operator/submissions/:id       operator page form  409
  GET     /operator/certificates                  operator page       200
  POST    /operator/certificates          operator page form  409
  GET     /operator/certificates/:id              operator page       200
  POST    /operator/certificates/:id      operator page form  409
  GET     /operator/accounts                      operator page       200
  POST    /operator/accounts              operator page form  409
  GET     /operator/integrators                   operator page       200
  POST    /operator/integrators           operator page form  409
  GET     /operator/policies                      operator page       200
  POST    /operator/policies              operator page form  409
  GET     /operator/health                        operator page       200
  POST    /operator/health                operator page form  409
  GET     /operator/actions                       operator page       200
  POST    /operator/actions               operator page form  409

  GET     /pricing                                anyone              200
  GET     /status.html                            anyone              200
  GET     /static/:file                           anyone              404
  GET     /static/embed-widget.js                 anyone              200
  GET     /service-worker.js                      anyone              200
  GET     /favicon.svg                            anyone              200
  GET     /favicon.ico                            anyone              200
  GET     /robots.txt                             anyone              200
  GET     /bitcoin/headers/:height                anyone              503

  POST    /calendar/:name/digest                  anyone              200
  GET     /calendar/:name/timestamp/*             anyone              404
  GET     /calendar/:name/tip                     anyone              404
  GET     /calendar/:name                         anyone              200
  OPTIONS /calendar/:name/*                       anyone              204
  GET     /calendar/:name/*                       anyone              404
  POST    /calendar/:name/*                       anyone              404

  GET     /sandbox/synthetic.wav                  anyone              200
  GET     /sandbox/synthetic.flac                 anyone              200
  GET     /log/checkpoint                         anyone              200
  GET     /log/vkey                               anyone              200
  GET     /log/tile/*                             anyone              404
  GET     /log/proof/:sequence                    anyone              404

  GET     /livez                                  anyone              200
  GET     /readyz                                 anyone              200
  GET     /metrics                                anyone              200
  GET     /api/v1/openapi.json                    anyone              200

  POST    /api/auth/revoke-sessions               session             200
  POST    /api/auth/sign-out                      anyone              200
`;

interface Line {
  readonly route: string;
  readonly who: string;
  readonly status: number;
}

const LINES: readonly Line[] = TABLE.trim()
  .split(/\n\s*/)
  .map((line) => {
    const [method, path, who, status] = line.split(/ {2,}| (?=\/)/);
    return { route: `${method} ${path}`, who: who!, status: Number(status) };
  });
const REFUSED_BY: Readonly<Record<string, (caller: Caller, path: string) => string | null>> = {
  anyone: () => null,
  'anyone, wrongly': () => null,
  'signed out': ({ person }) => (person === null ? null : '400 EMAIL_MISMATCH'),
  'credential if any': ({ presents }) => {
    if (presents === 'in the address') return '400 credential_in_url';
    return presents === 'two of orphograph' ? '400 credentials_conflict' : null;
  },
  session: ({ person }, path) => (person === null ? signedOut(path) : null),
  subscriber({ person, subscribed }, path) {
    if (person === null) return signedOut(path);
    return subscribed ? null : '402 subscription_required';
  },
  page: ({ person }) => (person === null ? '303' : null),
  'operator page'({ name, person }) {
    if (person === null) return '303';
    return name === 'cookie of the operator' ? null : '403';
  },
  // Who is signed in already goes on to the account.
  'open page': ({ person }) => (person === null ? null : '303'),
  form: refuseOtherOrigin,
  'page form': (caller) => refuseOtherOrigin(caller) ?? (caller.person === null ? '303' : null),
  'open page form': (caller) => refuseOtherOrigin(caller) ?? (caller.person === null ? null : '303'),
  'operator page form': (caller) =>
    refuseOtherOrigin(caller) ??
    (caller.person === null ? '303' : caller.name === 'cookie of the operator' ? null : '403'),
  'trackorigin reader': (caller) => (caller.bearer === null ? refuseInAddress(caller) : refuseTrackorigin(caller)),
  'trackorigin key': refuseTrackorigin,
  'secret key': (caller) => refuseTrackorigin(caller) ?? requireSecret(caller),
  'trackorigin live reader': (caller) =>
    (caller.bearer === null ? refuseInAddress(caller) : refuseTrackorigin(caller)) ??
    (kindOf(caller)?.endsWith('-test') ? '404 artist_not_found' : null),
  'secret live key': (caller) =>
    refuseTrackorigin(caller) ??
    requireSecret(caller) ??
    (kindOf(caller)!.endsWith('-test') ? '404 submission_not_found' : null),
  operator({ name, person }) {
    if (person === null) return '401 authentication_required';
    return name === 'cookie of the operator' ? null : '403 operator_required';
  },
  'secret test key': (caller) =>
    refuseTrackorigin(caller) ??
    requireSecret(caller) ??
    (kindOf(caller)!.endsWith('-live') ? '403 test_key_required' : null),
  'secret test key, or an integrator': (caller) =>
    refuseTrackorigin(caller) ??
    requireSecret(caller) ??
    (kindOf(caller)!.endsWith('-live') ? '403 integrator_not_allowlisted' : null),
  'trackorigin owner': refuseTrackoriginOwner,
  'trackorigin live owner': (caller, path) =>
    refuseTrackoriginOwner(caller) ??
    (kindOf(caller)?.endsWith('-test')
      ? path.includes(':id')
        ? '404 webhook_not_found'
        : '400 validation_error'
      : null),
  'origimark reader': (caller) => refuseOrigimark(caller, 'reader'),
  'origimark token': (caller) => refuseOrigimark(caller, 'token'),
  'origimark caller': (caller) => refuseOrigimark(caller, 'caller'),
  'origimark owner': (caller) => refuseOrigimark(caller, 'owner'),
  'proofd key'({ presents, bearer }) {
    if (presents === 'in the address') return '401 INVALID_API_KEY';
    if (bearer === null) return '401 AUTHENTICATION_REQUIRED';
    return typeof bearer !== 'string' && bearer.kind === 'proofd' && bearer.state === 'live'
      ? null
      : '401 INVALID_API_KEY';
  },
};

const kindOf = ({ bearer }: Caller) => (typeof bearer === 'object' ? bearer?.kind : undefined);

function refuseOtherOrigin({ headers }: Caller): string | null {
  return headers.origin === undefined ? '403' : null;
}

function refuseInAddress({ presents }: Caller): string | null {
  return presents === 'in the address' ? '401 invalid_api_key' : null;
}

function refuseTrackorigin(caller: Caller): string | null {
  const { bearer } = caller;
  const inAddress = refuseInAddress(caller);
  if (inAddress !== null) return inAddress;
  if (bearer === null) return '401 missing_api_key';
  if (typeof bearer === 'string') return '401 invalid_api_key';
  if (bearer.state === 'revoked' || bearer.state === 'expired') return `401 ${bearer.state}_api_key`;
  return bearer.state === 'live' && bearer.kind.startsWith('trackorigin-') ? null : '401 invalid_api_key';
}

function requireSecret(caller: Caller): string | null {
  return kindOf(caller)!.startsWith('trackorigin-secret-') ? null : '403 secret_key_required';
}

function refuseTrackoriginOwner(caller: Caller): string | null {
  return caller.person === null ? (refuseTrackorigin(caller) ?? requireSecret(caller)) : null;
}

function refuseOrigimark(
  { name, headers, presents, person }: Caller,
  access: 'reader' | 'token' | 'caller' | 'owner',
): string | null {
  if (presents === 'in the address') return '401 invalid_api_key';
  const { authorization } = headers;
  const key = access === 'token' ? undefined : headers['x-api-key'];
  if (Array.isArray(authorization)) return '401 invalid_credentials';
  if (authorization !== undefined) {
    const isGood = name === 'JWT of the owner' || (access === 'owner' && person !== null);
    return isGood ? null : '401 invalid_token';
  }
  if (key !== undefined) {
    if (key === secrets.live.origimark) return null;
    const state = (['revoked', 'expired'] as const).find((ended) => key === secrets[ended].origimark);
    return `401 ${state ?? 'invalid'}_api_key`;
  }
  return access === 'reader' || (access === 'owner' && person !== null) ? null : '401 authentication_required';
}

function signedOut(path: string): string {
  if (path.startsWith('/api/auth') || path === '/api/account/profile') return '401 UNAUTHORIZED';
  if (path.startsWith('/api/account/timestamps')) return '401 AUTHENTICATION_REQUIRED';
  return path.startsWith('/api/account') || path.startsWith('/api/v1')
    ? '401 authentication_required'
    : '401 unauthorized';
}

type State = 'live' | 'revoked' | 'expired' | 'malformed' | 'unknown';
const STATES: readonly State[] = ['live', 'revoked', 'expired', 'malformed', 'unknown'];

/** Somebody who comes with something. */
interface Caller {
  readonly name: string;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly query?: string;
  readonly presents: 'one' | 'nothing' | 'in the address' | 'two of orphograph';
  /** What is in the one Authorization header. */
  readonly bearer: { readonly kind: CredentialKind; readonly state: State } | 'something else' | null;
  /** Whose session it is, while it is one. */
  readonly person: Person | null;
  readonly subscribed: boolean;
}

const HEADERS: Readonly<Record<string, string>> = {
  origimark: 'x-api-key',
  orphograph: 'x-orpho-api-key',
  'orphograph-pack': 'x-pack-token',
};

let server: ComposedServer;
/** Has a working key of every kind. */
let owner: Person;
let stranger: Person;
let secrets: Readonly<Record<State, Readonly<Record<CredentialKind, string>>>>;
let callers: readonly Caller[];

before(async () => {
  server = await startComposedServer('pglite');
  owner = await server.signUp();
  stranger = await server.signUp();
  secrets = await mintSecrets();
  callers = [...keyCallers(), ...(await sessionCallers())];
});
after(() => server?.[Symbol.asyncDispose]());

async function mintSecrets(): Promise<typeof secrets> {
  const made = Object.fromEntries(STATES.map((state) => [state, {}])) as Record<State, Record<CredentialKind, string>>;
  // May do as much as the owner, but for the state of its keys.
  const { id: spare } = await server.signUp();
  for (const kind of CREDENTIAL_KINDS) {
    const revoked = await server.mint(spare, kind);
    const revokedAt = systemClock.now();
    await server.store.transact(({ key }) => key.end(revoked.credential.id, { revokedAt }));
    made.revoked[kind] = revoked.secret;
    made.expired[kind] = (await server.mint(spare, kind, systemClock.now() - 1)).secret;
    made.live[kind] = (await server.mint(owner.id, kind)).secret;
    made.malformed[kind] = made.live[kind].replace(/.$/, (last) => (last === '0' ? '1' : '0'));
    made.unknown[kind] = generateSecret(kind, systemRandom);
  }
  return made;
}

function keyCallers(): Caller[] {
  const nobody: Caller = {
    name: 'nobody',
    headers: {},
    presents: 'nothing',
    bearer: null,
    person: null,
    subscribed: false,
  };
  const own = STATES.flatMap((state) =>
    CREDENTIAL_KINDS.map((kind): Caller => {
      const header = HEADERS[kind] ?? 'authorization';
      const secret = secrets[state][kind];
      const isBearer = header === 'authorization';
      return {
        ...nobody,
        name: `${state} ${kind}`,
        headers: { [header]: isBearer ? `Bearer ${secret}` : secret },
        presents: 'one',
        bearer: isBearer ? { kind, state } : null,
      };
    }),
  );
  const { live } = secrets;
  const elsewhere = CREDENTIAL_KINDS.flatMap((kind): Caller[] => [
    {
      ...nobody,
      name: `${kind} in the address`,
      headers: {},
      query: `api_key=${live[kind]}`,
      presents: 'in the address',
    },
    {
      ...nobody,
      name: `${kind} in a header of another contract`,
      headers:
        HEADERS[kind] === undefined
          ? { 'x-api-key': live[kind], 'x-orpho-api-key': live[kind] }
          : { authorization: `Bearer ${live[kind]}` },
      bearer: HEADERS[kind] === undefined ? null : { kind, state: 'live' },
      presents: 'one',
    },
  ]);
  const two: Caller[] = [
    {
      ...nobody,
      name: 'pack token and API key of orphograph',
      headers: { 'x-pack-token': live['orphograph-pack'], 'x-orpho-api-key': live.orphograph },
      presents: 'two of orphograph',
    },
    {
      ...nobody,
      name: 'two Authorization headers',
      headers: { authorization: [`Bearer ${live.proofd}`, `Bearer ${live['trackorigin-secret-live']}`] },
      bearer: 'something else',
      presents: 'one',
    },
  ];
  return [nobody, ...own, ...elsewhere, ...two];
}

async function sessionCallers(): Promise<Caller[]> {
  const { origin } = server;
  const byCookie = (name: string, { cookie }: Person, valid: Partial<Caller> = {}): Caller => ({
    name,
    headers: { cookie, origin },
    presents: 'one',
    bearer: null,
    person: null,
    subscribed: false,
    ...valid,
  });
  const byBearer = (name: string, secret: string, valid: Partial<Caller> = {}): Caller => ({
    name,
    headers: { authorization: `Bearer ${secret}` },
    presents: 'one',
    bearer: 'something else',
    person: null,
    subscribed: false,
    ...valid,
  });

  const native = await server.signUp();
  const both = await server.signUp();
  const free = await server.signUp({ subscribed: false });
  const operator = await server.signUp();
  await server.store.transact(({ account }) => account.setRole(operator.email, 'operator'));
  const deleted = await server.signUp();
  const token = await server.ask({ url: '/api/auth/token', headers: { cookie: owner.cookie } });
  const jwtOfDeleted = await server.ask({ url: '/api/auth/token', headers: { cookie: deleted.cookie } });
  const gone = await end(deleted, '/api/auth/delete-user', { password: PASSWORD });
  assert.equal(gone.statusCode, 200, gone.body);
  const signedOut = await server.signUp();
  assert.equal((await end(signedOut, '/api/auth/sign-out')).statusCode, 200);

  const valid = (person: Person) => ({ person, subscribed: true });
  return [
    byCookie('cookie of the owner', owner, valid(owner)),
    byCookie('cookie of another account', stranger, valid(stranger)),
    byCookie('cookie of the operator', operator, valid(operator)),
    byCookie('cookie of an account that pays nothing', free, { person: free }),
    byBearer('session bearer', native.bearer, valid(native)),
    byCookie('cookie of a deleted account', deleted),
    byBearer('session bearer of a deleted account', deleted.bearer),
    byCookie('cookie of a session that was ended', signedOut),
    byBearer('session bearer that was ended', signedOut.bearer),
    byCookie('cookie with a changed signature', { ...owner, cookie: owner.cookie.replace(/\..{4}/, '.AAAA') }),
    byBearer('session without its signature', native.bearer.split('.')[0]!),
    byBearer('JWT of the owner', token.json().token),
    byBearer('JWT of a deleted account', jwtOfDeleted.json().token),
    {
      ...byBearer('good cookie beside a bearer that is none', 'nonsense'),
      headers: { cookie: owner.cookie, origin, authorization: 'Bearer nonsense' },
    },
    {
      ...byCookie('cookie beside an API key of another account', both, valid(both)),
      headers: { cookie: both.cookie, origin, 'x-orpho-api-key': secrets.live.orphograph },
    },
  ];
}

function end({ bearer }: Person, url: string, payload = {}): Promise<LightMyRequestResponse> {
  return server.ask({ method: 'POST', url, headers: { authorization: `Bearer ${bearer}` }, payload });
}

test('every route of the server is in the table, and every line of the table is a route', () => {
  const routes = server.routes.map(nameOf);
  // Those of GET routes go with them.
  const isOwn = (route: string) => !route.startsWith('HEAD ') || !routes.includes(route.replace('HEAD', 'GET'));
  assert.deepEqual(LINES.map(({ route }) => route).toSorted(), [...new Set(routes.filter(isOwn))].toSorted());
  for (const { who } of LINES) assert.ok(REFUSED_BY[who], who);
});

function isRoute(route: string): boolean {
  return server.routes.map(nameOf).includes(route);
}

/** A route below a prefix has its address with a slash at the end as well. */
function nameOf({ method, path }: Route): string {
  return `${method} ${path.replace(/(?<=.)\/$/, '')}`;
}

test('what is another account’s is not there, just as what nobody has', async () => {
  const ofSomebody = LINES.filter(
    ({ route, who }) => route.includes(':') && ['session', 'subscriber', 'page', 'page form'].includes(who),
  );
  const withKey = LINES.filter(({ route, who }) => route.includes(':') && who === 'proofd key');
  assert.ok(ofSomebody.length >= 4 && withKey.length >= 2);
  const bySession = { cookie: stranger.cookie, origin: server.origin };
  const { secret } = await server.mint(stranger.id, 'proofd');
  for (const { route, who } of [...ofSomebody, ...withKey]) {
    const headers = who === 'proofd key' ? { authorization: `Bearer ${secret}` } : bySession;
    const request = await requestTo(server, route, owner);
    const ask = async (url: string) => {
      const answer = await server.ask({
        ...request,
        url,
        headers: { ...request.headers, ...headers },
      } as InjectOptions);
      assert.equal(answer.statusCode, 404, `${route} at ${url}: ${answer.body}`);
      const { 'x-request-id': id, date: _, ...others } = answer.headers;
      return [answer.body.replaceAll(String(id), ''), others];
    };
    const url = String(request.url);
    // The last digits of an id are random, of whatever form it is.
    const unknown = url.replace(/[0-9A-Za-z_-]{16,}/, (id) => `${id.slice(0, -8)}00000000`);
    assert.notEqual(url, unknown);
    const withoutLimits = (answer: unknown) => JSON.stringify(answer).replace(/"x?-?ratelimit[^,]*,/g, '');
    assert.equal(withoutLimits(await ask(url)), withoutLimits(await ask(unknown)), route);
  }
});

test('no list or page of one account holds anything of another', async () => {
  const things = ['/api/me/receipt/:receipt_id/privacy', '/api/account/keys/:id/rotate'].map((path) => `POST ${path}`);
  const urls = await Promise.all(
    [...things, 'GET /api/v1/timestamps/:id'].map(async (route) => String((await requestTo(server, route, owner)).url)),
  );
  const names = urls.map((url) => /[0-9A-Za-z_-]{16,}/.exec(url)![0]);
  const bySession = { cookie: stranger.cookie };
  const proofd = { authorization: `Bearer ${(await server.mint(stranger.id, 'proofd')).secret}` };
  const secretKey = { authorization: `Bearer ${(await server.mint(stranger.id, 'trackorigin-secret-live')).secret}` };
  const reads = LINES.filter(({ route, who }) => route.startsWith('GET') && !route.includes(':') && who !== 'anyone');
  const seen = new Set<string>();
  for (const { route, who } of reads) {
    const own = who === 'proofd key' ? proofd : who === 'secret key' ? secretKey : bySession;
    const ask = async (headers: Record<string, string>) => {
      const { rawPayload } = await server.ask({ ...(await requestTo(server, route, owner)), headers });
      return rawPayload.toString('latin1');
    };
    const body = await ask(own);
    for (const name of [...names, owner.id, owner.email]) assert.ok(!body.includes(name), `${route} has ${name}`);
    const owners = await ask(
      who === 'proofd key' ? { authorization: `Bearer ${secrets.live.proofd}` } : { cookie: owner.cookie },
    );
    for (const name of names) if (owners.includes(name)) seen.add(name);
  }
  assert.deepEqual([...seen].sort(), names.toSorted(), 'what the owner has is in no list of the owner');
});

test('a private receipt is there for its owner’s session and for nobody else, whatever they come with', async () => {
  const routes = LINES.map(({ route }) => route).filter(
    (route) => route.includes(':receipt_id') && route.startsWith('GET'),
  );
  assert.ok(routes.length >= 5);
  const keeper = await server.signUp();
  for (const route of routes) {
    const request = await requestTo(server, route, keeper);
    const { cookie } = keeper;
    const id = /[A-Za-z0-9_-]{16}/.exec(String(request.url))![0];
    const hidden = await server.ask({
      method: 'POST',
      url: `/api/me/receipt/${id}/privacy`,
      headers: { cookie, origin: server.origin },
      payload: { private: true },
    });
    assert.equal(hidden.statusCode, 200);
    assert.equal((await server.ask({ ...request, headers: { cookie } })).statusCode, 200, route);
    for (const caller of callers) {
      const answer = await askAs(caller, request);
      assert.equal(describe(answer), '404 not_found', `${route} for ${caller.name}`);
    }
  }
});

/** Their bodies ask; they change nothing of the account’s. */
const READS_BY_POST = [
  'POST /api/v1/certificates/bulk',
  'POST /api/v1/certificates/:cert_id/verify-audio',
  'POST /api/v1/audio/search',
  'POST /api/v1/verify-by-hash',
  'POST /api/v1/relay/:cert_id',
  'POST /api/v1/relay/block',
];

/** The kind of key that a route takes; of orphograph’s one that may not counts as none, so that they are not here. */
function keyKindOf(who: string): CredentialKind | null {
  if (who.startsWith('secret test key')) return 'trackorigin-secret-test';
  if (/^(?:secret|trackorigin) /.test(who)) return 'trackorigin-secret-live';
  if (/^origimark (?:reader|caller|owner)$/.test(who)) return 'origimark';
  return who === 'proofd key' ? 'proofd' : null;
}

test('a key that is confined to reading changes nothing, and one that is confined to writing reads nothing', async () => {
  const taking = LINES.flatMap(({ route, who }) => {
    const kind = keyKindOf(who);
    return kind === null ? [] : [{ route, kind }];
  });
  assert.ok(taking.length >= 50, `${taking.length} routes`);
  for (const scope of ['read', 'write']) {
    const confined = await server.signUp();
    const secretOf = new Map<CredentialKind, string>();
    for (const kind of new Set(taking.map((one) => one.kind))) {
      const request = { accountId: confined.id, kind, name: null, scopes: [scope], expiresAt: null };
      secretOf.set(kind, (await server.services.keys.service.mint(request)).secret);
    }
    for (const { route, kind } of taking) {
      const request = await requestTo(server, route, confined);
      const secret = secretOf.get(kind)!;
      const credential = kind === 'origimark' ? { 'x-api-key': secret } : { authorization: `Bearer ${secret}` };
      const headers = { ...request.headers, ...credential };
      const answer = await server.ask({ ...request, headers } as InjectOptions);
      const isRead = route.startsWith('GET ') || READS_BY_POST.includes(route);
      const isRefused = describe(answer).toLowerCase() === '403 insufficient_scope';
      assert.equal(isRefused, isRead !== (scope === 'read'), `${route} with ${scope} only: ${describe(answer)}`);
    }
  }
});

test('pages of errors, and answers for what is no route, let a browser run nothing of others either', async () => {
  for (const path of [
    '/',
    '/api/',
    '/api/v1/',
    '/api/auth/',
    '/account/',
    '/operator/',
    '/cert/x/',
    '/static/',
    '/log/',
  ]) {
    for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS'] as const) {
      for (const url of [`${path}nothing-here`, `${path}%zz`, `${path}${'x'.repeat(3_000)}`]) {
        const answer = await server.ask({ method, url, headers: { accept: 'text/html' } });
        assertStrict(answer);
        assert.ok(answer.statusCode < 500, `${method} ${url}: ${answer.statusCode}`);
      }
    }
  }
});

function assertStrict({ headers }: LightMyRequestResponse): void {
  const policy = String(headers['content-security-policy']);
  assert.match(policy, /^default-src 'none'/);
  assert.doesNotMatch(policy, /'unsafe-|\*|https?:|data:|blob:/);
  assert.equal(headers['x-content-type-options'], 'nosniff');
}

for (const { route, who, status } of LINES) {
  test(`${route}: ${who}`, async () => {
    const [method, path] = route.split(' ') as [string, string];
    const expected = callers.map((caller) => [caller.name, REFUSED_BY[who]!(caller, path) ?? String(status)]);
    const answers = await askAll(route);
    const wrong = (answer: LightMyRequestResponse, i: number) => !matches(answer, expected[i]![1]!);
    assert.deepEqual(
      callers.flatMap(({ name }, i) => (wrong(answers[i]!, i) ? [[name, describe(answers[i]!)]] : [])),
      expected.filter((_, i) => wrong(answers[i]!, i)),
    );
    for (const answer of answers) {
      assert.match(String(answer.headers['x-request-id']), /^req_[0-9A-Z]{26}$/);
      assertStrict(answer);
    }
    if (method !== 'GET') return;
    const headRoute = `HEAD ${path}`;
    if (!isRoute(headRoute)) return;
    for (const [i, head] of (await askAll(headRoute)).entries()) {
      assert.equal(head.statusCode, answers[i]!.statusCode, `HEAD for ${callers[i]!.name}`);
      assert.equal(head.body, '');
    }
  });
}

async function askAll(route: string): Promise<LightMyRequestResponse[]> {
  // Who has no session asks for something of the owner's, all of them for the same, unless two of them could delete it.
  const isOnce = route.startsWith('DELETE') && route.includes('/webhooks/');
  const shared = route.includes(':') && !isOnce ? await requestTo(server, route, owner) : null;
  return Promise.all(
    callers.map(async (caller) => {
      const own = caller.person !== null || shared === null;
      return askAs(caller, own ? await requestTo(server, route, caller.person ?? owner) : shared);
    }),
  );
}

function askAs({ headers, query }: Caller, request: InjectOptions): Promise<LightMyRequestResponse> {
  const url = String(request.url);
  return server.ask({
    ...request,
    url: query === undefined ? url : `${url}${url.includes('?') ? '&' : '?'}${query}`,
    headers: { ...request.headers, ...headers },
  } as InjectOptions);
}

function matches(answer: LightMyRequestResponse, expected: string): boolean {
  return [describe(answer), String(answer.statusCode)].includes(expected);
}

/** The status, and the code of an error. */
function describe({ statusCode, headers, body }: LightMyRequestResponse): string {
  if (!String(headers['content-type']).startsWith('application/json') || body === '') return String(statusCode);
  const { error, code } = JSON.parse(body) ?? {};
  return [statusCode, error?.code ?? error ?? code].filter((part) => part !== undefined).join(' ');
}
