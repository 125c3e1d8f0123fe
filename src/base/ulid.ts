const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/**
 * A ULID: 48 bits of epoch milliseconds, then 80 random bits, in 26 upper-case Crockford base32 characters that sort by
 * time. `random` is 10 bytes.
 */
export function encodeUlid(timeMs: number, random: Uint8Array): string {
  let text = '';
  for (let rest = timeMs, i = 0; i < 10; i++, rest = Math.floor(rest / 32)) text = CROCKFORD[rest % 32] + text;
  return (
    text +
    encodeTwentyBits(random, 0) +
    encodeTwentyBits(random, 20) +
    encodeTwentyBits(random, 40) +
    encodeTwentyBits(random, 60)
  );
}

function encodeTwentyBits(bytes: Uint8Array, fromBit: number): string {
  const at = fromBit >> 3;
  const word = (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;
  const bits = fromBit % 8 === 0 ? word >> 4 : word;
  return (
    CROCKFORD[(bits >> 15) & 31]! + CROCKFORD[(bits >> 10) & 31] + CROCKFORD[(bits >> 5) & 31] + CROCKFORD[bits & 31]
  );
}
