import type { FastifyReply, FastifyRequest } from 'fastify';
import { type TSchema, Type } from 'typebox';
import type { Clock } from '../../../base/clock.ts';
import type { Registry } from '../../../core/certificate/certificate.ts';
import type { Scope } from '../../../core/key/scope.ts';
import type { Limiter } from '../../../core/limit/limiter.ts';
import type { Limits } from '../../../core/limit/limits.ts';
import { EVENT_TYPES, type WebhookOwner } from '../../../core/webhook/subscription.ts';
import type { WebhookService } from '../../../core/webhook/webhooks.ts';
import type { App } from '../app.ts';
import { takeTokens } from '../rate-limit.ts';
import {
  parseChange,
  parseDeliveriesQuery,
  parseEventsQuery,
  parseNewWebhook,
  parseOverlap,
  parseReplay,
} from './parse.ts';
import {
  Delivery,
  Mode,
  NewWebhookAnswer,
  presentDelivery,
  presentEvents,
  presentSecret,
  presentWebhook,
  Webhook,
} from './wire.ts';

export interface WebhookRoutes {
  readonly contract: Registry;
  /** Of the list, without a slash at the end. */
  readonly path: string;
  readonly service: WebhookService;
  readonly clock: Clock;
  readonly limiter: Limiter;
  readonly limits: Limits;
  /** An `onRequest` hook that lets owners in. */
  readonly admit: (scope: Scope) => (request: FastifyRequest, reply: FastifyReply) => Promise<void>;
  /** Of a request that was let in. */
  readonly ownerOf: (request: FastifyRequest) => WebhookOwner;
  /** How the contract's errors look. */
  readonly errorBody: TSchema;
}

const BODY_MAX_BYTES = 8 * 1024;
const ById = Type.Object({ id: Type.String() });
/** What is told of all that is wrong comes from the parsers; schemas describe. */
const UNCHECKED = { validatorCompiler: () => () => true, bodyLimit: BODY_MAX_BYTES } as const;

const Events = Type.Object({
  events: Type.Array(
    Type.Unsafe<object>({
      type: 'object',
      additionalProperties: true,
      description: 'The very object that is delivered: docs/formats/webhooks.md',
    }),
  ),
  next_after: Type.Integer(),
  head: Type.Integer(),
});

