import { FingerprintError } from '../../proof/fingerprint/fingerprint-error.ts';
import { decodeItems, packItems } from '../../proof/fingerprint/items.ts';
import { requireInformation } from '../audio/probe.ts';

/** The prints of a recording as they were sent, base64 of raw items. */
export interface TypedFingerprints {
  readonly fingerprint: string | null;
  readonly fingerprint2: string | null;
}

/** Raw Chromaprint items, packed as little-endian uint32. */
export interface Fingerprints {
  readonly fingerprint: Uint8Array | null;
  readonly fingerprint2: Uint8Array | null;
}

/**
 * What cannot be read is refused; the function that comes back is for when nothing was, and gives the prints as they are
 * kept. It throws ProbeError `fingerprint-degenerate` when no recording could be told from another one by them.
 */
export function checkFingerprints(
  typed: TypedFingerprints,
  refuse: (field: string, message: string) => void,
): () => Fingerprints {
  const items = decode(typed.fingerprint, 'fingerprint', refuse);
  const items2 = decode(typed.fingerprint2, 'fingerprint2', refuse);
  if (typed.fingerprint === null && items2 !== null) refuse('fingerprint', 'must be there when fingerprint2 is');
  return () => ({
    fingerprint: items && packItems(requireInformation(items, 'fingerprint')),
    fingerprint2: items2 && packItems(requireInformation(items2, 'fingerprint2')),
  });
}

function decode(
  typed: string | null,
  field: string,
  refuse: (field: string, message: string) => void,
): Uint32Array | null {
  if (typed === null) return null;
  try {
    return decodeItems(typed);
  } catch (error) {
    if (!(error instanceof FingerprintError)) throw error;
    refuse(field, error.message);
    return null;
  }
}
