import { malformed, TAG } from './der.ts';
import type { DerReader } from './der-reader.ts';

/** Of a certificate or a token (RFC 5280 section 4.1). */
export interface Extension {
  readonly oid: string;
  readonly isCritical: boolean;
  readonly value: Uint8Array;
}

/** Reads Extensions; each may be there once. Throws TspError. */
export function readExtensions(reader: DerReader): readonly Extension[] {
  return readExtensionList(reader.open(), () => reader.end());
}

/** The same where an implicit tag stands for the list, which `reader` is inside of. */
export function readExtensionList(reader: DerReader, end: () => void = () => {}): readonly Extension[] {
  const extensions: Extension[] = [];
  while (!reader.isAtEnd) {
    const parts = reader.open();
    const oid = parts.readOid();
    const isCritical = parts.has(TAG.boolean) && parts.readBoolean();
    const value = parts.readOctets();
    parts.end();
    if (extensions.some((other) => other.oid === oid)) throw malformed('an extension twice');
    extensions.push({ oid, isCritical, value });
  }
  end();
  return extensions;
}