/** How owners manage their webhooks: the same below the address of each contract that has them. */
export function registerWebhookRoutes(app: App, routes: WebhookRoutes): void {
  const { contract, path, service, clock, limiter, limits, admit, ownerOf, errorBody } = routes;
  const types = EVENT_TYPES[contract];
  const common = { tags: [contract] };
  const describe = (...statuses: readonly number[]) =>
    Object.fromEntries([...statuses, 401, 403, 429].map((status) => [status, errorBody]));
  const read = { ...UNCHECKED, onRequest: [admit('read'), forbidStoring] };
  const write = { ...UNCHECKED, onRequest: [admit('write'), forbidStoring] };
  const idOf = (request: FastifyRequest) => (request.params as { id: string }).id;

  const fields = {
    url: Type.String({ format: 'uri' }),
    events: Type.Array(Type.Unsafe<string>({ type: 'string', enum: [...types] })),
    description: Type.Optional(Type.Unsafe<string | null>({ type: ['string', 'null'] })),
    ordered: Type.Optional(Type.Boolean()),
  };

  const list = {
    ...common,
    summary: 'Webhooks of the account, oldest first',
    response: { 200: Type.Object({ webhooks: Type.Array(Webhook) }), ...describe() },
  };
  app.get(path, { schema: list, ...read }, async (request) => {
    const now = clock.now();
    return { webhooks: (await service.list(ownerOf(request))).map((own) => presentWebhook(own, now)) };
  });

  const create = {
    ...common,
    summary: 'Subscribe to events; the secret is shown in this answer and never again',
    body: Type.Object({ ...fields, mode: Type.Optional(Mode) }, { additionalProperties: false }),
    response: { 201: NewWebhookAnswer, ...describe(400, 409, 413, 415) },
  };
  app.post(path, { schema: create, ...write }, async (request, reply) => {
    const made = await service.create(ownerOf(request), parseNewWebhook(request.body, types));
    reply.code(201);
    return { ...presentWebhook({ ...made, failures: 0 }, clock.now()), ...presentSecret(made.secret) };
  });

  const events = {
    ...common,
    summary: 'Events after a sequence number, in order: what receivers were told, or missed',
    querystring: Type.Object({ after: Type.Optional(Type.Integer()), limit: Type.Optional(Type.Integer()) }),
    response: { 200: Events, ...describe(400) },
  };
  app.get(`${path}/events`, { schema: events, ...read }, async (request, reply) => {
    const { after, limit } = parseEventsQuery(request.query);
    reply.type('application/json; charset=utf-8');
    // JSON already, so that the events keep their bytes.
    reply.send(presentEvents(await service.events(ownerOf(request), after, limit), limit) as never);
    return reply;
  });

  const find = {
    ...common,
    summary: 'One webhook',
    params: ById,
    response: { 200: Webhook, ...describe(404) },
  };
  app.get(`${path}/:id`, { schema: find, ...read }, async (request) =>
    presentWebhook(await service.find(ownerOf(request), idOf(request)), clock.now()),
  );

  const update = {
    ...common,
    summary: 'Change, disable or enable a webhook; what happens while it is disabled is not sent to it',
    params: ById,
    body: Type.Partial(Type.Object({ ...fields, enabled: Type.Boolean() }, { additionalProperties: false })),
    response: { 200: Webhook, ...describe(400, 404, 413, 415) },
  };
  app.patch(`${path}/:id`, { schema: update, ...write }, async (request) => {
    const change = parseChange(request.body, types);
    return presentWebhook(await service.update(ownerOf(request), idOf(request), change), clock.now());
  });

  const remove = {
    ...common,
    summary: 'Delete a webhook with its delivery log',
    params: ById,
    response: { 204: Type.Null(), ...describe(404) },
  };
  app.delete(`${path}/:id`, { schema: remove, ...write }, async (request, reply) => {
    await service.remove(ownerOf(request), idOf(request));
    reply.code(204);
    return null;
  });

  const rotate = {
    ...common,
    summary: 'Make a new secret; those before it sign besides until the overlap ends',
    params: ById,
    body: Type.Object({ overlap_seconds: Type.Optional(Type.Integer()) }, { additionalProperties: false }),
    response: { 200: NewWebhookAnswer, ...describe(400, 404, 409, 413, 415) },
  };
  app.post(`${path}/:id/rotate`, { schema: rotate, ...write }, async (request) => {
    const owner = ownerOf(request);
    const { subscription, secret } = await service.rotate(owner, idOf(request), parseOverlap(request.body));
    const own = await service.find(owner, subscription.id);
    return { ...presentWebhook(own, clock.now()), ...presentSecret(secret) };
  });

  const test = {
    ...common,
    summary: 'Send a synthetic event to this webhook, once',
    params: ById,
    response: { 202: Type.Object({ event_id: Type.String() }), ...describe(404, 409) },
  };
  app.post(`${path}/:id/test`, { schema: test, ...write }, async (request, reply) => {
    const owner = ownerOf(request);
    await takeTokens(limiter, [{ limit: limits['webhook-test-account'], key: owner.accountId }], reply);
    reply.code(202);
    return { event_id: await service.test(owner, idOf(request)) };
  });

  const deliveries = {
    ...common,
    summary: 'The delivery log, newest first; a line is one attempt',
    params: ById,
    querystring: Type.Object({
      limit: Type.Optional(Type.Integer()),
      before: Type.Optional(Type.String()),
      status: Type.Optional(Type.String()),
    }),
    response: {
      200: Type.Object({
        deliveries: Type.Array(Delivery),
        next_before: Type.Unsafe<string | null>({ type: ['string', 'null'] }),
      }),
      ...describe(400, 404),
    },
  };
  app.get(`${path}/:id/deliveries`, { schema: deliveries, ...read }, async (request) => {
    const filter = parseDeliveriesQuery(request.query);
    const found = await service.deliveries(ownerOf(request), idOf(request), { ...filter, limit: filter.limit + 1 });
    const page = found.slice(0, filter.limit);
    return {
      deliveries: page.map(presentDelivery),
      next_before: found.length > filter.limit ? page.at(-1)!.id : null,
    };
  });

  const Queued = Type.Object({ queued: Type.Integer({ description: 'Events that are sent once more.' }) });
  const replay = {
    ...common,
    summary: 'Send the event of a delivery once more',
    params: ById,
    response: { 202: Queued, ...describe(404, 409) },
  };
  app.post(`${path}/deliveries/:id/replay`, { schema: replay, ...write }, async (request, reply) => {
    await service.replay(ownerOf(request), idOf(request));
    reply.code(202);
    return { queued: 1 };
  });

  const replayRange = {
    ...common,
    summary: 'Send the events of a range once more, or those since a time that were not delivered',
    params: ById,
    body: Type.Object(
      {
        from_sequence: Type.Optional(Type.Integer()),
        to_sequence: Type.Optional(Type.Integer()),
        failed_since: Type.Optional(Type.String({ format: 'date-time' })),
      },
      { additionalProperties: false },
    ),
    response: { 202: Queued, ...describe(400, 404, 409, 413, 415) },
  };
  app.post(`${path}/:id/replay`, { schema: replayRange, ...write }, async (request, reply) => {
    const range = parseReplay(request.body);
    reply.code(202);
    return { queued: await service.replayRange(ownerOf(request), idOf(request), range) };
  });
}

async function forbidStoring(_request: FastifyRequest, reply: FastifyReply): Promise<void> {
  reply.header('cache-control', 'no-store');
}
