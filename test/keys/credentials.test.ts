import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { Registry } from 'prom-client';
import type { Clock } from '../../src/base/clock.ts';
import { CodedError } from '../../src/base/coded-error.ts';
import type { Authenticator, Credential, CredentialKind } from '../../src/core/key/credential.ts';
import { generateSecret, parseSecret } from '../../src/core/key/secret.ts';
import { MemoryLimiter } from '../../src/core/limit/memory-limiter.ts';
import { createServer } from '../../src/http/server.ts';
import { clientAddress } from '../../src/http/shared/client-network.ts';
import { findCredential, requireCredential, type Transport } from '../../src/http/shared/credentials.ts';
import { createLogger } from '../../src/http/shared/log.ts';
import { showOldLimits, takeTokens } from '../../src/http/shared/rate-limit.ts';
import type { Surface } from '../../src/http/shared/surface.ts';

const START = Date.parse('2026-05-14T14:00:00Z');
const random = (length: number) => new Uint8Array(randomBytes(length));
const clock: Clock & { time: number } = { time: START, now: () => clock.time, sleep: async () => {} };

/** Knows the secrets that were put into it. */
const held = new Map<string, Credential>();
const authenticator: Authenticator = {
  async authenticate(secret, kinds) {
    if (parseSecret(secret) === null) return { ok: false, refusal: 'malformed' };
    const credential = held.get(secret);
    if (credential === undefined) return { ok: false, refusal: 'unknown' };
    return kinds.includes(credential.kind) ? { ok: true, credential } : { ok: false, refusal: 'wrong-kind' };
  },
};

function hold(kind: CredentialKind, scopes: readonly string[] | null = null): string {
  const secret = generateSecret(kind, random);
  held.set(secret, {
    id: secret.slice(-8),
    accountId: 'account',
    kind,
    displayPrefix: '',
    name: null,
    scopes,
    createdAt: START,
    lastUsedAt: null,
    expiresAt: null,
    revokedAt: null,
  });
  return secret;
}

/** A contract of the test's own: reads with or without a key, changes with a key. */
function testSurface(transports: readonly Transport[], limit: number): Surface {
  const kinds = ['origimark', 'trackorigin-secret-live', 'orphograph', 'orphograph-pack'] as const;
  const limiter = new MemoryLimiter({ maxKeys: 100, clock });
  const address = { name: 'address', count: limit, periodMs: 60_000 };
  const key = { name: 'key', count: 2 * limit, periodMs: 60_000 };
  return {
    pathPrefixes: ['/t/'],
    presentError: (error) => ({
      status: error instanceof CodedError ? 499 : 500,
      body: { code: error instanceof CodedError ? error.code : 'internal' },
    }),
    register(app) {
      app.get('/t/read', async (request, reply) => {
        const credential = await findCredential(authenticator, request, { transports, kinds, scope: 'read' });
        const bucket =
          credential === null ? { limit: address, key: clientAddress(request.ip) } : { limit: key, key: credential.id };
        const taken = await takeTokens(limiter, [bucket], reply);
        showOldLimits(reply, taken, clock.now());
        return { code: credential?.kind ?? 'anonymous' };
      });
      app.post('/t/write', async (request) => {
        const { kind } = await requireCredential(authenticator, request, { transports, kinds, scope: 'write' });
        return { code: kind };
      });
    },
  };
}

function createTestServer(limit = 1000, trustedProxies: readonly string[] = []) {
  const log: string[] = [];
  const all: Transport[] = ['bearer', 'x-api-key', 'x-orpho-api-key', 'x-pack-token'];
  const app = createServer({
    surfaces: [testSurface(all, limit)],
    clock,
    random,
    logger: createLogger({ level: 'info', destination: { write: (line) => void log.push(line) } }),
    registry: new Registry(),
    readiness: {},
    trustedProxies,
    version: '0.1.0',
  });
  const read = async (headers: Record<string, string> = {}, query = '') => {
    const answer = await app.inject({ url: `/t/read${query}`, headers });
    return { code: answer.json().code as string, status: answer.statusCode, headers: answer.headers };
  };
  return { app, read, log };
}

let port: number;
const listening = createTestServer();
before(async () => {
  port = Number(new URL(await listening.app.listen({ host: '127.0.0.1', port: 0 })).port);
});
after(() => listening.app.close());

