import { zlibSync } from 'fflate';
import { concatBytes, encodeUint32 } from '../base/bytes.ts';
import { crc32 } from '../proof/bundle/crc32.ts';

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** A square of `size` by `size` fields in black and white, `pixels` each way a field (PNG, one bit a pixel). */
export function encodeBitPng(size: number, pixels: number, isBlack: (x: number, y: number) => boolean): Uint8Array {
  const side = size * pixels;
  const stride = 1 + Math.ceil(side / 8);
  const rows = new Uint8Array(side * stride);
  for (let y = 0; y < size; y++) {
    const row = new Uint8Array(stride);
    for (let x = 0; x < size; x++) {
      if (isBlack(x, y)) continue;
      for (let at = x * pixels; at < (x + 1) * pixels; at++) row[1 + (at >> 3)]! |= 0x80 >> (at & 7);
    }
    for (let copy = 0; copy < pixels; copy++) rows.set(row, (y * pixels + copy) * stride);
  }
  // One bit, grey, and the only methods there are.
  const header = concatBytes(encodeUint32(side), encodeUint32(side), Uint8Array.of(1, 0, 0, 0, 0));
  return concatBytes(
    SIGNATURE,
    encodeChunk('IHDR', header),
    encodeChunk('IDAT', zlibSync(rows)),
    encodeChunk('IEND', new Uint8Array()),
  );
}

function encodeChunk(type: string, data: Uint8Array): Uint8Array {
  const body = concatBytes(new TextEncoder().encode(type), data);
  return concatBytes(encodeUint32(data.length), body, encodeUint32(crc32(body)));
}
