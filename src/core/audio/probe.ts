import { FingerprintError } from '../../proof/fingerprint/fingerprint-error.ts';
import { measureInformation } from '../../proof/fingerprint/information.ts';
import { decodeItems } from '../../proof/fingerprint/items.ts';
import { TOP_ITEM_MAX_SHARE } from '../../proof/fingerprint/thresholds.ts';
import { ProbeError } from './error.ts';

/** As the contract names it. */
const ALGORITHM = 'chromaprint';

/** What somebody says of an artifact: nothing of it was heard by the server. */
export interface Probe {
  readonly items: Uint32Array;
  /** The band print. */
  readonly bandItems: Uint32Array | null;
  /** Null when it was left out; then nothing matches. */
  readonly durationMs: number | null;
}

/** As the contract sends it; base64 of raw items. */
export interface TypedProbe {
  readonly fingerprint: string;
  readonly fingerprint2?: string;
  /** A whole number above 0. */
  readonly duration_ms?: number;
  /** `chromaprint`, also when it is left out. */
  readonly algorithm?: string;
}

/** Errors: ProbeError. */
export function readProbe({ fingerprint, fingerprint2, duration_ms, algorithm = ALGORITHM }: TypedProbe): Probe {
  if (algorithm !== ALGORITHM) {
    const message = `must be ${ALGORITHM}: the raw items of fpcalc -raw, whose default algorithm is the one`;
    throw new ProbeError('algorithm-unsupported', { field: 'algorithm', message });
  }
  return {
    items: decode(fingerprint, 'fingerprint'),
    bandItems: fingerprint2 === undefined ? null : decode(fingerprint2, 'fingerprint2'),
    durationMs: duration_ms ?? null,
  };
}

function decode(text: string, field: string): Uint32Array {
  try {
    return requireInformation(decodeItems(text), field);
  } catch (error) {
    if (!(error instanceof FingerprintError)) throw error;
    throw new ProbeError('fingerprint-undecodable', { field, message: error.message });
  }
}

/** The items, unless hardly any audio is in them. Errors: ProbeError `fingerprint-degenerate`. */
export function requireInformation(items: Uint32Array, field: string): Uint32Array {
  if (measureInformation(items).topShare > TOP_ITEM_MAX_SHARE) {
    const message = 'it is of silence or of hardly any audio: more than a tenth of its items are the same';
    throw new ProbeError('fingerprint-degenerate', { field, message });
  }
  return items;
}
