import type { JsonValue } from '../../base/canonical-json.ts';
import type { Registry } from '../certificate/certificate.ts';

export type WebhookEventType =
  | 'cert.issued'
  | 'cert.revoked'
  | 'cert.updated'
  | 'cert.created'
  | 'version.added'
  | 'cert.verified'
  | 'relay.message';

/** Something that receivers who asked for it are told. */
export interface WebhookEvent {
  /** `evt_` and a ULID, made by who publishes it. */
  readonly id: string;
  readonly contract: Registry;
  readonly type: WebhookEventType;
  /** Of a certificate of the sandbox: only subscriptions of that kind get it, and none of what is live. */
  readonly isSandbox: boolean;
  /** Whose subscriptions get it; null: those of every account. */
  readonly accountId: string | null;
  /** The one subscription that gets it; left out but for the event of a test button. */
  readonly target?: string;
  /** Epoch ms. */
  readonly createdAt: number;
  /** The contract's `data`, in the order of its document. */
  readonly data: { readonly [name: string]: JsonValue };
}

export interface WebhookEventWriter {
  /** Puts events into the outbox, in the transaction of the change they tell of. */
  publish(events: readonly WebhookEvent[]): Promise<void>;
}
