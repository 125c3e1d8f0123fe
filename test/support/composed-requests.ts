import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { InjectOptions } from 'fastify';
import { checkRegistration } from '../../src/core/works/check-registration.ts';
import type { WorkVersion } from '../../src/core/works/work.ts';
import { encodeCohort } from '../../src/proof/fingerprint/cohort-file.ts';
import { SYNTHETIC_MASTER } from '../../src/sandbox/synthetic-master.ts';
import { makePolicy, randomItems } from './audio-world.ts';
import type { ComposedServer, Person } from './composed-server.ts';
import { EXAMPLE_WORK } from './example-work.ts';
import { randomDigest } from './orphograph.ts';
import { PASSWORD } from './people.ts';

type Sample = Pick<InjectOptions, 'url' | 'headers' | 'payload'>;

/** What a route is asked in the name of somebody: ids in it are of things that are theirs, made for this one request. */
type MakeSample = (server: ComposedServer, person: Person) => Sample | Promise<Sample>;

const json = (url: string, payload: object): Sample => ({
  url,
  payload,
  headers: { 'content-type': 'application/json' },
});
const FORM_TYPE = 'application/x-www-form-urlencoded';
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
  'GET /api/badges': receiptPath((id) => `/api/badges?ids=${id}`),
  'POST /api/me/receipt/:receipt_id/privacy': async (server, { id }) =>
    json(`/api/me/receipt/${await server.anchorFor(id)}/privacy`, { private: false }),
  'POST /api/btc-order': () => json('/api/btc-order', { pack: 'pack' }),
  'GET /api/btc-order/:order_id': async (server, person) => ({
    url: `/api/btc-order/${await orderOf(server, person)}`,
  }),
  'GET /api/btc-order/:order_id/qr.svg': async (server, person) => ({
    url: `/api/btc-order/${await orderOf(server, person)}/qr.svg`,
  }),
  'GET /cert/:id/badge.svg': () => ({ url: '/cert/cer_test_synthetic/badge.svg' }),
  'GET /cert/:id/qr.svg': () => ({ url: '/cert/cer_test_synthetic/qr.svg' }),
  'GET /cert/:id/qr.png': () => ({ url: '/cert/cer_test_synthetic/qr.png' }),
  'GET /cert/:id/proof-bundle.zip': () => ({ url: '/cert/cer_test_synthetic/proof-bundle.zip' }),
  'GET /cert/:id/certificate.pdf': () => ({ url: '/cert/cer_test_synthetic/certificate.pdf' }),
  // A request for a token of the digest of nothing.
  'POST /tsa': () => ({
    url: '/tsa',
    payload: Buffer.from(
      '30360201013031300d060960864801650304020105000420' +
        'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      'hex',
    ),
    headers: { 'content-type': 'application/timestamp-query' },
  }),
  'POST /api/stripe/webhook': () => json('/api/stripe/webhook', { id: 'evt_1' }),

  'POST /api/v1/timestamps': () => json('/api/v1/timestamps', file()),
  'GET /api/v1/timestamps/:id': async (server, person) => ({
    url: `/api/v1/timestamps/${await timestampOf(server, person)}`,
  }),
  'GET /api/v1/timestamps/:id/ots': async (server, person) => ({
    url: `/api/v1/timestamps/${await timestampOf(server, person)}/ots`,
  }),

  'POST /api/account/timestamps': () => json('/api/account/timestamps', file()),
  'GET /api/account/timestamps/:id/ots': async (server, person) => ({
    url: `/api/account/timestamps/${await timestampOf(server, person)}/ots`,
  }),

  'GET /api/v1/certificates/:cert_id': () => ({ url: '/api/v1/certificates/cer_test_synthetic' }),
  'GET /api/v1/certificates/:cert_id/status': () => ({ url: '/api/v1/certificates/cer_test_synthetic/status' }),
  'GET /api/v1/certificates/:cert_id/document': () => ({ url: '/api/v1/certificates/cer_test_synthetic/document' }),
  'GET /api/v1/certificates/status': () => ({ url: '/api/v1/certificates/status?ids=cer_test_synthetic,cer_0' }),
  'GET /api/v1/tracks/by-sha256/:sha256_hex': () => ({ url: `/api/v1/tracks/by-sha256/${randomDigest()}` }),
  'POST /api/v1/certificates/bulk': () =>
    json('/api/v1/certificates/bulk', { cert_ids: ['cer_test_synthetic', 'cer_0'] }),
  'GET /api/v1/certificates/changes': () => ({ url: '/api/v1/certificates/changes?since_sequence=0' }),
  'POST /api/v1/sandbox/certificates': () => json('/api/v1/sandbox/certificates', fixture()),
  'POST /api/v1/sandbox/certificates/:cert_id/revoke': async (server, person) => ({
    url: `/api/v1/sandbox/certificates/${await fixtureOf(server, person)}/revoke`,
  }),

  'POST /api/v1/certificates/:cert_id/verify-audio': () =>
    json('/api/v1/certificates/cer_test_synthetic/verify-audio', probe()),
  'POST /api/v1/renditions': () =>
    json('/api/v1/renditions', { cert_id: 'cer_test_synthetic', sha256: randomDigest(), ...probe() }),
  'POST /api/v1/audio/search': () => json('/api/v1/audio/search', probe()),
  'POST /api/operator/policies': () => {
    const cohort = encodeCohort([randomItems(948)]);
    const policy = makePolicy({ cohortDigest: createHash('sha256').update(cohort).digest('hex') });
    return json('/api/operator/policies', {
      policy,
      cohort: JSON.parse(String(Buffer.from(cohort))),
      reason: 'Measured.',
    });
  },
  'POST /api/operator/policies/:id/withdraw': async ({ services }, { id: operatorId }) => {
    const order = { operatorId, reason: 'Measured.' };
    const { id } = await services.audio.policies.accept(makePolicy() as never, null, order);
    return json(`/api/operator/policies/${id}/withdraw`, { reason: 'A flaw.' });
  },

  'GET /api/v1/artists/:handle': async (server, person) => ({
    url: `/api/v1/artists/${await handleOf(server, person)}`,
  }),
  'GET /api/v1/artists/:handle/certificates': async (server, person) => ({
    url: `/api/v1/artists/${await handleOf(server, person)}/certificates`,
  }),
  'POST /api/v1/submissions': () => json('/api/v1/submissions', track()),
  'GET /api/v1/submissions/:id': async (server, person) => ({
    url: `/api/v1/submissions/${await submissionOf(server, person)}`,
  }),
  'POST /api/account/submissions': () => json('/api/account/submissions', track()),
  'GET /api/account/submissions/:id': async (server, person) => ({
    url: `/api/account/submissions/${await submissionOf(server, person)}`,
  }),
  'GET /api/operator/submissions/:id': async (server, person) => ({
    url: `/api/operator/submissions/${await submissionOf(server, person)}`,
  }),
  'POST /api/operator/submissions/:id/decision': async (server, person) =>
    json(`/api/operator/submissions/${await submitTrack(server, person)}/decision`, {
      verdict: 'rejected',
      reason: 'Not theirs.',
      high_risk: false,
      allow_duplicate: false,
    }),
  'GET /api/operator/certificates/:id': async (server, person) => ({
    url: `/api/operator/certificates/${await trackCertificateOf(server, person)}`,
  }),
  'POST /api/operator/certificates/:id/update': async (server, person) =>
    json(`/api/operator/certificates/${await certifyTrack(server, person)}/update`, {
      title: 'Lighthouse II',
      artist_display_name: 'Mara Vecks',
      reason: 'Misspelt.',
    }),
  'POST /api/operator/certificates/:id/revoke': async (server, person) =>
    json(`/api/operator/certificates/${await certifyTrack(server, person)}/revoke`, {
      code: 'owner_request',
      reason: 'They asked.',
      effective_at: new Date().toISOString(),
    }),
  'PUT /api/operator/certificates/:id/risk': async (server, person) =>
    json(`/api/operator/certificates/${await trackCertificateOf(server, person)}/risk`, {
      high_risk: true,
      reason: 'Much copied.',
    }),
  'PUT /api/operator/integrators/:account_id': (_, { id }) =>
    json(`/api/operator/integrators/${id}`, { note: 'A distributor' }),
  'DELETE /api/operator/integrators/:account_id': async ({ services }, { id }) => {
    await services.tracks.integrators.allow({ accountId: id, operatorId: id, note: 'A distributor' });
    return { url: `/api/operator/integrators/${id}` };
  },

  'POST /api/v1/certify': () => json('/api/v1/certify', work()),
  'GET /api/v1/verify/:cert_id': async (server, person) => ({
    url: `/api/v1/verify/${(await workOf(server, person)).certId}`,
  }),
  'POST /api/v1/verify-by-hash': () => json('/api/v1/verify-by-hash', { hash: randomDigest() }),
  'GET /api/v1/chain/:work_id': async (server, person) => ({
    url: `/api/v1/chain/${(await workOf(server, person)).workId}`,
  }),
  'PATCH /api/v1/certs/:cert_id': async (server, person) =>
    json(`/api/v1/certs/${(await workOf(server, person)).certId}`, { privacy_level: 'public', erase_author: true }),
  'POST /api/v1/certs/:cert_id/revoke': async (server, person) => ({
    url: `/api/v1/certs/${(await workOf(server, person)).certId}/revoke`,
  }),

  'POST /api/v1/relay/:cert_id': async (server, person) =>
    json(`/api/v1/relay/${(await namedWorkOf(server, person)).certId}`, {
      message: 'May I use it?',
      reply_to: someone(),
    }),
  'GET /api/v1/relay/block': () => ({ url: '/api/v1/relay/block?token=x' }),
  'POST /api/v1/relay/block': () => ({ url: '/api/v1/relay/block?token=x' }),

  ...webhookSamples('/api/v1/me/webhooks', 'cert.issued'),
  ...webhookSamples('/api/v1/webhooks', 'cert.created'),

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

  'GET /cert/:id': () => ({ url: '/cert/cer_test_synthetic' }),
  'POST /cert/:id/relay': async (server, person) => ({
    url: `/cert/${(await namedWorkOf(server, person)).certId}/relay`,
    payload: String(new URLSearchParams({ message: 'May I use it?', reply_to: someone() })),
    headers: { 'content-type': FORM_TYPE },
  }),
  'GET /u/:handle': async (server, person) => ({ url: `/u/${await handleOf(server, person)}` }),
  'GET /operator/submissions/:id': async (server, person) => ({
    url: `/operator/submissions/${await submissionOf(server, person)}`,
  }),
  'GET /operator/certificates/:id': async (server, person) => ({
    url: `/operator/certificates/${await trackCertificateOf(server, person)}`,
  }),
  'GET /account/webhooks/:contract/:id': async (server, person) => ({
    url: `/account/webhooks/origimark/${await pageWebhookOf(server, person)}`,
  }),
  'GET /account/reset': () => ({ url: '/account/reset?token=guessed' }),

  'GET /verify/:sha256': () => ({ url: `/verify/${randomDigest()}` }),
  'GET /static/:file': () => ({ url: '/static/nothing.js' }),
  'GET /bitcoin/headers/:height': () => ({ url: '/bitcoin/headers/1' }),
  'GET /log/tile/*': () => ({ url: '/log/tile/0/000' }),
  'GET /log/proof/:sequence': () => ({ url: '/log/proof/9007199254740991' }),

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

