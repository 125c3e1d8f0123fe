import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { FastifyRequest } from 'fastify';
import { Registry } from 'prom-client';
import { systemClock, systemRandom } from '../../src/app/system.ts';
import { createServer, type ServerOptions } from '../../src/http/server.ts';
import type { App } from '../../src/http/shared/app.ts';
import { createLogger } from '../../src/http/shared/log.ts';
import type { OpenApiDocument, ResponseObject } from '../../src/http/shared/openapi/document.ts';

/** What of a request tells which operation it was for. */
type Asked = Pick<FastifyRequest, 'method'> & {
  readonly routeOptions: { readonly url?: string | undefined; readonly config: { readonly describedAs?: string } };
};

const JSON_TYPE = 'application/json';
/** They have no body, and what a client has already need not be described (RFC 9110 section 15.4.5). */
const EMPTY = [204, 304];

/**
 * The server, which fails the test that runs when it answers otherwise than its own OpenAPI document says: by a status
 * that the operation does not have, or JSON that is not of the schema or has more than it says.
 */
export function createCheckedServer(options: Pick<ServerOptions, 'surfaces'> & Partial<ServerOptions>): App {
  const app = createServer({
    clock: systemClock,
    random: systemRandom,
    logger: createLogger({ level: 'silent' }),
    registry: new Registry(),
    readiness: {},
    trustedProxies: [],
    version: '0.1.0',
    ...options,
  });
  let judge: ReturnType<typeof createJudge> | undefined;
  app.addHook('onSend', async (request, reply, payload) => {
    judge ??= createJudge(app.swagger() as unknown as OpenApiDocument);
    const problem = judge(request, reply.statusCode, String(reply.getHeader('content-type') ?? ''), payload);
    // Outside of the request, which would only answer 500: the runner fails the test for it.
    if (problem !== null) setImmediate(() => fail(problem));
  });
  return app;
}

function fail(problem: string): never {
  throw new Error(`an answer is not as described: ${problem}`);
}

/** Says what is wrong with an answer; null: it is as the document describes it, or of what is not described. */
export function createJudge(document: OpenApiDocument) {
  const ajv = createAjv(document);
  const checks = new Map<string, ValidateFunction>();

  function compile(pointer: string): ValidateFunction {
    const check = checks.get(pointer) ?? ajv.compile({ $ref: `document#${pointer}` });
    checks.set(pointer, check);
    return check;
  }

  return (request: Asked, status: number, mediaType: string, payload: unknown): string | null => {
    const { url, config } = request.routeOptions;
    if (url === undefined || request.method === 'OPTIONS' || EMPTY.includes(status)) return null;
    const path = (config.describedAs ?? url).replace(/:(\w+)/g, '{$1}');
    const method = request.method === 'HEAD' ? 'get' : request.method.toLowerCase();
    const operation = document.paths[path]?.[method];
    if (operation === undefined) return null;
    const where = `${request.method} ${url} ${status}`;
    const key = operation.responses[status] === undefined && status >= 400 ? 'default' : String(status);
    const found = operation.responses[key];
    if (found === undefined) return isPlain(status, mediaType) ? null : `${where}: no such status`;
    const { response, pointer } = resolve(document, found, `/paths/${escapePointer(path)}/${method}/responses/${key}`);
    const type = mediaType.split(';', 1)[0]!.trim();
    if (typeof payload !== 'string' || payload === '' || request.method === 'HEAD') return null;
    if (response.content?.[type] === undefined) return `${where}: no such media type: ${type}`;
    if (type !== JSON_TYPE) return null;
    const check = compile(`${pointer}/content/${escapePointer(JSON_TYPE)}/schema`);
    return check(JSON.parse(payload)) ? null : `${where}: ${ajv.errorsText(check.errors)}: ${payload.slice(0, 500)}`;
  };
}

/** Errors of what has no JSON are plain text, and are not described. */
function isPlain(status: number, mediaType: string): boolean {
  return status >= 400 && mediaType.startsWith('text/plain');
}

function resolve(document: OpenApiDocument, response: ResponseObject, pointer: string) {
  if (response.$ref === undefined) return { response, pointer };
  const name = response.$ref.slice('#/components/responses/'.length);
  return { response: document.components.responses![name]!, pointer: response.$ref.slice(1) };
}

/** Knows the document as `document`, with every object closed that does not say it is open. */
export function createAjv(document: OpenApiDocument): Ajv2020 {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addFormat('binary', true);
  ajv.addSchema(close(document) as object, 'document');
  return ajv;
}

function close(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(close);
  if (typeof value !== 'object' || value === null) return value;
  const inner = Object.fromEntries(Object.entries(value).map(([name, part]) => [name, close(part)]));
  const isObjectSchema = 'type' in value && value.type === 'object' && 'properties' in value;
  return isObjectSchema && !('additionalProperties' in value) ? { ...inner, additionalProperties: false } : inner;
}

/** Of a JSON pointer, in a URI fragment. */
export function escapePointer(name: string): string {
  return encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'));
}
