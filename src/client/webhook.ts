import { concatBytes } from '../base/bytes.ts';
import { CodedError } from '../base/coded-error.ts';
import { decodeHex } from '../base/hex.ts';
import { own } from './verify-snapshot.ts';

export type WebhookFaultCode =
  /** A header is missing, or not of the documented form. */
  | 'bad-header'
  /** Signed too long ago, or in the future: it may be sent again by somebody else. */
  | 'bad-time'
  | 'bad-signature'
  /** The signature is good, and the body is no event. */
  | 'bad-body';

/** Why a delivery is not to be acted on. */
export class WebhookFault extends CodedError<WebhookFaultCode> {}

export interface WebhookDelivery {
  readonly id: string;
  readonly type: string;
  readonly created_at: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** By the contract. */
const TOLERANCE_SECONDS = 300;
const SIGNATURES_MAX = 8;

interface Signed {
  readonly secret: string;
  /** The exact bytes that were received. */
  readonly body: Uint8Array;
  /** Epoch ms; now when left out. */
  readonly now?: number;
}

/** A delivery of the trackorigin contract; `signature` is the header `TO-Signature`. Errors: WebhookFault. */
export function verifyTrackoriginWebhook(signed: Signed & { readonly signature: string }): Promise<WebhookDelivery> {
  const parts = signed.signature.split(',').map((part) => part.trim().split('='));
  const valuesOf = (name: string) => parts.filter(([key]) => key === name).map(([, value]) => value ?? '');
  const [timestamp = '', ...more] = valuesOf('t');
  if (more.length > 0) throw new WebhookFault('bad-header', 'the signature has two times');
  return verify(signed, timestamp, valuesOf('v1'));
}

/**
 * A delivery of the origimark contract; `signature` and `timestamp` are the headers `OrigiMark-Signature` and
 * `OrigiMark-Timestamp`. Errors: WebhookFault.
 */
export function verifyOrigimarkWebhook(
  signed: Signed & { readonly signature: string; readonly timestamp: string },
): Promise<WebhookDelivery> {
  const parts = signed.signature.split(',').map((part) => part.trim().split('='));
  const values = parts.filter(([key]) => key === 'v1').map(([, value]) => value ?? '');
  return verify(signed, signed.timestamp, values);
}

async function verify(
  { secret, body, now = Date.now() }: Signed,
  timestamp: string,
  signatures: readonly string[],
): Promise<WebhookDelivery> {
  if (!/^\d{1,12}$/.test(timestamp) || signatures.length === 0 || signatures.length > SIGNATURES_MAX) {
    throw new WebhookFault('bad-header', 'no time or no signature');
  }
  if (Math.abs(now / 1000 - Number(timestamp)) > TOLERANCE_SECONDS) {
    throw new WebhookFault('bad-time', 'signed at another time than now');
  }
  const { subtle } = globalThis.crypto;
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await subtle.importKey('raw', new TextEncoder().encode(secret), algorithm, false, ['verify']);
  const message = own(concatBytes(new TextEncoder().encode(`${timestamp}.`), body));
  // The platform compares in constant time.
  const checks = signatures.map((hex) => subtle.verify('HMAC', key, own(decodeHex(hex) ?? new Uint8Array()), message));
  if (!(await Promise.all(checks)).includes(true))
    throw new WebhookFault('bad-signature', 'not signed with the secret');
  return parseDelivery(body);
}

function parseDelivery(body: Uint8Array): WebhookDelivery {
  try {
    const event = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) as WebhookDelivery;
    const hasTexts = [event.id, event.type, event.created_at].every((text) => typeof text === 'string');
    if (hasTexts && typeof event.data === 'object' && event.data !== null) return event;
  } catch {
    // Said below.
  }
  throw new WebhookFault('bad-body', 'the body is no event');
}