/** Of the webhooks of a contract, below `path`. */
function webhookSamples(path: string, event: string): Record<string, MakeSample> {
  const body = { url: 'https://hook.example/', events: [event], description: 'Mine', ordered: true };
  const make = webhookMaker(path, body);
  const known = remember(make);
  const at = (suffix: string, payload?: object): MakeSample => {
    return async (server, person) => {
      const url = `${path}/${await known(server, person)}${suffix}`;
      return payload === undefined ? { url } : json(url, payload);
    };
  };
  return {
    [`POST ${path}`]: () => json(path, { ...body, mode: 'live' }),
    [`GET ${path}/events`]: () => ({ url: `${path}/events?after=0&limit=5` }),
    [`GET ${path}/:id`]: at(''),
    [`PATCH ${path}/:id`]: at('', { ...body, enabled: true }),
    [`DELETE ${path}/:id`]: async (server, person) => ({ url: `${path}/${await make(server, person)}` }),
    [`POST ${path}/:id/rotate`]: at('/rotate', { overlap_seconds: 0 }),
    [`POST ${path}/:id/test`]: at('/test'),
    [`GET ${path}/:id/deliveries`]: at('/deliveries'),
    [`POST ${path}/:id/replay`]: at('/replay', { failed_since: '2026-01-01T00:00:00Z' }),
    [`POST ${path}/deliveries/:id/replay`]: () => ({ url: `${path}/deliveries/whd_01KS9QWHV7PHETYGQAYMHB3DM6/replay` }),
  };
}

