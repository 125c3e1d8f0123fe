import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { generateOperations, OPERATIONS_FILE } from '../../build/openapi-client.ts';
import { ApiError, createApiClient } from '../../src/api/index.ts';
import { type ComposedServer, startComposedServer } from '../support/composed-server.ts';

const ROOT = join(import.meta.dirname, '../..');
const TSC = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
const runNode = async (folder: string, ...args: readonly string[]) =>
  (await promisify(execFile)(process.execPath, args, { cwd: folder })).stdout;

/** What somebody else writes, by the names of the package. */
const CONSUMER = `
import { createApiClient } from 'touchmark/api';
import { RevocationFollower, sealIsVisible } from 'touchmark/client';

const baseUrl: string = process.argv[2]!;
const api = createApiClient({ baseUrl });
const { keys } = await api.call('GET /.well-known/trackorigin-public-key.json');
const trustedKeys = keys.map(({ key_id, public_key }) => ({ keyId: key_id, publicKey: public_key }));
const follower = new RevocationFollower({ baseUrl, trustedKeys });
const { problems } = await follower.poll();
const certificate = await api.call('GET /api/v1/certificates/{cert_id}', { path: { cert_id: 'cer_test_synthetic' } });
const servedSha256: string = certificate.master.sha256;
const binding = { state: 'verified', certificateId: certificate.cert_id, servedSha256 };
const isShown: boolean = sealIsVisible(binding, servedSha256, follower, { allowSandbox: true });
// @ts-expect-error: the types come along.
api.call('GET /no/such/operation').catch(() => {});
console.log(JSON.stringify({ problems, isShown }));
`;

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

test('both clients are imported by the names of the package, as it is built, with types and without a dependency', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'touchmark-package-'));
  try {
    // A file of the package itself imports it as others do; there is no folder of dependencies beside it.
    await copyFile(join(ROOT, 'package.json'), join(folder, 'package.json'));
    const output = ['--outDir', join(folder, 'dist'), '--emitDeclarationOnly', 'false'];
    await runNode(ROOT, TSC, '--project', 'tsconfig.types.json', ...output);
    await writeFile(join(folder, 'consumer.ts'), CONSUMER);
    const types = ['--typeRoots', join(ROOT, 'node_modules/@types'), '--types', 'node'];
    await runNode(folder, TSC, '--noEmit', '--strict', '--module', 'nodenext', ...types, 'consumer.ts');
    const said = await runNode(folder, 'consumer.ts', server.url);
    assert.deepEqual(JSON.parse(said), { problems: [], isShown: true });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
