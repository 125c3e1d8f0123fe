import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { requestTo } from '../support/composed-requests.ts';
import { type ComposedServer, type Person, startComposedServer } from '../support/composed-server.ts';
import { assertRefusal } from '../support/error-envelope.ts';
import { randomDigest } from '../support/orphograph.ts';
import { PASSWORD } from '../support/people.ts';

const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  `'; drop table receipt; --`,
  `' or 1=1) union select secret from credential --`,
  '%27%3B%00',
  '\\x00\\u0000{{7*7}}',
  'a\u0000b',
  '\ud800',
  '\u202egnp.exe',
  '../../../etc/passwd',
  'x'.repeat(3000),
];

/** These know nobody by cookie, so that no other site can do anything with one. */
const WITHOUT_COOKIES = [
  'POST /api/anchor',
  'POST /api/anchor/batch',
  'POST /api/stripe/webhook',
  'POST /api/v1/audio/search',
  'POST /api/v1/certificates/:cert_id/verify-audio',
  'POST /api/v1/certificates/bulk',
  'POST /api/v1/certify',
  'POST /api/v1/relay/:cert_id',
  'POST /api/v1/relay/block',
  'POST /api/v1/renditions',
  'POST /api/v1/sandbox/certificates',
  'POST /api/v1/sandbox/certificates/:cert_id/revoke',
  'POST /api/v1/submissions',
  'POST /api/v1/timestamps',
  'POST /api/v1/verify-by-hash',
  'POST /calendar/:name/digest',
  'POST /calendar/:name/*',
  'POST /cert/:id/relay',
  'POST /tsa',
];

/** What their bodies are refused with that say to be JSON and are too large, where it is not 413: no JSON is read there. */
const TOO_LARGE: Readonly<Record<string, number>> = {
  'POST /calendar/:name/digest': 400,
  'POST /calendar/:name/*': 404,
  'POST /tsa': 415,
};

let server: ComposedServer;
let person: Person;
/** For requests that are refused for their bodies: an account has a hundred keys at most, and many of them need one. */
let clumsy: Person;
/** Its session may end. */
let leaver: Person;
let proofdKey: string;
let secretKey: string;
let testKey: string;
let origimarkKey: string;
let packToken: string;

before(async () => {
  server = await startComposedServer('pglite');
  person = await server.signUp();
  clumsy = await server.signUp();
  leaver = await server.signUp();
  await makeOperators(person, clumsy);
  proofdKey = (await server.mint(person.id, 'proofd')).secret;
  secretKey = (await server.mint(person.id, 'trackorigin-secret-live')).secret;
  testKey = (await server.mint(person.id, 'trackorigin-secret-test')).secret;
  origimarkKey = (await server.mint(person.id, 'origimark')).secret;
  packToken = (await server.mint(person.id, 'orphograph-pack')).secret;
});
after(() => server?.[Symbol.asyncDispose]());

/** So that nothing is refused for who asks. */
function makeOperators(...people: readonly Person[]): Promise<void> {
  return server.store.transact(async ({ account }) => {
    for (const { email } of people) await account.setRole(email, 'operator');
  });
}

/** What lets a request in at a route. */
function credentialsFor(route: string, { cookie } = person): Record<string, string> {
  const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
  if (route.includes('/api/v1/timestamps')) return bearer(proofdKey);
  if (route.includes('/api/v1/sandbox/')) return bearer(testKey);
  if (/\/api\/v1\/(me$|submissions|renditions|audio\/|certificates\/(bulk|changes))/.test(route))
    return bearer(secretKey);
  if (/\/api\/v1\/cert(ify|s\/)/.test(route)) return { 'x-api-key': origimarkKey };
  if (route.includes('/api/anchor')) return { 'x-pack-token': packToken };
  // Who is signed in is not shown the page that signs in.
  return route.endsWith(' /account/sign-in') ? { origin: server.origin } : { cookie, origin: server.origin };
}

const FORM_TYPE = 'application/x-www-form-urlencoded';
/** Takes forms and nothing else. */
const isPage = (route: string) => /^POST \/(account|operator|cert)\b/.test(route);