/** The status and body of what no well-behaved client can send. */
async function sendRaw(lines: readonly (string | Buffer)[]): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const head = lines.flatMap((line) => [Buffer.from(line), Buffer.from('\r\n')]);
  socket.write(Buffer.concat([...head, Buffer.from('Connection: close\r\n\r\n')]));
  let answer = '';
  for await (const chunk of socket) answer += chunk;
  return answer;
}

test('a key is found in each of the headers, and the scheme’s case does not matter', async () => {
  const { read } = createTestServer();
  const secret = hold('origimark');
  for (const headers of [
    { authorization: `Bearer ${secret}` },
    { authorization: `bearer ${secret}` },
    { authorization: `BEARER   ${secret}` },
    { 'x-api-key': secret },
    { 'x-orpho-api-key': secret },
    { 'x-pack-token': secret },
  ] as Record<string, string>[]) {
    assert.equal((await read(headers)).code, 'origimark', JSON.stringify(headers));
  }
  assert.equal((await read()).code, 'anonymous');
});

test('what is no credential is malformed, never taken for none', async () => {
  const { read } = createTestServer();
  const secret = hold('origimark');
  for (const authorization of [
    '',
    'Bearer',
    'Bearer ',
    'Bearer  ',
    `Basic ${secret}`,
    secret,
    `Bearer ${secret} x`,
    `Bearer,${secret}`,
  ]) {
    assert.equal((await read({ authorization })).code, 'credential-malformed', authorization);
  }
  for (const key of ['', `${secret}!`, `${secret.slice(0, -1)}`, `${secret}, ${secret}`, 'x'.repeat(5000), 'é']) {
    assert.equal((await read({ 'x-api-key': key })).code, 'credential-malformed', key);
  }
  assert.equal((await read({ 'x-api-key': generateSecret('origimark', random) })).code, 'credential-unknown');
  assert.equal((await read({ 'x-api-key': hold('proofd') })).code, 'credential-wrong-kind');
});

test('two credentials at once are refused, in two headers, in one header twice, and when they are the same', async () => {
  const { read } = createTestServer();
  const [one, other] = [hold('origimark'), hold('orphograph-pack')];
  assert.equal((await read({ 'x-api-key': one, 'x-pack-token': other })).code, 'credentials-conflict');
  assert.equal((await read({ 'x-api-key': one, authorization: `Bearer ${one}` })).code, 'credentials-conflict');
  const host = ['GET /t/read HTTP/1.1', 'Host: t'];
  for (const name of ['Authorization: Bearer ', 'X-API-Key: ']) {
    const answer = await sendRaw([...host, `${name}${one}`, `${name.toLowerCase()}${one}`]);
    assert.match(answer, /credentials-conflict/);
  }
});

test('control characters in a header never reach a key, and are nobody’s fault but the sender’s', async () => {
  const secret = hold('origimark');
  for (const byte of [0x00, 0x01, 0x07, 0x08, 0x0b, 0x0c, 0x1b, 0x7f, 0x80, 0xa0, 0xff, 0x0d]) {
    const header = Buffer.concat([
      Buffer.from(`X-API-Key: ${secret.slice(0, 20)}`),
      Buffer.from([byte]),
      Buffer.from(secret.slice(20)),
    ]);
    const answer = await sendRaw(['GET /t/read HTTP/1.1', 'Host: t', header]);
    assert.match(answer, /^HTTP\/1\.1 400|credential-malformed/, `byte ${byte}: ${answer}`);
  }
  for (const byte of ['\t', ' ']) {
    const answer = await sendRaw([
      'GET /t/read HTTP/1.1',
      'Host: t',
      `X-API-Key: ${secret.slice(0, 20)}${byte}${secret.slice(20)}`,
    ]);
    assert.match(answer, /credential-malformed/);
  }
});

