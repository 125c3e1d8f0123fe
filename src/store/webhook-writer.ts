import type { Transaction } from 'kysely';
import type { WebhookWriter } from '../core/webhook/store.ts';
import type { Schema } from './schema.ts';
import { createDeliveryWriter } from './webhook-delivery-writer.ts';
import { createLaneWriter } from './webhook-lane-writer.ts';
import { createWebhookPruner } from './webhook-pruner.ts';
import { createReplayWriter } from './webhook-replay-writer.ts';
import { createSubscriptionWriter } from './webhook-subscription-writer.ts';

/** Lanes are locked before subscriptions, and many lanes in the order of their keys. */
export function createWebhookWriter(transaction: Transaction<Schema>): WebhookWriter {
  return {
    ...createSubscriptionWriter(transaction),
    ...createReplayWriter(transaction),
    ...createLaneWriter(transaction),
    ...createDeliveryWriter(transaction),
    ...createWebhookPruner(transaction),
  };
}
