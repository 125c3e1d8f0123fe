import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import type { OpenApiDocument } from '../../src/http/shared/openapi/document.ts';
import { type ComposedServer, startComposedServer } from '../support/composed-server.ts';
import { createAjv, escapePointer } from '../support/described-answers.ts';

/** Every operation of the contracts that has JSON in its answer or its errors, and the statuses that are documented. */
const CONTRACTS = `
  GET    /api/v1/certificates/{cert_id}                  200 400 404 429
  GET    /api/v1/certificates/{cert_id}/status           200 400 404 429
  GET    /api/v1/tracks/by-sha256/{sha256_hex}           200 400 404 409 429
  POST   /api/v1/certificates/bulk                       200 400 401 402 429
  POST   /api/v1/certificates/{cert_id}/verify-audio     200 400 404 422 429
  POST   /api/v1/renditions                              201 400 401 403 404 409 422 429
  GET    /api/v1/certificates/changes                    200 400 401 402 429
  GET    /.well-known/trackorigin-revocations.json       200
  GET    /.well-known/trackorigin-public-key.json        200
  GET    /api/v1/artists/{handle}                        200 404 429
  GET    /api/v1/artists/{handle}/certificates           200 400 404 429
  GET    /api/v1/me                                      200 401 402 403 429
  GET    /api/v1/me/api-usage                            200 401
  POST   /api/v1/sandbox/certificates                    201 400 401 403
  POST   /api/v1/sandbox/certificates/{cert_id}/revoke   200 401 403 404
  POST   /api/v1/submissions                             201 400 401 402 403
  GET    /api/v1/submissions/{id}                        200 401 404
  POST   /api/v1/certify                                 201 400 401 403 409 429
  GET    /api/v1/verify/{cert_id}                        200 400 404 429
  POST   /api/v1/verify-by-hash                          200 400 429
  GET    /api/v1/registry                                200 400 429
  GET    /api/v1/chain/{work_id}                         200 400 404 429
  GET    /api/v1/me/certs                                200 401
  POST   /api/v1/webhooks                                201 400 401
  GET    /api/v1/webhooks                                200 401
  DELETE /api/v1/webhooks/{id}                           204 401 404
  POST   /api/v1/relay/{cert_id}                         202 400 404 413 429
  GET    /api/v1/openapi.json                            200
  GET    /.well-known/origimark.json                     200
  POST   /api/anchor                                     200 400 413 429 503
  POST   /api/anchor/batch                               200 400 413 429 503
  GET    /api/receipt/{receipt_id}                       200 400 404
  GET    /api/receipt/{receipt_id}.zip                   200 400 404
  GET    /api/receipt/{receipt_id}/summary               200 400 404
  GET    /api/verify/{receipt_id}                        200 400 404
  GET    /api/health                                     200
  GET    /api/stats                                      200
  GET    /api/config                                     200
  POST   /api/btc-order                                  201 400 401 503
  GET    /api/btc-order/{order_id}                       200 400 404
  GET    /api/btc-order/{order_id}/qr.svg                200 400 404
  GET    /api/badge/{receipt_id}.svg                     200 400 404
  GET    /api/me/anchors                                 200 400 401 402
  GET    /api/me/anchors.zip                             200 401 402
  POST   /api/me/receipt/{receipt_id}/privacy            200 400 401 402 404
  POST   /api/v1/timestamps                              201 400 401 402 403 409 429 502
  GET    /api/v1/timestamps                              200 400 401 403 429
  GET    /api/v1/timestamps/{id}                         200 400 401 403 404 429
  GET    /api/v1/timestamps/{id}/ots                     200 400 401 403 404 429
`;

/** For whom the document is not: the payment provider. */
const UNDESCRIBED = ['/api/stripe/webhook'];

/** What the linter's own rules cannot know. */
const LINT = {
  extends: ['recommended'],
  rules: {
    // The contracts' own addresses: /certificates/{cert_id} beside /certificates/changes.
    'no-ambiguous-paths': 'off',
    // Every error that an operation does not name is under `default`.
    'operation-4xx-response': 'off',
  },
};

let server: ComposedServer;
let document: OpenApiDocument;
before(async () => {
  server = await startComposedServer('pglite');
  document = (await server.ask({ url: '/api/v1/openapi.json' })).json();
});
after(() => server?.[Symbol.asyncDispose]());

const operations = () =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      method,
      path,
      operation,
    })),
  );