/** Their bodies are not JSON, or nobody reads them. */
const speaksOtherwise = (route: string) => /^POST \/(calendar\/|tsa$|cert\/|api\/v1\/relay\/block$)/.test(route);

function unsafeRoutes(): string[] {
  const routes = server.routes.map(({ method, path }) => `${method} ${path}`);
  return [...new Set(routes)].filter((route) => !/^(GET|HEAD|OPTIONS) /.test(route));
}

const endsSession = (route: string) => /sign-out|revoke-(?:other-)?sessions|delete-user/.test(route);

/** A request that is let in, as `change` makes it. */
async function send(
  route: string,
  change: Partial<InjectOptions>,
  by: Person = clumsy,
): Promise<LightMyRequestResponse> {
  const whose = endsSession(route) ? leaver : by;
  const request = await requestTo(server, route, whose);
  const headers = { ...request.headers, ...credentialsFor(route, whose), ...change.headers };
  return server.ask({ ...request, ...change, headers } as InjectOptions);
}

/** Numbers, which cannot be given together with the time that the samples give. */
const RANGE = ['from_sequence', 'to_sequence'];

const pathOf = (route: string) => route.split(' ')[1]!;

test('a body that is too large is refused by every route that takes one', async () => {
  const payload = `{"filling":"${'x'.repeat(1024 * 1024)}"}`;
  // A policy comes with a cohort of prints.
  for (const route of unsafeRoutes().filter((one) => !one.endsWith('/operator/policies'))) {
    const type = isPage(route) ? FORM_TYPE : 'application/json';
    const answer = await send(route, { payload, headers: { 'content-type': type } });
    assertRefusal(pathOf(route), answer, route);
    assert.equal(answer.statusCode, TOO_LARGE[route] ?? 413, route);
  }
});

test('a body of another media type is refused by every route, with a form’s the least', async () => {
  const types = [
    'text/plain',
    FORM_TYPE,
    'multipart/form-data; boundary=x',
    'application/xml',
    'application/jsonp',
    'nonsense',
    'application/json/json',
    '',
  ];
  for (const route of unsafeRoutes().filter((one) => !speaksOtherwise(one))) {
    for (const type of types.filter((one) => one !== FORM_TYPE || !isPage(route))) {
      const answer = await send(route, { payload: '{"name":"x"}', headers: { 'content-type': type } });
      assertRefusal(pathOf(route), answer, `${route} as ${type}`);
      assert.equal(answer.statusCode, 415, `${route} as ${type}: ${answer.body}`);
    }
  }
});

test('a body that is not the JSON that was asked for never makes the server fail', async () => {
  const bodies = [
    '{',
    '{"a":1}}',
    '[]',
    'null',
    '"x"',
    '1e999',
    '{"__proto__":{"role":"operator"}}',
    '{"constructor":{"prototype":{"role":"operator"}}}',
    '['.repeat(5000),
    `${'['.repeat(1000)}${']'.repeat(1000)}`,
    Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
  ];
  const takesBody = new Set(
    server.routes.filter(({ body }) => body !== null).map((one) => `${one.method} ${one.path}`),
  );
  for (const route of unsafeRoutes().filter((one) => !speaksOtherwise(one))) {
    for (const payload of bodies) {
      const about = `${route} with ${String(payload).slice(0, 40)}`;
      const answer = await send(route, { payload, headers: { 'content-type': 'application/json' } });
      // As good as no body, which some routes do without.
      const isNone = payload === 'null';
      if ((takesBody.has(route) && !isNone) || answer.statusCode >= 400) assertRefusal(pathOf(route), answer, about);
    }
  }
});

test('samples have every field that a route takes, so that the next tests miss none', async () => {
  for (const { method, path, body } of server.routes) {
    if (body?.properties === undefined) continue;
    const { payload } = await requestTo(server, `${method} ${path}`, person);
    const fields = Object.keys(body.properties).filter((field) => !path.endsWith('/replay') || !RANGE.includes(field));
    assert.deepEqual(Object.keys(payload as object).sort(), fields.sort(), `${method} ${path}`);
  }
});

