import { type Static, Type } from 'typebox';
import { composeEnvelope, type SequencedEvent } from '../../../core/webhook/envelope.ts';
import { standardWebhooksSecret } from '../../../core/webhook/secret.ts';
import type { LoggedAttempt, OwnWebhook } from '../../../core/webhook/store.ts';

const orNull = (type: 'string' | 'integer') => Type.Unsafe<string | null>({ type: [type, 'null'] });
const integerOrNull = () => Type.Unsafe<number | null>({ type: ['integer', 'null'] });

export const Mode = Type.Union([Type.Literal('live'), Type.Literal('test')], {
  description:
    '`test`: told of the account’s sandbox only. A key has webhooks of its own mode, a session of both, live when left out.',
});

export const Webhook = Type.Object(
  {
    id: Type.String(),
    mode: Mode,
    url: Type.String(),
    events: Type.Array(Type.String()),
    description: orNull('string'),
    ordered: Type.Boolean({ description: 'One event at a time, in the order of their sequence numbers.' }),
    enabled: Type.Boolean(),
    disabled_reason: orNull('string'),
    disabled_at: orNull('string'),
    consecutive_failures: Type.Integer({ description: 'Deliveries that failed for good, one after another.' }),
    secrets_valid: Type.Array(
      Type.Object({ expires_at: orNull('string') }, { description: 'Newest first; null: until it is rotated.' }),
    ),
    created_at: Type.String(),
    updated_at: Type.String(),
  },
  { title: 'Webhook' },
);

export const NewWebhookAnswer = Type.Object(
  {
    ...Webhook.properties,
    secret: Type.String({ description: 'Shown here and never again.' }),
    standard_webhooks_secret: Type.String({ description: 'The same key as libraries of Standard Webhooks take it.' }),
  },
  { title: 'NewWebhook' },
);

export const Delivery = Type.Object(
  {
    id: Type.String({ description: 'Of this attempt; the receiver saw it in the Delivery-Id header.' }),
    webhook_id: Type.String(),
    event_id: orNull('string'),
    event_type: orNull('string'),
    sequence: Type.Integer(),
    attempt: Type.Integer(),
    status: Type.Unsafe<string>({ type: 'string', enum: ['succeeded', 'retrying', 'failed'] }),
    next_attempt_at: orNull('string'),
    started_at: Type.String(),
    duration_ms: Type.Integer(),
    error: orNull('string'),
    request: Type.Object({ method: Type.String(), url: Type.String(), body: orNull('string') }),
    response: Type.Object({ status: integerOrNull(), body: Type.String({ description: 'The start of it.' }) }),
  },
  { title: 'WebhookDelivery' },
);

/** `now` is epoch ms: what has ended by then is not told. */
export function presentWebhook({ subscription, failures }: OwnWebhook, now: number): Static<typeof Webhook> {
  const { disabled, secrets } = subscription;
  return {
    id: subscription.id,
    mode: subscription.isSandbox ? 'test' : 'live',
    url: subscription.url,
    events: [...subscription.types],
    description: subscription.description,
    ordered: subscription.isOrdered,
    enabled: disabled === null,
    disabled_reason: disabled?.reason ?? null,
    disabled_at: presentTime(disabled?.at ?? null),
    consecutive_failures: failures,
    secrets_valid: secrets
      .filter(({ expiresAt }) => expiresAt === null || expiresAt > now)
      .map(({ expiresAt }) => ({ expires_at: presentTime(expiresAt) })),
    created_at: new Date(subscription.createdAt).toISOString(),
    updated_at: new Date(subscription.updatedAt).toISOString(),
  };
}

export function presentSecret(secret: string): { secret: string; standard_webhooks_secret: string } {
  return { secret, standard_webhooks_secret: standardWebhooksSecret(secret) };
}

export function presentDelivery(attempt: LoggedAttempt): Static<typeof Delivery> {
  const { event } = attempt;
  return {
    id: attempt.id,
    webhook_id: attempt.subscriptionId,
    event_id: event?.id ?? null,
    event_type: event?.type ?? null,
    sequence: attempt.sequence,
    attempt: attempt.attempt,
    status: attempt.outcome,
    next_attempt_at: presentTime(attempt.nextAt),
    started_at: new Date(attempt.startedAt).toISOString(),
    duration_ms: attempt.durationMs,
    error: attempt.error,
    request: { method: 'POST', url: attempt.url, body: event && composeEnvelope(event) },
    response: { status: attempt.status, body: attempt.response },
  };
}

/** JSON text; the events have the very bytes that are delivered. */
export function presentEvents(
  { events, head }: { readonly events: readonly SequencedEvent[]; readonly head: number },
  limit: number,
): string {
  const nextAfter = events.length < limit ? head : events.at(-1)!.sequence;
  return `{"events":[${events.map(composeEnvelope).join(',')}],"next_after":${nextAfter},"head":${head}}`;
}

function presentTime(epochMs: number | null): string | null {
  return epochMs === null ? null : new Date(epochMs).toISOString();
}
