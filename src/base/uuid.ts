import { encodeHex } from './hex.ts';

/** UUID version 7 (RFC 9562 section 5.7): sorts by its millisecond. `random` is 10 bytes. */
export function formatUuidV7(epochMs: number, random: Uint8Array): string {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, Math.floor(epochMs / 0x10000));
  view.setUint16(4, epochMs % 0x10000);
  bytes.set(random.subarray(0, 10), 6);
  bytes[6] = 0x70 | (bytes[6]! & 0x0f);
  bytes[8] = 0x80 | (bytes[8]! & 0x3f);
  const hex = encodeHex(bytes);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
