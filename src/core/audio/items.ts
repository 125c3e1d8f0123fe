const ITEM_BYTES = 4;

/** Items as they are kept: little-endian, as the wire has them before base64. */
export function unpackItems(bytes: Uint8Array): Uint32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Uint32Array.from({ length: Math.floor(bytes.length / ITEM_BYTES) }, (_, i) =>
    view.getUint32(i * ITEM_BYTES, true),
  );
}

export function packItems(items: Uint32Array): Uint8Array {
  const bytes = new Uint8Array(items.length * ITEM_BYTES);
  const view = new DataView(bytes.buffer);
  for (const [i, item] of items.entries()) view.setUint32(i * ITEM_BYTES, item, true);
  return bytes;
}
