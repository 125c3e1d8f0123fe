import { Type } from 'typebox';
import { encodeBase64 } from '../../base/base64.ts';
import type { JsonValue } from '../../base/canonical-json.ts';
import type { Policies, PolicyView } from '../../core/audio/policies.ts';
import type { App } from '../shared/app.ts';
import { presentTime, presentTimeOrNull } from '../shared/present-time.ts';
import type { OperatorOf } from './guard.ts';
import { ErrorBody, oneOf, orNull, REFUSALS, strict } from './schemas.ts';
import { parseReason } from './wire.ts';

export interface PolicyRouteParts {
  readonly policies: Policies;
}

const PATH = '/api/operator/policies';
const tags = ['operator'];
/** A policy has 2 kB, its cohort of 150 prints 800 kB. */
const BODY_MAX_BYTES = 2 * 1024 * 1024;

const AnyObject = Type.Unsafe<JsonValue>({ type: 'object', additionalProperties: true });
const Policy = Type.Object({
  id: Type.String(),
  state: oneOf(['in_force', 'accepted', 'withdrawn']),
  accepted_at: Type.String(),
  accepted_by: Type.String(),
  withdrawn_at: orNull(),
  signed_by: Type.String({ description: 'Ed25519 key, base64' }),
  date: Type.String(),
  corpus: Type.Object({ description: Type.String(), recordings: Type.Integer(), releases: Type.Integer() }),
  held_out: Type.Object({
    impostors: Type.Integer(),
    false_matches: Type.Integer(),
    genuine: Type.Integer(),
    false_non_matches: Type.Integer(),
  }),
});

/** Which measurements the server believes when it compares audio. */
export function registerPolicies(app: App, { policies }: PolicyRouteParts, operatorOf: OperatorOf): void {
  const list = {
    summary: 'Accepted policies of audio, newest first',
    tags,
    response: { 200: Type.Object({ policies: Type.Array(Policy) }), ...REFUSALS },
  };
  app.get(PATH, { schema: list }, async () => ({ policies: (await policies.list()).map(present) }));

  const accept = {
    summary: 'Accept a signed policy; it is in force from now on',
    tags,
    body: Type.Object(
      {
        policy: AnyObject,
        cohort: Type.Optional(AnyObject),
        reason: Type.String({ description: '1 to 1,000 characters, for the audit log' }),
      },
      strict,
    ),
    response: { 201: Policy, 422: ErrorBody, ...REFUSALS },
  };
  app.post(PATH, { schema: accept, bodyLimit: BODY_MAX_BYTES }, async (request, reply) => {
    const { policy, cohort = null, reason } = request.body;
    const order = { operatorId: operatorOf(request), reason: parseReason(reason) };
    reply.code(201);
    return present(await policies.accept(policy, cohort, order));
  });

  const withdraw = {
    summary: 'Withdraw a policy: what was accepted before it is in force again, or nothing',
    tags,
    params: Type.Object({ id: Type.String() }),
    body: Type.Object({ reason: Type.String() }, strict),
    response: { 200: Type.Object({ policies: Type.Array(Policy) }), 404: ErrorBody, ...REFUSALS },
  };
  app.post(`${PATH}/:id/withdraw`, { schema: withdraw }, async (request) => {
    const order = { operatorId: operatorOf(request), reason: parseReason(request.body.reason) };
    await policies.withdraw(request.params.id, order);
    return { policies: (await policies.list()).map(present) };
  });
}

function present({ id, isInForce, withdrawnAt, acceptedAt, acceptedBy, signed }: PolicyView) {
  const { corpus, heldOut, date } = signed.policy;
  return {
    id,
    state: withdrawnAt !== null ? ('withdrawn' as const) : isInForce ? ('in_force' as const) : ('accepted' as const),
    accepted_at: presentTime(acceptedAt),
    accepted_by: acceptedBy,
    withdrawn_at: presentTimeOrNull(withdrawnAt),
    signed_by: encodeBase64(signed.publicKey),
    date,
    corpus: { description: corpus.description, recordings: corpus.recordings, releases: corpus.releases },
    held_out: {
      impostors: heldOut.impostors,
      false_matches: heldOut.falseMatches,
      genuine: heldOut.genuine,
      false_non_matches: heldOut.falseNonMatches,
    },
  };
}
