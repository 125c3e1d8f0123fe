import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, equalBytes } from '../../base/bytes.ts';
import { encodeCanonical, type JsonValue } from '../../base/canonical-json.ts';
import { decodeHex, encodeHex } from '../../base/hex.ts';
import type { JsonObject } from './manifest.ts';

/** 32 bytes that nobody can guess: without them a commitment to a name says nothing about it, however few names there are. */
export const FIELD_SALT_BYTES = 32;

/** What a field of a manifest stands for. Whoever holds it can show the value; without it nobody can find it out. */
export interface Opening<Value extends JsonValue = JsonValue> {
  readonly value: Value;
  /** 32 bytes. */
  readonly salt: Uint8Array;
}

/** An opening as documents and answers have it; the salt is in hex. */
export interface OpeningJson<Value extends JsonValue = JsonValue> {
  readonly value: Value;
  readonly salt: string;
}

/**
 * What a signed manifest has in the place of a value, under `<name>_commitment`, in hex: SHA-256 of the salt and of the
 * RFC 8785 bytes of `{"name":…,"value":…}`. Docs: docs/formats/disclosure.md. Throws CanonicalJsonError.
 */
export function commitToField(name: string, { value, salt }: Opening): Uint8Array {
  if (salt.length !== FIELD_SALT_BYTES) throw new RangeError(`a salt has ${FIELD_SALT_BYTES} bytes`);
  return sha256(concatBytes(salt, encodeCanonical({ name, value })));
}

export function presentOpening<Value extends JsonValue>({ value, salt }: Opening<Value>): OpeningJson<Value> {
  return { value, salt: encodeHex(salt) };
}

/** Whether the manifest commits to this value under this name; false as well when it has no such field. */
export function opensField(manifest: JsonObject, name: string, { value, salt }: OpeningJson): boolean {
  const committed = manifest[`${name}_commitment`];
  const expected = typeof committed === 'string' && /^[0-9a-f]{64}$/.test(committed) ? decodeHex(committed) : null;
  const saltBytes = /^[0-9a-f]{64}$/.test(salt) ? decodeHex(salt) : null;
  return (
    expected !== null && saltBytes !== null && equalBytes(commitToField(name, { value, salt: saltBytes }), expected)
  );
}
