import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { Registry } from 'prom-client';
import { systemClock, systemRandom } from '../../src/app/system.ts';
import { checkTspSignature } from '../../src/config/tsp-signatures.ts';
import { MemoryLimiter } from '../../src/core/limit/memory-limiter.ts';
import type { TimestampAuthority } from '../../src/core/tsa/authority.ts';
import { createServer } from '../../src/http/server.ts';
import type { App } from '../../src/http/shared/app.ts';
import { createLogger } from '../../src/http/shared/log.ts';
import { createTsaSurface } from '../../src/http/tsa/index.ts';
import {
  encodeBoolean,
  encodeContext,
  encodeNull,
  encodeOctets,
  encodeOid,
  encodeSequence,
  encodeSmallInteger,
} from '../../src/proof/tsp/der-writer.ts';
import { readPem } from '../../src/proof/tsp/pem.ts';
import { encodeRequest } from '../../src/proof/tsp/request.ts';
import { readResponse } from '../../src/proof/tsp/response.ts';
import { expectImprint, verifyToken } from '../../src/proof/tsp/verify.ts';
import { makeAuthority, TEST_POLICY } from '../support/tsa-certificates.ts';

const LIMIT = { name: 'tsa-address', count: 40, periodMs: 60_000 };
const imprint = { digest: 'SHA-256', hash: new Uint8Array(randomBytes(32)) } as const;
const nonce = Uint8Array.of(0x42, 1, 2, 3);
const QUERY = { 'content-type': 'application/timestamp-query' };

