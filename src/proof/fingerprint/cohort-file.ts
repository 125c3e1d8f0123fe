import { encodeCanonical, parseCanonical } from '../../base/canonical-json.ts';
import { FingerprintError } from './fingerprint-error.ts';
import { decodeItems, encodeItems } from './items.ts';

const FORMAT = 'touchmark/fingerprint-cohort/1';

/** The frozen cohort as it is kept beside its policy, which names the SHA-256 of these bytes. */
export function encodeCohort(prints: readonly Uint32Array[]): Uint8Array {
  return encodeCanonical({ format: FORMAT, prints: prints.map(encodeItems) });
}

/** Reads what `encodeCohort` wrote; who reads a file of others compares its digest before. Throws CodedError. */
export function decodeCohort(bytes: Uint8Array): Uint32Array[] {
  const json = parseCanonical(bytes);
  const { format, prints } = (json ?? {}) as { readonly format?: unknown; readonly prints?: unknown };
  if (format !== FORMAT || !Array.isArray(prints) || !prints.every((print) => typeof print === 'string')) {
    throw new FingerprintError('not-whole-items', `it is not ${FORMAT}`);
  }
  return prints.map(decodeItems);
}
