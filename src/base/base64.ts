const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const NOT_IN_IT = 0xff;
const VALUES = new Uint8Array(128).fill(NOT_IN_IT);
for (let value = 0; value < ALPHABET.length; value++) VALUES[ALPHABET.charCodeAt(value)] = value;

/** Padded base64 (RFC 4648 section 4). */
export function encodeBase64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const bits = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text += ALPHABET[bits >> 18]! + ALPHABET[(bits >> 12) & 63]! + ALPHABET[(bits >> 6) & 63]! + ALPHABET[bits & 63]!;
  }
  const missing = (3 - (bytes.length % 3)) % 3;
  return missing === 0 ? text : text.slice(0, -missing) + '=='.slice(0, missing);
}

/** Bytes of padded base64 without white space, or `null` when it is not in its one canonical form. */
export function decodeBase64(text: string): Uint8Array | null {
  const chars = text.length;
  if (chars % 4 !== 0) return null;
  const missing = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = new Uint8Array((chars / 4) * 3 - missing);
  for (let i = 0, at = 0; i < chars; i += 4) {
    let bits = 0;
    for (let j = i; j < i + 4; j++) {
      const value = j < chars - missing ? (VALUES[text.charCodeAt(j)] ?? NOT_IN_IT) : 0;
      if (value === NOT_IN_IT) return null;
      bits = (bits << 6) | value;
    }
    // Beyond the last byte nothing may stand: else one text would not be the only one of its bytes.
    if (at + 2 >= bytes.length && (bits & (2 ** (8 * (at + 3 - bytes.length)) - 1)) !== 0) return null;
    bytes[at++] = bits >> 16;
    bytes[at++] = bits >> 8;
    bytes[at++] = bits;
  }
  return bytes;
}
