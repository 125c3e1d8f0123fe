import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { generateOperations, OPERATIONS_FILE } from '../../build/openapi-client.ts';
import { ApiError, createApiClient } from '../../src/api/index.ts';
import { type ComposedServer, startComposedServer } from '../support/composed-server.ts';

let server: ComposedServer;
before(async () => {
  server = await startComposedServer('pglite');
});
after(() => server?.[Symbol.asyncDispose]());

test('the committed operations are those of the server', async () => {
  const document = (await server.ask({ url: '/api/v1/openapi.json' })).json();
  const committed = await readFile(OPERATIONS_FILE, 'utf8');
  // Not assert.equal: the difference of two long texts takes minutes to draw.
  const isFresh = committed === (await generateOperations(document));
  assert.ok(isFresh, 'start a sandbox and run: node build/openapi-client.ts http://127.0.0.1:8080');
});

test('operations are called by their names, with typed input and answers', async () => {
  const api = createApiClient({ baseUrl: server.url });
  const certificate = await api.call('GET /api/v1/certificates/{cert_id}', { path: { cert_id: 'cer_test_synthetic' } });
  const status: 'active' | 'revoked' = certificate.status;
  assert.equal(status, 'active');
  // @ts-expect-error: there is no such field, and the compiler knows.
  assert.equal(certificate.no_such_field, undefined);

  const hash_hex = randomBytes(32).toString('hex');
  const receipt = await api.call('POST /api/anchor', { body: { hash_hex, client_label: 'a "label" & more' } });
  assert.equal(receipt.hash_hex, hash_hex);
  const archive = await api.call('GET /api/receipt/{receipt_id}.zip', { path: { receipt_id: receipt.receipt_id } });
  assert.deepEqual([...archive.subarray(0, 2)], [0x50, 0x4b]);
  const badge = await api.call('GET /api/badge/{receipt_id}.svg', { path: { receipt_id: receipt.receipt_id } });
  assert.match(badge, /^<svg/);
});

test('an answer is told by its status, and a failed call throws what the server said', async () => {
  const person = await server.signUp();
  const { secret } = await server.mint(person.id, 'trackorigin-secret-test');
  const api = createApiClient({ baseUrl: `${server.url}/`, headers: { authorization: `Bearer ${secret}` } });
  const answer = await api.request('GET /api/v1/certificates/{cert_id}', { path: { cert_id: 'no/such?id' } });
  assert.ok(answer.status === 400);
  assert.equal(answer.body.error.code, 'invalid_certificate_id');
  const missing = api.call('GET /api/v1/submissions/{id}', { path: { id: 'sub_1' } });
  await assert.rejects(missing, (error) => {
    assert.ok(error instanceof ApiError && error.status === 404 && /^req_/.test(error.requestId ?? ''));
    return true;
  });
  const changes = await api.call('GET /api/v1/certificates/changes', { query: { since_sequence: '0' } });
  assert.deepEqual(changes.events, []);
});
