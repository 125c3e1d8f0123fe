import type { Registry } from '../certificate/certificate.ts';
import type { WebhookEventType } from './event.ts';

/** An event that has its number. */
export interface SequencedEvent {
  readonly sequence: number;
  /** Null: everybody's. */
  readonly accountId: string | null;
  readonly id: string;
  readonly contract: Registry;
  readonly type: WebhookEventType;
  /** Epoch ms. */
  readonly createdAt: number;
  /** Of a test button: tried once, and in no list of events. */
  readonly isTest: boolean;
  /** JSON text of the contract's data, as it is sent. */
  readonly dataJson: string;
}

/** The body of a delivery. The fields and their order are the trackorigin contract's; `sequence` is added at the end. */
export function composeEnvelope(event: SequencedEvent): string {
  const head = JSON.stringify({
    id: event.id,
    type: event.type,
    created_at: new Date(event.createdAt).toISOString(),
  });
  return `${head.slice(0, -1)},"data":${event.dataJson},"sequence":${event.sequence}}`;
}