describe('the time-stamping authority over HTTP', () => {
  let app: App;
  let authority: TimestampAuthority;
  let now: number;

  before(() => {
    now = Date.now();
    authority = makeAuthority({ now: () => now });
    const limiter = new MemoryLimiter({ maxKeys: 100, clock: systemClock });
    app = createServer({
      surfaces: [createTsaSurface({ authority, limiter, limit: LIMIT })],
      clock: systemClock,
      random: systemRandom,
      logger: createLogger({ level: 'silent' }),
      registry: new Registry(),
      readiness: {},
      trustedProxies: ['127.0.0.1'],
      version: '0.0.0',
    });
  });
  after(() => app.close());

  /** From an address of its own, so that tests do not use up each other's allowance. */
  const post = (payload: Uint8Array, headers: Record<string, string> = QUERY, address = randomAddress()) =>
    app.inject({
      method: 'POST',
      url: '/tsa',
      headers: { ...headers, 'x-forwarded-for': address },
      payload: Buffer.from(payload),
    });

  test('a token comes back that verifies with the chain that is served', async () => {
    const answer = await post(encodeRequest({ imprint, nonce, policy: TEST_POLICY }));
    assert.equal(answer.statusCode, 200);
    assert.equal(answer.headers['content-type'], 'application/timestamp-reply');
    assert.equal(answer.headers['cache-control'], 'no-store');
    assert.equal(answer.headers['access-control-allow-origin'], '*');
    const pem = await app.inject({ url: '/tsa/chain.pem' });
    assert.equal(pem.headers['content-type'], 'application/pem-certificate-chain');
    const chain = readPem(pem.body);
    const token = readResponse(new Uint8Array(answer.rawPayload));
    const expected = { digestOf: expectImprint(imprint), roots: chain.slice(-1), nonce, now: Date.now() };
    const { info } = await verifyToken(token, { ...expected, policies: [TEST_POLICY] }, checkTspSignature);
    assert.equal(info.time % 1000, 0, 'whole seconds');
    assert.equal(info.accuracyMicros, 1_000_000);
    assert.equal(info.serialNumber.length, 16);
  });

  test('a media type with parameters, in any case, is the same one', async () => {
    const headers = { 'content-type': 'Application/Timestamp-Query; charset=binary' };
    const answer = await post(encodeRequest({ imprint, nonce }), headers);
    assert.equal(answer.statusCode, 200);
    readResponse(new Uint8Array(answer.rawPayload));
  });

  const one = encodeSmallInteger(1);
  const sha1 = encodeSequence(
    encodeSequence(encodeOid('1.3.14.3.2.26'), encodeNull()),
    encodeOctets(new Uint8Array(20)),
  );
  const sha256 = encodeSequence(encodeSequence(encodeOid('2.16.840.1.101.3.4.2.1')), encodeOctets(imprint.hash));
  const short = encodeSequence(encodeSequence(encodeOid('2.16.840.1.101.3.4.2.1')), encodeOctets(new Uint8Array(20)));
  const extension = encodeSequence(encodeOid('1.2.3'), encodeOctets(new Uint8Array(1)));
  const good = encodeSequence(one, sha256);
  const REJECTIONS: Record<string, [Uint8Array, string]> = {
    nothing: [new Uint8Array(), 'bad-format'],
    text: [new TextEncoder().encode('hello'), 'bad-format'],
    'a request and one byte': [new Uint8Array([...good, 0]), 'bad-format'],
    'a request that is cut short': [good.subarray(0, -1), 'bad-format'],
    'a request of version 2': [encodeSequence(encodeSmallInteger(2), sha256), 'bad-format'],
    'a hash of the wrong length': [encodeSequence(one, short), 'bad-format'],
    'a default that is written': [encodeSequence(one, sha256, encodeBoolean(false)), 'bad-format'],
    'SHA-1': [encodeSequence(one, sha1), 'unknown-algorithm'],
    'another policy': [encodeSequence(one, sha256, encodeOid('1.2.3')), 'policy-not-accepted'],
    'an extension': [encodeSequence(one, sha256, encodeContext(0, extension)), 'extension-not-accepted'],
  };
  for (const [what, [query, failure]] of Object.entries(REJECTIONS)) {
    test(`${what} is rejected in the protocol's own answer`, async () => {
      const answer = await post(query);
      assert.equal(answer.statusCode, 200);
      assert.throws(() => readResponse(new Uint8Array(answer.rawPayload)), {
        code: 'rejected',
        message: new RegExp(`\\(${failure}\\)`),
      });
    });
  }

  test('a token without its certificates is for who did not ask for them', async () => {
    const answer = await post(good);
    const token = readResponse(new Uint8Array(answer.rawPayload));
    const expected = { digestOf: expectImprint(imprint), roots: authority.chain.slice(-1), now: Date.now() };
    await assert.rejects(verifyToken(token, expected, checkTspSignature), { code: 'signer-missing' });
    await verifyToken(token, { ...expected, certificates: authority.chain }, checkTspSignature);
  });

  test('what HTTP itself forbids is refused by HTTP', async () => {
    assert.equal((await post(good, { 'content-type': 'application/json' })).statusCode, 415);
    assert.equal((await post(new Uint8Array(5000))).statusCode, 413);
    const wrong = await app.inject({ method: 'GET', url: '/tsa' });
    assert.equal(wrong.statusCode, 405);
    assert.match(String(wrong.headers.allow), /POST/);
    assert.equal((await app.inject({ url: '/tsa/chain.pem/x' })).statusCode, 404);
  });

  test('an address that asks too often has to wait', async () => {
    const address = randomAddress();
    const answers = await Promise.all(Array.from({ length: LIMIT.count + 1 }, () => post(good, QUERY, address)));
    const refused = answers.filter(({ statusCode }) => statusCode === 429);
    assert.equal(refused.length, 1);
    assert.ok(Number(refused[0]!.headers['retry-after']) >= 1);
  });

  test('a clock that went back issues nothing', async () => {
    const real = now;
    assert.doesNotThrow(() => readResponse(authority.answer(good)));
    now = real - 10_000;
    const answer = await post(good);
    assert.equal(answer.statusCode, 200);
    assert.throws(() => readResponse(new Uint8Array(answer.rawPayload)), { message: /time-not-available/ });
    now = real;
  });
});

function randomAddress(): string {
  return `10.${[...randomBytes(3)].join('.')}`;
}
