import { sha256 } from '@noble/hashes/sha2.js';
import { encodeCanonical } from '../../base/canonical-json.ts';
import { encodeHex } from '../../base/hex.ts';
import type { ArtistChoice } from './artist.ts';
import type { Recording } from './submission.ts';

/** Long enough for every queue that tries again. */
export const REQUEST_KEPT_MS = 24 * 60 * 60 * 1000;

/** SHA-256 of what was understood, not of the bytes: a library that orders names otherwise still asks for the same. */
export function digestRequest(recording: Recording, artist: ArtistChoice, isSandbox: boolean): Uint8Array {
  const { sha256: work, fingerprint, fingerprint2, metadata, declarations, ...plain } = recording;
  return sha256(
    encodeCanonical({
      ...plain,
      sha256: encodeHex(work),
      fingerprints: [fingerprint, fingerprint2].map((bytes) => bytes && encodeHex(bytes)),
      metadata: { ...metadata },
      declarations: { ...declarations },
      artist: artist.by === 'handle' ? { ...artist.profile } : { ...artist },
      isSandbox,
    }),
  );
}
