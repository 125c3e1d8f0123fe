import { encodeBase64 } from '../../base/base64.ts';
import { encodeHex } from '../../base/hex.ts';
import type { Registry } from '../certificate/certificate.ts';
import type { WebhookEventType } from './event.ts';

/** HMAC-SHA256 (RFC 2104) over the parts joined; `key` is taken as UTF-8. Every delivery takes several. */
export type HmacSha256 = (key: string, parts: readonly (string | Uint8Array)[]) => Uint8Array;

/** What is about to be sent. */
export interface SignedParts {
  readonly contract: Registry;
  readonly eventId: string;
  readonly type: WebhookEventType;
  readonly sequence: number;
  /** Of this attempt alone. */
  readonly deliveryId: string;
  readonly body: Uint8Array;
  /** Unix seconds. */
  readonly timestamp: number;
}

/** The product and the contract's version; receivers see it in their logs. */
const USER_AGENT = 'Touchmark-Webhooks/1';

/**
 * The headers of a delivery: the contract's own (section 07 of trackorigin, Webhooks of origimark) and those of Standard
 * Webhooks, which sign the same bytes with the same keys. With several keys there are several signatures, and the order
 * of `keys` is that of the contract's header.
 */
export function composeHeaders(parts: SignedParts, keys: readonly string[], hmac: HmacSha256): Record<string, string> {
  const { eventId, timestamp, body } = parts;
  const signatures = keys.map((key) => `v1=${encodeHex(hmac(key, [`${timestamp}.`, body]))}`).join(',');
  const standard = keys.map((key) => `v1,${encodeBase64(hmac(key, [`${eventId}.${timestamp}.`, body]))}`).join(' ');
  return {
    'Content-Type': 'application/json',
    'User-Agent': USER_AGENT,
    ...NAMED[parts.contract](parts, signatures),
    'webhook-id': eventId,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': standard,
  };
}

const NAMED: Readonly<Record<Registry, (parts: SignedParts, signatures: string) => Record<string, string>>> = {
  trackorigin: (parts, signatures) => ({
    'TO-Event': parts.type,
    'TO-Event-Id': parts.eventId,
    'TO-Delivery-Id': parts.deliveryId,
    'TO-Timestamp': String(parts.timestamp),
    'TO-Signature': `t=${parts.timestamp},${signatures}`,
    'TO-Sequence': String(parts.sequence),
  }),
  origimark: (parts, signatures) => ({
    'OrigiMark-Event': parts.type,
    'OrigiMark-Event-Id': parts.eventId,
    'OrigiMark-Delivery-Id': parts.deliveryId,
    'OrigiMark-Timestamp': String(parts.timestamp),
    'OrigiMark-Signature': signatures,
    'OrigiMark-Sequence': String(parts.sequence),
  }),
};

/**
 * The order in which valid keys, newest first, sign an attempt. Receivers that read one signature, as the published
 * examples do, read the last one. After a rotation they have the old key or the new one, and nobody knows which: so the
 * last signature is of the oldest key in every odd attempt, and of the newest in every even one.
 */
export function orderKeys(keys: readonly string[], attempt: number): readonly string[] {
  return attempt % 2 === 1 ? keys : keys.toReversed();
}