function webhookMaker(path: string, payload: object): (server: ComposedServer, person: Person) => Promise<string> {
  return async (server, { cookie }) => {
    const headers = { cookie, origin: server.origin };
    const answer = await server.ask({ method: 'POST', url: path, headers, payload });
    return (answer.json() as { id: string }).id;
  };
}

/** A request to `route`, a method and a path as in the server's list, in the name of somebody. */
export async function requestTo(
  server: ComposedServer,
  route: string,
  person: Person,
): Promise<InjectOptions & Sample> {
  const [method, path] = route.split(' ') as [NonNullable<InjectOptions['method']>, string];
  const make = SAMPLES[route.replace(/^HEAD /, 'GET ')];
  // A form that no page has, so that nobody's session ends and nothing is made.
  if (make === undefined && method === 'POST' && /^\/(account|operator)\b/.test(path)) {
    const { url = path } = await requestTo(server, `GET ${path}`, person);
    return { method, url, payload: 'form=none', headers: { 'content-type': FORM_TYPE } };
  }
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

const fixture = () => ({
  title: 'Lighthouse',
  artist: 'Mara Vex',
  sha256: randomDigest(),
  fingerprint: randomBytes(400).toString('base64'),
  fingerprint2: randomBytes(400).toString('base64'),
  duration_ms: 187_000,
  state: 'active',
});

const fixtureOf = remember(async ({ services }, { id: accountId }) => {
  const sha256 = new Uint8Array(randomBytes(32));
  const nothing = { fingerprint: null, fingerprint2: null, durationMs: null };
  const request = { accountId, title: 'Lighthouse', artist: 'Mara Vex', sha256, ...nothing, status: 'active' } as const;
  return (await services.certification.sandbox.create(request)).id;
});

const probe = () => ({
  fingerprint: SYNTHETIC_MASTER.fingerprint,
  fingerprint2: SYNTHETIC_MASTER.fingerprint2,
  duration_ms: SYNTHETIC_MASTER.durationMs,
  algorithm: 'chromaprint',
});

const work = () => ({
  hash: randomDigest(),
  ...EXAMPLE_WORK,
  work_id: null,
});

async function certifyWork({ services }: ComposedServer, { id }: Person): Promise<WorkVersion> {
  const registration = checkRegistration(work(), Date.now());
  return (await services.workRegistry.certifier.certify(id, registration)).version;
}

const workOf = remember(certifyWork);
/** Nobody erases its author. */
const namedWorkOf = remember(certifyWork);

const track = () => ({
  title: 'Lighthouse',
  sha256: randomDigest(),
  duration_ms: 187_000,
  fingerprint: randomBytes(400).toString('base64'),
  fingerprint2: randomBytes(400).toString('base64'),
  artist: { handle: `h-${randomBytes(8).toString('hex')}`, display_name: 'Mara Vex' },
  metadata: { isrc: 'GBA1B2400001', release: 'Harbour' },
  declarations: { human_composition: true, human_performance: true, rights_held: true, ai_use: 'none' },
});

async function submitTrack({ services }: ComposedServer, person: Person): Promise<string> {
  const { title, sha256, duration_ms: durationMs, fingerprint, fingerprint2, artist, ...more } = track();
  const declarations = { ...more.declarations, ai_use: 'none' } as const;
  const typed = { title, sha256, durationMs, fingerprint, fingerprint2, metadata: more.metadata, declarations };
  const { handle, display_name: displayName } = artist;
  const submitter = { accountId: person.id, credentialId: null, isSandbox: false };
  const made = await services.tracks.submissions.submit(submitter, { ...typed, artist: { handle, displayName } }, null);
  return made.id;
}

async function certifyTrack(server: ComposedServer, person: Person): Promise<string> {
  const submissionId = await submitTrack(server, person);
  const order = { operatorId: person.id, verdict: 'verified', reason: 'Heard it.' } as const;
  const more = { submissionId, isHighRisk: false, allowsDuplicate: false };
  return (await server.services.tracks.review.decide({ ...order, ...more })).decision!.certificateId!;
}

const submissionOf = remember(submitTrack);
const trackCertificateOf = remember(certifyTrack);
const handleOf = remember(async (server, person) => {
  const { artistId } = (await server.store.registry.findCertificate(await certifyTrack(server, person)))!;
  return (await server.store.registry.findArtist(artistId))!.handle;
});

const pageWebhookOf = remember(
  webhookMaker('/api/v1/webhooks', { url: 'https://hook.example/', events: ['cert.created'] }),
);

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
function remember<Made>(make: (server: ComposedServer, person: Person) => Promise<Made>): typeof make {
  const known = new WeakMap<Person, Promise<Made>>();
  return (server, person) => {
    const id = known.get(person) ?? make(server, person);
    known.set(person, id);
    return id;
  };
}