test('markup, SQL and what cannot be shown is refused or kept as text, in every field of every route', async () => {
  const receiptsBefore = await countReceipts();
  let kept = 0;
  for (const route of unsafeRoutes()) {
    const { payload } = await requestTo(server, route, person);
    if (typeof payload !== 'object' || payload instanceof Uint8Array) continue;
    // A second request with the same text may not be told apart from the first, so fields have their turns.
    const requests = textFieldsOf(payload).flatMap((field) =>
      HOSTILE.map(async (hostile) => {
        const { payload: fresh } = await requestTo(server, route, person);
        const answer = await send(route, { payload: replaceAt(fresh as object, field, hostile) }, person);
        const about = `${route}, ${field.join('.')} = ${hostile.slice(0, 50)}`;
        if (answer.statusCode >= 400) return assertRefusal(pathOf(route), answer, about);
        assert.ok(answer.statusCode < 300, `${about}: ${answer.statusCode}`);
        assert.match(String(answer.headers['content-type']), /^application\/json/, about);
        assert.equal(answer.headers['x-content-type-options'], 'nosniff', about);
        const answered = JSON.stringify(answer.json());
        if (answered.includes(JSON.stringify(hostile).slice(1, -1))) kept += 1;
      }),
    );
    await Promise.all(requests);
  }
  assert.ok(kept > 20, `of ${kept} fields only it was seen that they came back as they were sent`);
  assert.ok((await countReceipts()) > receiptsBefore, 'the receipts are still there');
});

test('what was kept is text where it is shown', async () => {
  for (const path of ['/account', '/account/keys', '/account/usage', '/account/credits', '/account/vault']) {
    const { statusCode, body } = await server.ask({ url: path, headers: { cookie: person.cookie } });
    assert.equal(statusCode, 200, path);
    assert.ok(
      !body.includes('<script>alert') && !body.includes('<img src=x') && !body.includes('onerror=alert(1)>'),
      path,
    );
  }
  const keys = await server.ask({ url: '/account/keys', headers: { cookie: person.cookie } });
  assert.ok(keys.body.includes('&lt;script&gt;alert(1)&lt;/script&gt;'), 'no key has the name that was given to it');
  const labels = await server.ask({ url: '/api/me/anchors?limit=200', headers: { cookie: person.cookie } });
  const kept = labels.json().anchors.map((one: { client_label: string }) => one.client_label);
  for (const hostile of HOSTILE.slice(0, 6)) assert.ok(kept.includes(hostile), `no label ${hostile}`);
  const list = await server.ask({ url: '/api/v1/timestamps?limit=50', headers: credentialsFor('/api/v1/timestamps') });
  const names = list.json().data.map((one: { filename: string }) => one.filename);
  for (const hostile of HOSTILE.slice(0, 6)) assert.ok(names.includes(hostile), `no file name ${hostile}`);
});

test('hostile text in every part of an address never makes the server fail', async () => {
  const fields = [
    'q',
    'label',
    'before',
    'limit',
    'status',
    'private',
    'token',
    'callbackURL',
    'next',
    'error',
    'order',
    'work_type',
    'date_from',
    'sha256',
    'mode',
    'subject',
  ];
  const reads = server.routes.filter(({ method }) => method === 'GET').map(({ path }) => path);
  const writes = unsafeRoutes().filter((route) => route.includes(':'));
  for (const hostile of HOSTILE.filter((one) => one.isWellFormed())) {
    const encoded = encodeURIComponent(hostile);
    const query = fields.map((field) => `${field}=${encoded}`).join('&');
    const fill = (path: string) => path.replace(/:\w+|\*$/g, encoded);
    const asked = [
      ...reads.flatMap((path) => [`GET ${fill(path)}?${query}`, `GET ${fill(path)}?${encoded}`]),
      ...writes.map(fill),
    ];
    await Promise.all(
      asked.map(async (one) => {
        const [method, url] = one.split(' ') as ['GET', string];
        const headers = credentialsFor(url.split('?')[0]!);
        const isWrite = method !== ('GET' as string);
        const answer = await server.ask({ method, url, headers, ...(isWrite && { payload: {} }) });
        if (answer.statusCode >= 400) assertRefusal(url, answer, one.slice(0, 200));
        const location = String(answer.headers.location ?? '/');
        assert.ok(/^\/(?![/\\])/.test(location) || location.startsWith(`${server.origin}/`), `${one}: ${location}`);
      }),
    );
  }
});

