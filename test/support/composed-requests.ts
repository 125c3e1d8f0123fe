import { randomBytes, randomUUID } from 'node:crypto';
import type { InjectOptions } from 'fastify';
import { type ComposedServer, PASSWORD, type Person } from './composed-server.ts';
import { randomDigest } from './orphograph.ts';

type Sample = Pick<InjectOptions, 'url' | 'headers' | 'payload'>;

/** What a route is asked in the name of somebody: ids in it are of things that are theirs, made for this one request. */
type MakeSample = (server: ComposedServer, person: Person) => Sample | Promise<Sample>;

const json = (url: string, payload: object): Sample => ({
  url,
  payload,
  headers: { 'content-type': 'application/json' },
});
const someone = () => `${randomUUID()}@example.org`;
const item = () => ({ hash_hex: randomDigest(), sha512_hex: randomBytes(64).toString('hex'), client_label: 'Notes' });

/**
 * A request to every route that needs more than its path: one that succeeds, unless it is said to be wrong. Bodies have
 * every field of the route's schema, so that tests can put something else into each of them.
 */
const SAMPLES: Readonly<Record<string, MakeSample>> = {
  'POST /api/anchor': () => json('/api/anchor', { ...item(), notify_email: someone() }),
  'POST /api/anchor/batch': () => json('/api/anchor/batch', { hashes: [item(), item()] }),
  'GET /api/receipt/:receipt_id': receiptPath((id) => `/api/receipt/${id}`),
  'GET /api/receipt/:receipt_id.zip': receiptPath((id) => `/api/receipt/${id}.zip`),
  'GET /api/receipt/:receipt_id/summary': receiptPath((id) => `/api/receipt/${id}/summary`),
  'GET /api/verify/:receipt_id': receiptPath((id) => `/api/verify/${id}`),
  'GET /api/badge/:receipt_id.svg': receiptPath((id) => `/api/badge/${id}.svg`),
  'POST /api/me/receipt/:receipt_id/privacy': async (server, { id }) =>
    json(`/api/me/receipt/${await server.anchorFor(id)}/privacy`, { private: false }),
  'POST /api/btc-order': () => json('/api/btc-order', { pack: 'pack' }),
  'GET /api/btc-order/:order_id': async (server, person) => ({
    url: `/api/btc-order/${await orderOf(server, person)}`,
  }),
  'GET /api/btc-order/:order_id/qr.svg': async (server, person) => ({
    url: `/api/btc-order/${await orderOf(server, person)}/qr.svg`,
  }),
  'POST /api/stripe/webhook': () => json('/api/stripe/webhook', { id: 'evt_1' }),

  'POST /api/v1/timestamps': () => json('/api/v1/timestamps', file()),
  'GET /api/v1/timestamps/:id': async (server, person) => ({
    url: `/api/v1/timestamps/${await timestampOf(server, person)}`,
  }),
  'GET /api/v1/timestamps/:id/ots': async (server, person) => ({
    url: `/api/v1/timestamps/${await timestampOf(server, person)}/ots`,
  }),

  'POST /api/auth/sign-up/email': () =>
    json('/api/auth/sign-up/email', {
      name: 'Ilse Ark',
      email: someone(),
      // Too short: a password that is taken is hashed, which takes longer than everything else together.
      password: 'short',
      image: 'https://example.org/ilse.png',
      callbackURL: '/account',
      rememberMe: true,
    }),
  'POST /api/auth/sign-in/email': () =>
    json('/api/auth/sign-in/email', {
      // No address: a password is hashed for any other.
      email: randomUUID(),
      password: PASSWORD,
      callbackURL: '/account',
      rememberMe: true,
    }),
  'POST /api/auth/send-verification-email': () =>
    json('/api/auth/send-verification-email', { email: someone(), callbackURL: '/account' }),
  'GET /api/auth/verify-email': () => ({ url: '/api/auth/verify-email?token=guessed&callbackURL=%2Faccount' }),
  'POST /api/auth/request-password-reset': () =>
    json('/api/auth/request-password-reset', { email: someone(), redirectTo: '/account/reset' }),
  'GET /api/auth/reset-password/:token': () => ({
    url: '/api/auth/reset-password/guessed?callbackURL=%2Faccount%2Freset',
  }),
  'POST /api/auth/reset-password': () => json('/api/auth/reset-password', { newPassword: PASSWORD, token: 'guessed' }),
  'POST /api/auth/change-password': () =>
    json('/api/auth/change-password', {
      currentPassword: PASSWORD,
      newPassword: PASSWORD,
      revokeOtherSessions: false,
    }),
  'POST /api/auth/change-email': () => json('/api/auth/change-email', { newEmail: someone(), callbackURL: '/account' }),
  // The account is needed further on.
  'POST /api/auth/delete-user': () => json('/api/auth/delete-user', { password: 'not the password' }),
  'POST /api/auth/update-user': () =>
    json('/api/auth/update-user', { name: 'Mara Vex', image: 'https://example.org/mara.png' }),
  'POST /api/auth/revoke-session': () => json('/api/auth/revoke-session', { token: 'none of these' }),

  'PUT /api/account/profile': () =>
    json('/api/account/profile', {
      display_name: 'Mara Vex',
      handle: `m${randomBytes(8).toString('hex')}`,
      bio: 'Writes.',
      location: 'Ghent',
      avatar_url: 'https://example.org/mara.png',
    }),
  'POST /api/account/keys': () =>
    json('/api/account/keys', {
      kind: 'origimark',
      name: 'Laptop',
      scopes: ['read'],
      expires_at: '2031-01-01T00:00:00Z',
    }),
  'POST /api/account/keys/:id/rotate': async (server, { id }) =>
    json(`/api/account/keys/${await keyOf(server, id)}/rotate`, { grace_seconds: 0 }),
  'PATCH /api/account/keys/:id': async (server, { id }) =>
    json(`/api/account/keys/${await keyOf(server, id)}`, { name: 'Desk' }),
  'DELETE /api/account/keys/:id': async (server, { id }) => ({ url: `/api/account/keys/${await keyOf(server, id)}` }),

  'GET /account/reset': () => ({ url: '/account/reset?token=guessed' }),

  'POST /calendar/:name/digest': () => ({
    url: '/calendar/a/digest',
    payload: randomBytes(32),
    headers: { 'content-type': 'application/octet-stream' },
  }),
  'GET /calendar/:name/timestamp/*': () => ({ url: `/calendar/a/timestamp/${'00'.repeat(32)}` }),
  'GET /calendar/:name/tip': () => ({ url: '/calendar/b/tip' }),
  'GET /calendar/:name': () => ({ url: '/calendar/a' }),
  'OPTIONS /calendar/:name/*': () => ({ url: '/calendar/a/digest' }),
  'GET /calendar/:name/*': () => ({ url: '/calendar/a/else' }),
  'POST /calendar/:name/*': () => ({ url: '/calendar/a/else' }),
};