test('a key in the query string is refused wherever it stands and however it is written, and is not logged', async () => {
  const { read, log } = createTestServer();
  const kinds = [
    'origimark',
    'orphograph',
    'orphograph-pack',
    'proofd',
    'trackorigin-secret-live',
    'trackorigin-publishable-test',
  ] as const;
  for (const secret of kinds.map((kind) => hold(kind))) {
    const escaped = [...secret].map((char) => `%${char.charCodeAt(0).toString(16)}`).join('');
    for (const query of [
      `?api_key=${secret}`,
      `?${secret}`,
      `?a=b&q=x${secret}`,
      `?key=${escaped}`,
      `?key=${secret.replaceAll('_', '%5F')}`,
    ]) {
      assert.equal((await read({}, query)).code, 'credential-in-url', query);
      assert.equal((await read({ 'x-api-key': hold('origimark') }, query)).code, 'credential-in-url');
    }
    assert.ok(!log.join('').includes(secret.slice(12)));
  }
  for (const query of ['?q=pack_of_wolves', '?key=om_live_', '?%', '?%zz=%5', '?orpho=1']) {
    assert.equal((await read({}, query)).code, 'anonymous', query);
  }
});

test('a key may do what its scopes say, and without scopes what its kind may', async () => {
  const { app, read } = createTestServer();
  const write = async (headers: Record<string, string>) =>
    (await app.inject({ method: 'POST', url: '/t/write', headers })).json().code;
  assert.equal(await write({}), 'credential-missing');
  assert.equal(await write({ 'x-api-key': hold('origimark') }), 'origimark');
  assert.equal(await write({ 'x-api-key': hold('origimark', ['read']) }), 'credential-scope');
  assert.equal(await write({ 'x-api-key': hold('origimark', ['write']) }), 'origimark');
  assert.equal((await read({ 'x-api-key': hold('origimark', ['write']) })).code, 'credential-scope');
  assert.equal((await read({ 'x-api-key': hold('origimark', ['read', 'write']) })).code, 'origimark');
});

test('each answer says what is left, and a refusal when to come again', async () => {
  const { read } = createTestServer(2);
  clock.time = START;
  const first = await read();
  assert.equal(first.headers['ratelimit-policy'], '"address";q=2;w=60');
  assert.equal(first.headers.ratelimit, '"address";r=1;t=30');
  assert.equal(first.headers['x-ratelimit-limit'], '2');
  assert.equal(first.headers['x-ratelimit-remaining'], '1');
  assert.equal(first.headers['x-ratelimit-reset'], String(START / 1000 + 30));
  assert.equal(first.headers['retry-after'], undefined);
  await read();
  clock.time += 29_999;
  const refused = await read();
  assert.equal(refused.code, 'rate-limited');
  assert.equal(refused.headers['retry-after'], '1');
  assert.equal(refused.headers.ratelimit, '"address";r=0;t=31');
  clock.time += 1;
  assert.equal((await read()).code, 'anonymous');
});

test('a key has its own bucket, whatever its address has used up', async () => {
  const { read } = createTestServer(1);
  await read();
  assert.equal((await read()).code, 'rate-limited');
  const headers = { 'x-api-key': hold('origimark') };
  assert.deepEqual(
    [(await read(headers)).code, (await read(headers)).code, (await read(headers)).code],
    ['origimark', 'origimark', 'rate-limited'],
  );
});

test('saying to come from elsewhere does not help, unless a proxy that is trusted says it', async () => {
  const forged = ['x-forwarded-for', 'forwarded', 'x-real-ip', 'x-client-ip', 'cf-connecting-ip', 'true-client-ip'];
  const { read } = createTestServer(1);
  await read();
  for (const name of forged) {
    for (const value of ['192.0.2.7', 'for=192.0.2.7', '2001:db8::7', '127.0.0.1, 192.0.2.7']) {
      assert.equal((await read({ [name]: value })).code, 'rate-limited', `${name}: ${value}`);
    }
  }
  const behind = createTestServer(1, ['127.0.0.1']);
  assert.equal((await behind.read({ 'x-forwarded-for': '192.0.2.7' })).code, 'anonymous');
  assert.equal((await behind.read({ 'x-forwarded-for': '192.0.2.8' })).code, 'anonymous');
  // What the client itself wrote stands before what the proxy adds.
  assert.equal((await behind.read({ 'x-forwarded-for': '198.51.100.1, 192.0.2.7' })).code, 'rate-limited');
});

test('one IPv6 host with all its addresses is one client', async () => {
  const { read } = createTestServer(1, ['127.0.0.1']);
  assert.equal((await read({ 'x-forwarded-for': '2001:db8:1:2::1' })).code, 'anonymous');
  assert.equal((await read({ 'x-forwarded-for': '2001:db8:1:2:ffff::9' })).code, 'rate-limited');
  assert.equal((await read({ 'x-forwarded-for': '2001:db8:1:3::1' })).code, 'anonymous');
});