test('no other site does anything in the name of who is signed in', async () => {
  const { origin } = server;
  const victim = await server.signUp();
  await makeOperators(victim);
  const others = [
    'https://evil.example',
    'null',
    `${origin}.evil.example`,
    `${origin}1`,
    origin.replace('http', 'https'),
    '',
  ];
  const routes = unsafeRoutes().filter((route) => !WITHOUT_COOKIES.includes(route));
  assert.ok(routes.length >= 20);
  for (const route of routes) {
    const { cookie } = victim;
    const ask = async (headers: Record<string, string>) => {
      const request = await requestTo(server, route, victim);
      return server.ask({ ...request, headers: { ...request.headers, cookie, ...headers } } as InjectOptions);
    };
    const foreign = await Promise.all(
      [...others.map((one) => ({ origin: one })), {}, { referer: `${origin}/account` }].map(ask),
    );
    for (const [i, answer] of foreign.entries()) {
      assert.equal(answer.statusCode, 403, `${route} from ${others[i] ?? 'nowhere'}: ${answer.body}`);
      assertRefusal(pathOf(route), answer, route);
      assert.equal(answer.headers['access-control-allow-origin'], undefined, route);
    }
    const preflight = await server.ask({
      method: 'OPTIONS',
      url: pathOf(route),
      headers: { origin: 'https://evil.example', 'access-control-request-method': route.split(' ')[0]! },
    });
    assert.equal(preflight.headers['access-control-allow-origin'], undefined, route);
  }
  // Last, since some of these end what the others need.
  for (const route of routes.toSorted((one, other) => Number(endsSession(one)) - Number(endsSession(other)))) {
    const whose = await (endsSession(route) ? server.signUp() : victim);
    const request = await requestTo(server, route, whose);
    const headers = { ...request.headers, cookie: whose.cookie, origin };
    assert.notEqual((await server.ask({ ...request, headers } as InjectOptions)).statusCode, 403, route);
  }
  const { cookie } = victim;
  assert.equal((await server.ask({ url: '/api/account/profile', headers: { cookie } })).statusCode, 200);
});

test('routes that take no cookie do nothing in the name of an account for one', async () => {
  const { cookie } = person;
  const before = await countReceipts();
  for (const route of WITHOUT_COOKIES) {
    assert.ok(unsafeRoutes().includes(route), route);
    const ask = async (more: Record<string, string>) => {
      const request = await requestTo(server, route, person);
      return server.ask({ ...request, headers: { ...request.headers, ...more } } as InjectOptions);
    };
    const answer = await ask({ cookie, origin: 'https://evil.example' });
    assert.equal(answer.statusCode, (await ask({})).statusCode, `${route}: ${answer.body}`);
    if (route === 'POST /api/v1/timestamps') assert.equal(answer.statusCode, 401);
  }
  assert.equal(await countReceipts(), before, 'a cookie made a receipt the account’s');
});

