import type { Registry } from '../certificate/certificate.ts';
import type { WebhookEventType } from './event.ts';

/** What each contract documents. */
export const EVENT_TYPES: Readonly<Record<Registry, readonly WebhookEventType[]>> = {
  trackorigin: ['cert.issued', 'cert.revoked', 'cert.updated'],
  origimark: ['cert.created', 'version.added', 'cert.verified', 'relay.message'],
};

/** owner: on request. gone: the receiver answered 410. failures: too many deliveries failed one after another. */
export type DisabledReason = 'owner' | 'gone' | 'failures';

/** A secret as it is kept: `SecretBox.seal` of it. Epoch ms; null: until it is rotated. */
export interface SealedSecret {
  readonly sealed: string;
  readonly expiresAt: number | null;
}

/** Who manages subscriptions. */
export interface WebhookOwner {
  readonly accountId: string;
  /** What it sees: of test keys only, of live ones only, or, with null, both. */
  readonly isSandbox: boolean | null;
}

/** Where events are sent. Times are epoch ms. */
export interface WebhookSubscription {
  readonly accountId: string;
  /** `whs_` and a ULID. */
  readonly id: string;
  readonly contract: Registry;
  /** Of test keys: told of the account's sandbox, and of nothing live. */
  readonly isSandbox: boolean;
  readonly url: string;
  readonly types: readonly WebhookEventType[];
  readonly description: string | null;
  /** One event at a time, each only when the one before it was delivered or has failed for good. */
  readonly isOrdered: boolean;
  /** Newest first. */
  readonly secrets: readonly SealedSecret[];
  /** Null while it is active. */
  readonly disabled: { readonly reason: DisabledReason; readonly at: number } | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}
