import { TreeError } from './error.ts';

/** The longest entry that a length of two bytes can announce (C2SP tlog-tiles). */
export const ENTRY_MAX_BYTES = 65_535;

const LENGTH_BYTES = 2;

/** The bytes of a bundle: each entry after its length as a big-endian uint16. Throws TreeError. */
export function encodeEntryBundle(entries: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(entries.reduce((length, entry) => length + LENGTH_BYTES + entry.length, 0));
  const view = new DataView(bytes.buffer);
  let offset = 0;
  for (const entry of entries) {
    if (entry.length > ENTRY_MAX_BYTES) throw new TreeError('entry-too-large', `${entry.length} bytes in one entry`);
    view.setUint16(offset, entry.length);
    bytes.set(entry, offset + LENGTH_BYTES);
    offset += LENGTH_BYTES + entry.length;
  }
  return bytes;
}

/** The entries of a bundle of exactly `width`, sharing memory with `bytes`. Throws TreeError. */
export function decodeEntryBundle(bytes: Uint8Array, width: number): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: Uint8Array[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    if (entries.length === width) throw new TreeError('bad-entry-bundle', `more than ${width} entries`);
    const start = offset + LENGTH_BYTES;
    const end = start > bytes.length ? Number.POSITIVE_INFINITY : start + view.getUint16(offset);
    if (end > bytes.length) throw new TreeError('bad-entry-bundle', 'the bundle ends inside an entry');
    entries.push(bytes.subarray(start, end));
    offset = end;
  }
  if (entries.length < width) throw new TreeError('bad-entry-bundle', `${entries.length} entries instead of ${width}`);
  return entries;
}