test('no header that a client makes up lets it past a limit', async () => {
  await using strict = await startComposedServer('pglite', {
    TOUCHMARK_FREE_ANCHORS_PER_DAY: '2',
    TOUCHMARK_LIMITS: 'proofd-create-address=2',
  });
  const { id } = await strict.signUp();
  const { secret } = await strict.mint(id, 'proofd');
  const forged = (i: number) => ({
    'x-forwarded-for': `203.0.${i}.1`,
    'x-real-ip': `203.0.${i}.1`,
    forwarded: `for=203.0.${i}.1`,
    'cf-connecting-ip': `203.0.${i}.1`,
  });
  const limited: [number, (i: number) => InjectOptions][] = [
    [2, () => ({ method: 'POST', url: '/api/anchor', payload: { hash_hex: randomDigest() } })],
    [2, () => ({ method: 'POST', url: '/api/anchor/batch', payload: { hashes: [{ hash_hex: randomDigest() }] } })],
    [
      2,
      () => ({
        method: 'POST',
        url: '/api/v1/timestamps',
        payload: { sha256_hash: randomDigest(), filename: 'a', file_size_bytes: 1 },
        headers: { authorization: `Bearer ${secret}` },
      }),
    ],
    [
      60,
      (i) => ({ method: 'POST', url: '/api/auth/sign-in/email', payload: { email: `no-${i}`, password: PASSWORD } }),
    ],
    [60, () => ({ url: '/api/auth/verify-email?token=guessed' })],
  ];
  for (const [n, [count, make]] of limited.entries()) {
    for (let i = 0; i <= count; i++) {
      const request = make(i);
      const remoteAddress = `192.0.${n}.1`;
      const answer = await strict.ask({ ...request, remoteAddress, headers: { ...request.headers, ...forged(i) } });
      assert.equal(answer.statusCode === 429, i === count, `${i} of ${request.url}: ${answer.statusCode}`);
      if (i < count) continue;
      assertRefusal(String(request.url).split('?')[0]!, answer);
      assert.ok(Number(answer.headers['retry-after']) >= 1, String(request.url));
    }
  }
});

test('control characters in a header are refused, whichever header it is', async () => {
  const headers: [string, string][] = [
    ['/api/anchor', 'X-Pack-Token'],
    ['/api/anchor', 'X-Orpho-Api-Key'],
    ['/api/v1/timestamps', 'Authorization'],
    ['/api/v1/timestamps', 'Idempotency-Key'],
    ['/api/v1/me', 'Authorization'],
    ['/api/account/keys', 'Cookie'],
    ['/api/account/keys', 'Origin'],
    ['/api/auth/sign-in/email', 'User-Agent'],
    ['/api/stripe/webhook', 'Stripe-Signature'],
    ['/livez', 'X-Request-Id'],
  ];
  const characters = ['\0', '\x01', '\x08', '\x0b', '\x1b', '\x7f', '\r', '\n', '\x80', '\xff', '\t'];
  const body = '{"hash_hex":"x"}';
  const asked = headers.flatMap(([path, name]) => characters.map((character) => ({ path, name, character })));
  await Promise.all(
    asked.map(async ({ path, name, character }) => {
      const value = name === 'Authorization' ? `Bearer ${proofdKey}${character}x` : `a${character}b`;
      const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n`;
      const answer = await exchange(`${head}Content-Length: ${body.length}\r\n${name}: ${value}\r\n\r\n${body}`);
      const [, status] = /^HTTP\/1\.1 (\d{3}) /.exec(answer) ?? [];
      const about = `${path} ${name} ${JSON.stringify(character)}: ${answer.slice(0, 200)}`;
      assert.ok(Number(status) >= 400 && Number(status) < 500, about);
      assert.match(answer, /^x-request-id: req_[0-9A-Z]{26}\r$/im, about);
      if (name === 'Authorization')
        assert.equal(Number(status) === 400 || Number(status) === 401 || status === '405', true);
    }),
  );
});

async function exchange(request: string): Promise<string> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write(Buffer.from(request, 'latin1'));
  return text(socket);
}

async function countReceipts(): Promise<number> {
  const receipts = await server.ask({ url: '/api/me/anchors.zip', headers: { cookie: person.cookie } });
  assert.equal(receipts.statusCode, 200);
  return receipts.rawPayload.length;
}

/** Where texts are in a body: the names and indices on the way. */
function textFieldsOf(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value === 'string') return [[...path]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => textFieldsOf(inner, [...path, name]));
}

function replaceAt(body: object, [name, ...rest]: readonly string[], text: string): object {
  const copy = (Array.isArray(body) ? [...body] : { ...body }) as Record<string, unknown>;
  copy[name!] = rest.length === 0 ? text : replaceAt(copy[name!] as object, rest, text);
  return copy;
}
