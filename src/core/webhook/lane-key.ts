import type { LaneKey } from './store.ts';
import type { WebhookSubscription } from './subscription.ts';

export function keyOf({ accountId, id }: Pick<WebhookSubscription, 'accountId' | 'id'>): LaneKey {
  return { accountId, subscriptionId: id };
}

/** One text for each lane. */
export function nameLane({ accountId, subscriptionId }: LaneKey): string {
  return `${accountId} ${subscriptionId}`;
}