/** A request to `route`, a method and a path as in the server's list, in the name of somebody. */
export async function requestTo(
  server: ComposedServer,
  route: string,
  person: Person,
): Promise<InjectOptions & Sample> {
  const [method, path] = route.split(' ') as [NonNullable<InjectOptions['method']>, string];
  const make = SAMPLES[route.replace(/^HEAD /, 'GET ')];
  if (make === undefined && path.includes(':')) throw new Error(`what is ${route} asked?`);
  const sample = make === undefined ? { url: path } : await make(server, person);
  return { method, ...sample };
}

function receiptPath(pathOf: (id: string) => string): MakeSample {
  return async (server, person) => ({ url: pathOf(await receiptOf(server, person)) });
}

const file = () => ({
  sha256_hash: randomDigest(),
  filename: 'contract.pdf',
  file_size_bytes: 5,
  file_type: 'application/pdf',
});

const receiptOf = remember((server, { id }) => server.anchorFor(id));

const timestampOf = remember(async ({ services }, { id: accountId }) => {
  const description = { digest: new Uint8Array(randomBytes(32)), filename: 'contract.pdf', sizeBytes: 5, type: null };
  const request = { accountId, plan: 'business', file: description, idempotencyKey: null } as const;
  return (await services.timestamps.create(request)).id;
});

const orderOf = remember(async ({ services }, { id, email }) => {
  const account = { id, email, isEmailVerified: true, role: 'member', createdAt: 0 } as const;
  return (await services.shop.desk!.place(account, 'pack')).id;
});

async function keyOf(server: ComposedServer, accountId: string): Promise<string> {
  const { credential } = await server.mint(accountId, 'origimark');
  return credential.id;
}

/** One of these for a person is enough: nobody changes it. */
function remember(make: (server: ComposedServer, person: Person) => Promise<string>): typeof make {
  const known = new WeakMap<Person, Promise<string>>();
  return (server, person) => {
    const id = known.get(person) ?? make(server, person);
    known.set(person, id);
    return id;
  };
}
