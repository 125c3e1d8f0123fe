const HEX_DIGITS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const NOT_A_DIGIT = 0xff;
const VALUES = new Uint8Array(128).fill(NOT_A_DIGIT);
for (const [value, digit] of [...'0123456789abcdef'].entries()) {
  VALUES[digit.charCodeAt(0)] = value;
  VALUES[digit.toUpperCase().charCodeAt(0)] = value;
}

/** Lower-case hexadecimal. */
export function encodeHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += HEX_DIGITS[byte];
  return text;
}

/** The 32 bytes of a SHA-256 digest in hexadecimal of either case, or `null` when it is none. */
export function decodeSha256(text: string): Uint8Array | null {
  return text.length === 64 ? decodeHex(text) : null;
}

/** Bytes of an even-length hexadecimal string of either case, or `null` when it is not one. */
export function decodeHex(text: string): Uint8Array | null {
  if (text.length % 2 !== 0) return null;
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) {
    const high = VALUES[text.charCodeAt(2 * i)] ?? NOT_A_DIGIT;
    const low = VALUES[text.charCodeAt(2 * i + 1)] ?? NOT_A_DIGIT;
    if (high === NOT_A_DIGIT || low === NOT_A_DIGIT) return null;
    bytes[i] = (high << 4) | low;
  }
  return bytes;
}
