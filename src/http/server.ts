import Fastify, { type FastifyBaseLogger, type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import type { Registry } from 'prom-client';
import type { Clock, RandomBytes } from '../base/clock.ts';
import type { App } from './shared/app.ts';
import { answerConnectionError } from './shared/connection-error.ts';
import { allowAnyOrigin } from './shared/cors.ts';
import { createDefaultSurface } from './shared/default-surface.ts';
import { acceptJsonOnly } from './shared/json-body.ts';
import { createRequestMetrics } from './shared/metrics.ts';
import { collectOpenApi, describeRoutes, registerOpenApi } from './shared/openapi/collect.ts';
import { type ReadinessChecks, registerProbes } from './shared/readiness.ts';
import { findSurface, refuseUnrouted, sendError } from './shared/refusals.ts';
import { createRequestIds } from './shared/request-id.ts';
import { RouteTable } from './shared/route-table.ts';
import type { Surface } from './shared/surface.ts';

/** For routes that state no limit of their own. */
const BODY_MAX_BYTES = 64 * 1024;
/** A whole request, 64 KB at most, at the pace of a bad mobile line; slower senders only hold connections. */
const REQUEST_TIMEOUT_MS = 15_000;
const HEADERS_TIMEOUT_MS = 10_000;
/** The two timeouts above are enforced this often; Node's own 30 s would make them 30 s. */
const TIMEOUT_CHECK_MS = 2_000;
/** Longer than the 60 s after which common load balancers drop idle connections, so that they close first, not we. */
const KEEP_ALIVE_TIMEOUT_MS = 72_000;
/** A connection on which nothing moves, in either direction, while an answer is being made or read. */
const CONNECTION_TIMEOUT_MS = 120_000;
/** Once the server closes, for whoever has not sent a whole request or not read a whole answer. */
const CLOSE_GRACE_MS = 15_000;
/** Node takes no more header bytes than this, so no path parameter is cut short by the router instead of judged. */
const PATH_MAX_CHARS = 16 * 1024;

/** What is sent is judged as it is, and everything that is wrong with it is told. */
const VALIDATION = {
  ...{ coerceTypes: false, removeAdditional: false, useDefaults: false },
  ...{ allowUnionTypes: true, allErrors: true },
} as const;

export interface ServerOptions {
  readonly surfaces: readonly Surface[];
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly logger: FastifyBaseLogger;
  readonly registry: Registry;
  readonly readiness: ReadinessChecks;
  /** Addresses or CIDR ranges of the proxies whose X-Forwarded-For is believed; with none, nobody's is. */
  readonly trustedProxies: readonly string[];
  readonly version: string;
}

/**
 * The HTTP server, not yet listening. `close()` takes no new connections, answers what it has accepted, tells clients
 * to go, and resolves when the last answer is out, or after the time that whoever is slow is given.
 */
export function createServer(options: ServerOptions): App {
  const { clock, logger } = options;
  const makeRequestId = createRequestIds(clock, options.random);
  const surfaces = [...options.surfaces, createDefaultSurface((app) => registerOwnRoutes(app, options))];
  const ownerOf = (request: FastifyRequest) => findSurface(surfaces, request.url);

  const app: App = Fastify({
    rewriteUrl: ({ url = '/' }) => toOriginForm(url),
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
    genReqId: makeRequestId,
    requestIdHeader: false,
    trustProxy: options.trustedProxies.length > 0 && [...options.trustedProxies],
    bodyLimit: BODY_MAX_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    http: { headersTimeout: HEADERS_TIMEOUT_MS, connectionsCheckingInterval: TIMEOUT_CHECK_MS },
    return503OnClosing: false,
    routerOptions: { maxParamLength: PATH_MAX_CHARS },
    ajv: { customOptions: VALIDATION },
    // Ours are made of the complaints themselves; one text of all of them could be many times the body.
    schemaErrorFormatter: () => new Error('the request is not valid'),
    frameworkErrors: (error, request, reply) => {
      setCommonHeaders(request, reply);
      sendError(ownerOf(request), error, request, reply);
    },
    clientErrorHandler: (error, socket) => answerConnectionError(error, socket, makeRequestId()),
  });

  observeRequests(app, options);
  refuseStrayRequests(app, surfaces);
  closeConnectionsOnShutdown(app, clock);
  acceptJsonOnly(app);
  collectOpenApi(app, options.version, surfaces);
  for (const surface of surfaces) {
    app.register(async (scope) => {
      scope.setErrorHandler((error, request, reply) => sendError(surface, error, request, reply));
      describeRoutes(scope, surface);
      surface.register(scope);
    });
  }
  return app;
}

/** A request target may be an absolute address, or `*` (RFC 9112 section 3.2). From here on it is a path. */
function toOriginForm(target: string): string {
  const path = target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '');
  return path.startsWith('/') ? path : `/${path}`;
}