test('the document is valid OpenAPI 3.1', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'touchmark-openapi-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'openapi.json'), JSON.stringify(document));
  await writeFile(join(folder, 'redocly.yaml'), JSON.stringify(LINT));
  const redocly = createRequire(import.meta.url).resolve('@redocly/cli/package.json');
  const args = [join(dirname(redocly), 'bin', 'cli.js'), 'lint', 'openapi.json', '--format=json'];
  const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
  const options = { cwd: folder, env, maxBuffer: 64 * 1024 * 1024 };
  const { stdout } = await promisify(execFile)(process.execPath, args, options).catch((error) => error);
  const { totals, problems } = JSON.parse(stdout) as { totals: object; problems: object[] };
  assert.deepEqual(totals, { errors: 0, warnings: 0, ignored: 0 }, JSON.stringify(problems.slice(0, 5), null, 1));
});

test('every operation of the contracts is described with every status that its contract documents', () => {
  const missing = CONTRACTS.trim()
    .split('\n')
    .flatMap((line) => {
      const [method, path, ...statuses] = line.trim().split(/\s+/) as [string, string, ...string[]];
      const described = document.paths[path]?.[method.toLowerCase()]?.responses ?? {};
      return statuses
        .filter((status) => described[status] === undefined)
        .map((status) => `${method} ${path} ${status}`);
    });
  assert.deepEqual(missing, []);
});

test('no address of an API is left out', () => {
  const described = new Set(operations().map(({ name }) => name));
  const left = server.routes
    .filter(
      ({ method, path }) =>
        method !== 'HEAD' && /^\/(?:api|\.well-known|log|tsa)\b/.test(path) && !UNDESCRIBED.includes(path),
    )
    .map(
      ({ method, path }) =>
        `${method} ${path.replace(/:(\w+)/g, '{$1}').replace('/log/tile/*', '/log/tile/{level}/{index}')}`,
    )
    .filter((name) => !described.has(name));
  assert.deepEqual(left, []);
});

test('every operation says what it is for, who may use it, what comes of it, and how its errors look', () => {
  for (const { name, operation } of operations()) {
    assert.ok(operation.summary && operation.operationId && operation.tags?.length === 1, name);
    for (const demand of operation.security!) {
      for (const scheme of Object.keys(demand))
        assert.ok(document.components.securitySchemes![scheme], `${name} ${scheme}`);
    }
    const successes = Object.entries(operation.responses).filter(([status]) => Number(status) < 400);
    assert.ok(successes.length > 0, name);
    for (const [status, response] of successes) {
      assert.notEqual(response.description, 'Default Response', name);
      const isEmpty = ['204', '302', '304'].includes(status);
      const schemas = Object.values(response.content ?? {}).map(({ schema }) => schema);
      assert.equal(
        schemas.length > 0 && schemas.every((schema) => schema !== undefined),
        !isEmpty,
        `${name} ${status}`,
      );
    }
    if (name.includes(' /api/')) assert.ok(operation.responses.default, name);
  }
  const ids = operations().map(({ operation }) => operation.operationId);
  assert.equal(new Set(ids).size, ids.length);
});

test('every example is what its schema allows, and every error has its codes', () => {
  const ajv = createAjv(document);
  const check = (where: string, pointer: string, value: unknown) => {
    const validate = ajv.compile({ $ref: `document#${pointer}` });
    assert.ok(validate(value), `${where}: ${ajv.errorsText(validate.errors)}: ${JSON.stringify(value)}`);
  };
  let examples = 0;
  for (const { name, method, path, operation } of operations()) {
    const base = `/paths/${escapePointer(path)}/${method}`;
    const bodies = Object.entries(operation.responses).map(([status, body]) => [`responses/${status}`, body] as const);
    for (const [part, body] of [...bodies, ['requestBody', operation.requestBody] as const]) {
      const media = body?.content?.['application/json'];
      if (media === undefined) continue;
      const values =
        media.examples === undefined ? [media.example] : Object.values(media.examples).map(({ value }) => value);
      for (const value of values)
        check(`${name} ${part}`, `${base}/${part}/content/${escapePointer('application/json')}/schema`, value);
      examples += values.length;
    }
    for (const [index, parameter] of (operation.parameters ?? []).entries()) {
      if (parameter.example !== undefined)
        check(`${name} ${parameter.name}`, `${base}/parameters/${index}/schema`, parameter.example);
    }
  }
  assert.ok(examples > 100, `${examples} examples`);
  for (const [name, response] of Object.entries(document.components.responses!)) {
    const { examples: errors = {} } = response.content!['application/json']!;
    for (const { value } of Object.values(errors)) {
      check(name, `/components/responses/${name}/content/${escapePointer('application/json')}/schema`, value);
    }
    assert.ok(Object.keys(errors).length > 0, name);
  }
});
