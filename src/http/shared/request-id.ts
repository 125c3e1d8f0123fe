import type { Clock, RandomBytes } from '../../base/clock.ts';
import { encodeUlid } from '../../base/ulid.ts';

const ULID_RANDOM_BYTES = 10;
/** Asking the system for randomness costs about as much as a whole id; it is asked once for this many. */
const IDS_PER_DRAW = 256;

/** Makes request ids: `req_` and a ULID. */
export function createRequestIds(clock: Clock, random: RandomBytes): () => string {
  let pool: Uint8Array = new Uint8Array();
  let used = 0;
  return () => {
    if (used === pool.length) {
      pool = random(ULID_RANDOM_BYTES * IDS_PER_DRAW);
      used = 0;
    }
    return `req_${encodeUlid(clock.now(), pool.subarray(used, (used += ULID_RANDOM_BYTES)))}`;
  };
}