function registerOwnRoutes(app: App, { registry, readiness }: ServerOptions): void {
  registerProbes(app, readiness);
  registerOpenApi(app);
  app.get('/metrics', async (_request, reply) => {
    reply.header('cache-control', 'no-store').type(registry.contentType);
    return registry.metrics();
  });
}

/** One log line and one measurement a request. Never bodies, query strings or parameters: they hold what is private. */
function observeRequests(app: App, { logger, registry }: ServerOptions): void {
  const record = createRequestMetrics(registry);
  app.addHook('onResponse', (request, reply, done) => {
    const { method } = request;
    const route = request.routeOptions.url ?? 'none';
    const ms = reply.elapsedTime;
    record(method, route, reply.statusCode, ms / 1000);
    const line = { request_id: request.id, method, route, status: reply.statusCode, ms: Math.round(ms * 10) / 10 };
    logger.info(line, 'request');
    done();
  });
}

function refuseStrayRequests(app: App, surfaces: readonly Surface[]): void {
  const routes = new RouteTable();
  app.addHook('onRoute', (route) => {
    routes.add(route);
    if (route.config?.cors) route.onRequest = [allowOrigin, ...[route.onRequest ?? []].flat()];
  });
  app.addHook('onRequest', (request, reply, done) => {
    setCommonHeaders(request, reply);
    const isStray = request.is404 || routes.isMisrouted(request.url, request.routeOptions.url!);
    if (isStray) refuseUnrouted(routes, findSurface(surfaces, request.url), request, reply);
    else done();
  });
}

function allowOrigin(_request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  allowAnyOrigin(reply);
  done();
}

/** The policy forbids a browser to run or load anything from an answer; pages replace it by their own. */
function setCommonHeaders(request: FastifyRequest, reply: FastifyReply): void {
  reply
    .header('x-request-id', request.id)
    .header('x-content-type-options', 'nosniff')
    .header('content-security-policy', "default-src 'none'; frame-ancestors 'none'");
}

/**
 * When the server closes, what is under way is answered and told that the connection ends. Node would wait besides for
 * connections on which nothing was ever sent, and for answers that had promised before to keep theirs.
 */
function closeConnectionsOnShutdown(app: App, clock: Clock): void {
  const { server } = app;
  const closed = new AbortController();
  let closing = false;
  let underWay = 0;
  server.on('connection', (socket) => {
    if (closing) socket.destroy();
  });
  server.on('request', (_request, response) => {
    underWay++;
    response.once('close', () => {
      underWay--;
      closeWhenAnswered();
    });
  });
  server.once('close', () => closed.abort());
  app.addHook('preClose', (done) => {
    closing = true;
    closeWhenAnswered();
    void clock.sleep(CLOSE_GRACE_MS, closed.signal).then(() => server.closeAllConnections());
    done();
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (closing) reply.header('connection', 'close');
    done(null, payload);
  });

  function closeWhenAnswered(): void {
    if (closing && underWay === 0) server.closeAllConnections();
  }
}
