import { CodedError } from './coded-error.ts';

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

type CanonicalJsonErrorCode =
  /** The bytes are not UTF-8. */
  | 'not-utf8'
  /** The text is not JSON. */
  | 'not-json'
  /** JSON, but written otherwise than RFC 8785 does: white space, order, escapes, a name that stands twice. */
  | 'not-canonical'
  /** A number that is not an integer within ±(2^53 - 1). */
  | 'bad-number'
  /** A string or a name has half of a surrogate pair, which UTF-8 cannot carry. */
  | 'lone-surrogate'
  /** More arrays and objects inside each other than `CANONICAL_JSON_MAX_DEPTH`. */
  | 'too-deep'
  /** Write only: a value that JSON does not have, such as `undefined` or an instance of a class. */
  | 'bad-value';

export class CanonicalJsonError extends CodedError<CanonicalJsonErrorCode> {}

/** Manifests and log entries nest four deep; the cap keeps recursion far from the end of any stack. */
export const CANONICAL_JSON_MAX_DEPTH = 32;

/**
 * The one JSON text of `value` by RFC 8785: no white space, names in the order of their UTF-16 units, ECMAScript's
 * escapes. Stricter than the RFC: numbers are safe integers only, because a fraction does not survive every reader.
 * Nothing is dropped or converted: what is not plain JSON is refused.
 * Throws CanonicalJsonError.
 */
export function formatCanonical(value: unknown): string {
  return formatValue(value, 0);
}

/** The bytes to hash and to sign: `formatCanonical` in UTF-8. Throws CanonicalJsonError. */
export function encodeCanonical(value: unknown): Uint8Array {
  return new TextEncoder().encode(formatCanonical(value));
}

/**
 * The value of canonical JSON; every other text of the same value is refused. The work is linear in the size of
 * `bytes`, which the caller caps. Throws CanonicalJsonError.
 */
export function parseCanonical(bytes: Uint8Array): JsonValue {
  const text = decodeUtf8(bytes);
  const value = parseJson(text);
  // JSON.parse forgets duplicate names, white space and the spelling of numbers. Comparing with the text finds them all.
  if (formatCanonical(value) !== text)
    throw new CanonicalJsonError('not-canonical', 'the JSON is not in canonical form');
  return value;
}

function formatValue(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      return formatString(value);
    case 'number':
      if (!Number.isSafeInteger(value)) throw new CanonicalJsonError('bad-number', 'a number is not a safe integer');
      return JSON.stringify(value);
    case 'boolean':
      return String(value);
    case 'object':
      return value === null ? 'null' : formatContainer(value, depth + 1);
    default:
      throw new CanonicalJsonError('bad-value', `JSON has no ${typeof value}`);
  }
}

function formatContainer(value: object, depth: number): string {
  if (depth > CANONICAL_JSON_MAX_DEPTH) {
    throw new CanonicalJsonError('too-deep', `more than ${CANONICAL_JSON_MAX_DEPTH} levels`);
  }
  // Array.from visits holes as undefined, which is refused; map would skip them.
  if (Array.isArray(value)) return `[${Array.from(value, (item) => formatValue(item, depth)).join(',')}]`;
  if (!isPlainObject(value)) throw new CanonicalJsonError('bad-value', 'an object is not a plain one');
  // The default order of sort is that of UTF-16 units, which RFC 8785 section 3.2.3 asks for.
  const members = Object.keys(value)
    .sort()
    .map((name) => `${formatString(name)}:${formatValue(value[name], depth)}`);
  return `{${members.join(',')}}`;
}

/** JSON.stringify of a string without lone surrogates is what RFC 8785 section 3.2.2.2 defines. */
function formatString(text: string): string {
  if (!text.isWellFormed()) throw new CanonicalJsonError('lone-surrogate', 'a string has half of a surrogate pair');
  return JSON.stringify(text);
}

function isPlainObject(value: object): value is Record<string, unknown> {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new CanonicalJsonError('not-utf8', 'the bytes are not UTF-8');
  }
}

function parseJson(text: string): JsonValue {
  try {
    return JSON.parse(text);
  } catch {
    throw new CanonicalJsonError('not-json', 'the text is not JSON');
  }
}
