import { CanonicalJsonError, encodeCanonical, type JsonValue, parseCanonical } from '../base/canonical-json.ts';
import { CodedError } from '../base/coded-error.ts';
import { decodeHex, encodeHex } from '../base/hex.ts';

/** The leaf is not an event in the one form of docs/formats/log.md. */
export class LogEventError extends CodedError<'bad-log-event'> {}

export const LOG_EVENT_TYPES = [
  'certificate.issued',
  'certificate.updated',
  'certificate.revoked',
  'certificate.superseded',
  'rendition.registered',
] as const;

/** What happened to a certificate. `certificate.updated` is a new signed manifest under the same id. */
export type LogEventType = (typeof LOG_EVENT_TYPES)[number];

const REGISTRIES = ['trackorigin', 'origimark'] as const;

/**
 * An event of a certificate's life as it is written to the public log: canonical JSON, one leaf. It holds no personal
 * data: the commitment of `src/proof/certificate` stands for the signed certificate.
 */
export interface LogEvent {
  readonly type: LogEventType;
  readonly registry: (typeof REGISTRIES)[number];
  /** Null for one that was private when it was issued: whoever has it finds its entry by the commitment. */
  readonly certificateId: string | null;
  /** Of the signed manifest, from 1. */
  readonly version: number;
  readonly isSandbox: boolean;
  /** Epoch ms. */
  readonly at: number;
  /** SHA-256 of salt and envelope digest: opens the certificate to whoever has both, and says nothing to others. */
  readonly commitment: Uint8Array;
  /** A code, never free text; null where the type needs none. */
  readonly reason: string | null;
}

const FORMAT = 'touchmark/log-event/1';
const COMMITMENT_BYTES = 32;
/** `cer_` and a ULID, or a UUID: no room for words. */
const CERTIFICATE_ID = /^[A-Za-z0-9_-]{1,64}$/;
const REASON = /^[a-z0-9_]{1,64}$/;

/** The bytes of the leaf: RFC 8785. Throws LogEventError when they could not be read back. */
export function encodeLogEvent(event: LogEvent): Uint8Array {
  requireEvent(event);
  return encodeCanonical({
    format: FORMAT,
    type: event.type,
    registry: event.registry,
    ...(event.certificateId !== null && { certificate_id: event.certificateId }),
    version: event.version,
    ...(event.isSandbox && { sandbox: true }),
    at: new Date(event.at).toISOString(),
    commitment: encodeHex(event.commitment),
    ...(event.reason !== null && { reason: event.reason }),
  });
}

/** The event of a leaf; every other spelling of it is refused. Throws LogEventError. */
export function decodeLogEvent(leaf: Uint8Array): LogEvent {
  const value = parseObject(leaf);
  const { format, type, registry, certificate_id, version, sandbox, at, commitment, reason, ...others } = value;
  if (format !== FORMAT) throw badEvent('the format is another');
  if (Object.keys(others).length > 0) throw badEvent('a field is not known');
  if (certificate_id === null) throw badEvent('an id is left out where there is none');
  if (reason === null) throw badEvent('a reason is left out where there is none');
  if (sandbox !== undefined && sandbox !== true) throw badEvent('the field sandbox is true or left out');
  const event = {
    type: type as LogEventType,
    registry: registry as LogEvent['registry'],
    certificateId: certificate_id === undefined ? null : (certificate_id as string),
    version: version as number,
    isSandbox: sandbox === true,
    at: parseTime(at),
    commitment: parseCommitment(commitment),
    reason: reason === undefined ? null : (reason as string),
  };
  requireEvent(event);
  return event;
}

function parseObject(leaf: Uint8Array): { readonly [name: string]: JsonValue } {
  let value: JsonValue;
  try {
    value = parseCanonical(leaf);
  } catch (error) {
    if (error instanceof CanonicalJsonError) throw badEvent('not canonical JSON', error);
    throw error;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw badEvent('not an object');
  return value as { readonly [name: string]: JsonValue };
}

function requireEvent({ type, registry, certificateId, version, at, commitment, reason }: LogEvent): void {
  if (!LOG_EVENT_TYPES.includes(type)) throw badEvent('the type is not known');
  if (!REGISTRIES.includes(registry)) throw badEvent('the registry is not known');
  if (certificateId === null) {
    if (registry !== 'origimark') throw badEvent('only origimark has certificates without an id here');
  } else if (typeof certificateId !== 'string' || !CERTIFICATE_ID.test(certificateId)) {
    throw badEvent('not an id');
  }
  if (!Number.isSafeInteger(version) || version < 1) throw badEvent('versions are counted from 1');
  if (!isTime(at)) throw badEvent('not a time');
  if (commitment.length !== COMMITMENT_BYTES) throw badEvent('a commitment has 32 bytes');
  if (reason !== null && (typeof reason !== 'string' || !REASON.test(reason))) throw badEvent('a reason is a code');
}

/** Only years of four digits have the one spelling that `toISOString` writes. */
function isTime(at: number): boolean {
  return Number.isSafeInteger(at) && at >= 0 && at < Date.UTC(10_000, 0);
}

function parseTime(text: JsonValue | undefined): number {
  const at = typeof text === 'string' ? Date.parse(text) : Number.NaN;
  if (!isTime(at) || new Date(at).toISOString() !== text) throw badEvent('a time is ISO 8601 with milliseconds and Z');
  return at;
}

function parseCommitment(text: JsonValue | undefined): Uint8Array {
  const bytes = typeof text === 'string' && text === text.toLowerCase() ? decodeHex(text) : null;
  if (bytes === null) throw badEvent('a commitment is lower-case hexadecimal');
  return bytes;
}

function badEvent(message: string, cause?: unknown): LogEventError {
  return new LogEventError('bad-log-event', message, { cause });
}
