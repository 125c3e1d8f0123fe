import { contextTag, malformed, primitiveContextTag, TAG } from './der.ts';
import { openNested, parseSmallInteger } from './der-reader.ts';
import {
  encodeContext,
  encodeElement,
  encodeGeneralizedTime,
  encodeOid,
  encodeSequence,
  encodeSmallInteger,
  encodeUnsigned,
} from './der-writer.ts';
import { TspError } from './error.ts';
import { readExtensionList } from './extension.ts';
import { type Imprint, readImprint, readNonce } from './request.ts';

/** What an authority signs (RFC 3161 section 2.4.2). */
export interface TstInfo {
  /** Dotted. */
  readonly policy: string;
  readonly imprint: Imprint;
  /** An INTEGER's content. */
  readonly serialNumber: Uint8Array;
  /** Epoch ms, rounded down. */
  readonly time: number;
  /** How far off the time may be, in microseconds; null: not said. */
  readonly accuracyMicros: number | null;
  /** An INTEGER's content. */
  readonly nonce: Uint8Array | null;
  /** A GeneralName that the authority calls itself, encoded. */
  readonly authority: Uint8Array | null;
}

/** Reads a TSTInfo. Throws TspError. */
export function readTstInfo(der: Uint8Array): TstInfo {
  const outer = openNested(der);
  const reader = outer.open();
  outer.end();
  if (reader.readSmallInteger() !== 1) throw new TspError('content-type', 'a token of another version');
  const policy = reader.readOid();
  const imprint = readImprint(reader);
  const serialNumber = reader.readInteger();
  const time = reader.readGeneralizedTime();
  const accuracy = reader.openOptional(TAG.sequence);
  const accuracyMicros = accuracy && readAccuracy(accuracy);
  if (reader.has(TAG.boolean) && !reader.readBoolean()) throw malformed('a default that is written');
  const nonce = reader.has(TAG.integer) ? readNonce(reader) : null;
  const named = reader.openOptional(contextTag(0));
  const authority = named?.next().bytes ?? null;
  named?.end();
  const list = reader.openOptional(contextTag(1));
  const extensions = list === null ? [] : readExtensionList(list);
  reader.end();
  if (extensions.some(({ isCritical }) => isCritical)) throw malformed('a critical extension that is not known');
  return { policy, imprint, serialNumber, time, accuracyMicros, nonce, authority };
}

type Parts = ReturnType<typeof openNested>;

function readAccuracy(parts: Parts): number {
  const seconds = parts.has(TAG.integer) ? parts.readSmallInteger() : 0;
  const millis = readFraction(parts, 0);
  const micros = readFraction(parts, 1);
  parts.end();
  return seconds * 1_000_000 + millis * 1000 + micros;
}

function readFraction(parts: Parts, number: number): number {
  if (!parts.has(primitiveContextTag(number))) return 0;
  const { content } = parts.next();
  if (content.length === 0 || content.length > 3) throw malformed('an accuracy');
  const value = parseSmallInteger(content);
  if (value < 1 || value > 999) throw malformed('an accuracy');
  return value;
}

/** A TSTInfo of a whole second. `encodedImprint` and `nonce` are repeated from the request. */
export function encodeTstInfo(info: {
  readonly policy: string;
  readonly encodedImprint: Uint8Array;
  /** An unsigned number. */
  readonly serialNumber: Uint8Array;
  readonly time: number;
  readonly accuracySeconds: number;
  readonly nonce: Uint8Array | null;
  /** The signer's subject, encoded. */
  readonly authority: Uint8Array;
}): Uint8Array {
  return encodeSequence(
    encodeSmallInteger(1),
    encodeOid(info.policy),
    info.encodedImprint,
    encodeUnsigned(info.serialNumber),
    encodeGeneralizedTime(info.time),
    encodeSequence(encodeSmallInteger(info.accuracySeconds)),
    ...(info.nonce === null ? [] : [encodeElement(TAG.integer, info.nonce)]),
    encodeContext(0, encodeContext(4, info.authority)),
  );
}
