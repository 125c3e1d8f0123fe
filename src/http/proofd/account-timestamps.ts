import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Sessions } from '../../core/account/account.ts';
import type { Bucket } from '../../core/limit/limiter.ts';
import { planOf } from '../../core/timestamp/plan.ts';
import type { TimestampService } from '../../core/timestamp/timestamps.ts';
import type { App } from '../shared/app.ts';
import { clientAddress } from '../shared/client-network.ts';
import { SESSION } from '../shared/openapi/api-description.ts';
import { takeTokens } from '../shared/rate-limit.ts';
import { createSessionGuard } from '../shared/session-guard.ts';
import type { AdmissionParts } from './admission.ts';
import { BODY_MAX_BYTES, CreateBody, parseCreateBody } from './create-body.ts';
import { ProofdError } from './errors.ts';
import { errorResponses, IdParams, parseId, Timestamp } from './schemas.ts';
import { PROOF_RESPONSE, sendProof } from './timestamp-ots.ts';
import type { PresentTimestamp } from './wire.ts';

export interface AccountTimestampsParts extends Omit<AdmissionParts, 'authenticator'> {
  readonly timestamps: TimestampService;
  readonly sessions: Sessions;
  readonly publicUrl: string;
}

const PATH = '/api/account/timestamps';
const common = { tags: ['account'], security: SESSION };

/**
 * The same timestamps for whoever is signed in, out of the same month: the free plan has its quota here, since the API
 * is for the paid ones.
 */
export function registerAccountTimestamps(app: App, parts: AccountTimestampsParts, present: PresentTimestamp): void {
  const { timestamps, subscriptions, limiter, limits, clock } = parts;
  const refuse = () => new ProofdError('session-missing', 'no session');
  const guard = createSessionGuard(parts.sessions, parts.publicUrl, refuse);
  const ownerOf = (request: FastifyRequest) => guard.accountOf(request).id;

  /** Sessions come and go: the account is what counts, as the key does for the API. */
  const admit = (bucketsOf: (accountId: string, request: FastifyRequest) => readonly Bucket[]) => [
    guard.onRequest,
    async (request: FastifyRequest, reply: FastifyReply) => {
      reply.header('cache-control', 'no-store');
      await takeTokens(limiter, bucketsOf(ownerOf(request), request), reply);
    },
  ];

  const create = {
    summary: 'Timestamp the SHA-256 hash of a file, with any plan',
    ...common,
    body: CreateBody,
    response: { 201: Timestamp, ...errorResponses(400, 401, 402, 403, 409, 413, 415, 429, 502) },
  };
  const onCreate = admit((key, { ip }) => [
    { limit: limits['proofd-key'], key },
    { limit: limits['proofd-create-key'], key },
    { limit: limits['proofd-create-address'], key: clientAddress(ip) },
  ]);
  app.post(PATH, { schema: create, onRequest: onCreate, bodyLimit: BODY_MAX_BYTES }, async (request, reply) => {
    const accountId = ownerOf(request);
    const file = parseCreateBody(request.body);
    const plan = planOf(await subscriptions.findActive(accountId, 'proofd', clock.now()));
    const timestamp = await timestamps.create({ accountId, plan, file, idempotencyKey: null });
    return reply.code(201).send(present(timestamp));
  });

  const proof = {
    summary: 'The OpenTimestamps proof of one of the account’s timestamps',
    ...common,
    params: IdParams,
    response: { 200: PROOF_RESPONSE, ...errorResponses(400, 401, 404, 429) },
  };
  const onRead = admit((key) => [{ limit: limits['proofd-key'], key }]);
  app.get(`${PATH}/:id/ots`, { schema: proof, onRequest: onRead }, async (request, reply) =>
    sendProof(reply, await timestamps.composeProof(ownerOf(request), parseId(request.params.id))),
  );
}
