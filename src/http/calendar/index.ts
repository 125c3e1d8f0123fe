import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { reverseBytes } from '../../base/bytes.ts';
import { decodeHex, encodeHex } from '../../base/hex.ts';
import { CalendarError } from '../../core/calendar/error.ts';
import type { CalendarLookup, CalendarService } from '../../core/calendar/service.ts';
import { BODY_TIMEOUT_MS, checkDigestHeaders, parseDigestBodies } from './digest-body.ts';
import { CALENDAR_ERRORS, UNAVAILABLE, type WireError } from './errors.ts';
import { sendBytes, sendText } from './reply.ts';
import { presentStatus, renderStatusPage, STATUS_PAGE_POLICY } from './status-page.ts';

/** How long caches keep answers: the reference calendar's values. */
const YEAR_SECONDS = 31_536_000;
const NOT_FOUND_SECONDS = 3600;
const UNCONFIRMED_SECONDS = 60;
const TIP_SECONDS = 10;
const STATUS_SECONDS = 5;

/** How long a browser need not ask again whether it may ask. */
const PREFLIGHT_SECONDS = '86400';

interface WireOptions {
  /** The program's version, for the status page. */
  readonly version: string;
  readonly bodyTimeoutMs?: number;
}

type FindCalendar = (request: FastifyRequest) => CalendarService | undefined;

/** The OpenTimestamps calendar protocol of several calendars, each below `/calendar/<name>`. */
export function calendarRoutes({
  calendars,
  ...options
}: WireOptions & { readonly calendars: ReadonlyMap<string, CalendarService> }): FastifyPluginAsync {
  return async (app) => {
    await app.register(
      async (scope) => defineRoutes(scope, ({ params }) => calendars.get((params as { name: string }).name), options),
      { prefix: '/calendar/:name' },
    );
  };
}

/** The OpenTimestamps calendar protocol of one calendar, at the root of its own server. */
export function soleCalendarRoutes({
  calendar,
  ...options
}: WireOptions & { readonly calendar: CalendarService }): FastifyPluginAsync {
  return async (app) => {
    await app.register(async (scope) => defineRoutes(scope, () => calendar, options));
  };
}

function defineRoutes(app: FastifyInstance, find: FindCalendar, options: WireOptions): void {
  parseDigestBodies(app, options.bodyTimeoutMs ?? BODY_TIMEOUT_MS);

  app.addHook('onRequest', (_request, reply, next) => {
    reply.header('access-control-allow-origin', '*');
    next();
  });

  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    if (error instanceof CalendarError) return sendError(reply, CALENDAR_ERRORS[error.code]);
    if (error.statusCode !== undefined && error.statusCode < 500)
      return sendText(reply, error.statusCode, error.message);
    request.log.error({ err: error }, 'calendar request failed');
    return sendError(reply, UNAVAILABLE);
  });

  app.post('/digest', { onRequest: checkDigestHeaders }, async (request, reply) => {
    const calendar = find(request);
    if (!calendar) return notFound(request, reply);
    return sendBytes(reply, 200, 'application/octet-stream', await calendar.submit(request.body as Buffer));
  });

  // A wildcard, because a named parameter has a length limit of its own and answers beyond it are not the protocol's.
  app.get('/timestamp/*', async (request, reply) => {
    const calendar = find(request);
    if (!calendar) return notFound(request, reply);
    const commitment = decodeHex((request.params as { '*': string })['*']);
    if (!commitment) return sendText(reply, 400, 'commitment must be hex-encoded bytes', YEAR_SECONDS);
    return sendLookup(reply, await calendar.lookup(commitment));
  });

  app.get('/tip', async (request, reply) => {
    const calendar = find(request);
    if (!calendar) return notFound(request, reply);
    const tip = await calendar.tip();
    return tip
      ? sendBytes(reply, 200, 'application/octet-stream', tip, TIP_SECONDS)
      : sendText(reply, 404, 'Not found', TIP_SECONDS);
  });

  app.get('/', async (request, reply) => {
    const calendar = find(request);
    if (!calendar) return notFound(request, reply);
    const status = await calendar.status();
    reply.header('vary', 'Accept');
    if (request.headers.accept?.includes('application/json')) {
      const json = Buffer.from(JSON.stringify(presentStatus(status, options.version)));
      return sendBytes(reply, 200, 'application/json; charset=utf-8', json, STATUS_SECONDS);
    }
    const page = Buffer.from(renderStatusPage(status, options.version));
    reply.header('content-security-policy', STATUS_PAGE_POLICY);
    return sendBytes(reply, 200, 'text/html; charset=utf-8', page, STATUS_SECONDS);
  });

  app.options('/*', async (_request, reply) =>
    reply
      .code(204)
      .headers({
        'access-control-allow-methods': 'GET, HEAD, POST, OPTIONS',
        'access-control-allow-headers': 'Accept, Content-Type',
        'access-control-max-age': PREFLIGHT_SECONDS,
      })
      .send(),
  );

  app.get('/*', notFound);
  app.post('/*', { onRequest: refuseUnread }, notFound);
}

function sendLookup(reply: FastifyReply, lookup: CalendarLookup): FastifyReply {
  switch (lookup.state) {
    case 'published':
      return sendBytes(reply, 200, 'application/octet-stream', lookup.proof, YEAR_SECONDS);
    case 'mined': {
      const txid = encodeHex(reverseBytes(lookup.txid));
      const reason = `Timestamped by transaction ${txid}; waiting for ${lookup.needed} confirmations`;
      return sendText(reply, 404, reason, UNCONFIRMED_SECONDS);
    }
    case 'pending':
      return sendText(reply, 404, 'Pending confirmation in Bitcoin blockchain', UNCONFIRMED_SECONDS);
    case 'unknown':
      return sendText(reply, 404, 'Not found', UNCONFIRMED_SECONDS);
  }
}

async function notFound(_request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  return sendText(reply, 404, 'not found', NOT_FOUND_SECONDS);
}

/** Answers before the body, of whatever length, is read. */
async function refuseUnread(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  return notFound(request, reply.header('connection', 'close'));
}

function sendError(reply: FastifyReply, { status, text, retryAfterSeconds }: WireError): FastifyReply {
  if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds));
  return sendText(reply, status, text);
}
