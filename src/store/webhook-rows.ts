import type { Selectable } from 'kysely';
import type { Registry } from '../core/certificate/certificate.ts';
import type { SequencedEvent } from '../core/webhook/envelope.ts';
import type { WebhookEventType } from '../core/webhook/event.ts';
import type { DeliveryAttempt } from '../core/webhook/store.ts';
import type { DisabledReason, SealedSecret, WebhookSubscription } from '../core/webhook/subscription.ts';
import { epochMs } from './anchor-rows.ts';
import type { WebhookAttemptTable, WebhookEventTable, WebhookSubscriptionTable } from './webhook-tables.ts';

export function readSubscription(row: Selectable<WebhookSubscriptionTable>): WebhookSubscription {
  return {
    accountId: row.account_id,
    id: row.id,
    contract: row.contract as Registry,
    isSandbox: row.is_sandbox,
    url: row.url,
    types: row.types as WebhookEventType[],
    description: row.description,
    isOrdered: row.is_ordered,
    secrets: row.secrets as SealedSecret[],
    disabled:
      row.disabled_at === null
        ? null
        : { reason: row.disabled_reason as DisabledReason, at: row.disabled_at.getTime() },
    createdAt: row.created_at.getTime(),
    updatedAt: row.updated_at.getTime(),
  };
}

export function readEvent(row: Selectable<WebhookEventTable>): SequencedEvent {
  return {
    sequence: row.sequence!,
    accountId: row.account_id === '' ? null : row.account_id,
    id: row.id,
    contract: row.contract as Registry,
    type: row.type as WebhookEventType,
    createdAt: row.created_at.getTime(),
    isTest: row.target !== '',
    dataJson: row.data,
  };
}

export function readAttempt(row: Selectable<WebhookAttemptTable>): DeliveryAttempt {
  return {
    id: row.id,
    subscriptionId: row.subscription_id,
    sequence: row.sequence,
    attempt: row.attempt,
    outcome: row.outcome as DeliveryAttempt['outcome'],
    status: row.status,
    error: row.error,
    response: row.response ?? '',
    url: row.url,
    startedAt: row.started_at.getTime(),
    durationMs: row.duration_ms,
    nextAt: epochMs(row.next_at),
  };
}
