const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** The contract's length. */
const LEAST_CHARS = 6;

/** One character each; with the last one there are 80 random bits, which nobody else has drawn. */
export const CERTIFICATE_ID_RANDOM_BYTES = 16;

/** `TS-` and six Crockford base32 characters, then the same with ever more of them, for when the shorter one is taken. */
export function listCertificateIds(random: Uint8Array): string[] {
  const characters = Array.from(random, (byte) => CROCKFORD[byte & 31]!).join('');
  return Array.from(
    { length: characters.length - LEAST_CHARS + 1 },
    (_, i) => `TS-${characters.slice(0, LEAST_CHARS + i)}`,
  );
}
