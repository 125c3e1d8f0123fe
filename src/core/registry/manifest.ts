import type { JsonObject } from '../../proof/certificate/manifest.ts';
import {
  makeTrackoriginManifest,
  readTrackoriginClaims,
  TRACKORIGIN_STANDARD,
  type TrackoriginClaims,
} from '../../proof/certificate/trackorigin-manifest.ts';
import type { CertificateRecord } from '../certificate/certificate.ts';
import type { Artist } from './artist.ts';
import type { Submission } from './submission.ts';

/** What the certificate of a track will say. */
export function composeClaims(submission: Submission, artist: Artist): TrackoriginClaims {
  const { sha256, durationMs, trackId, title, declarations } = submission;
  const { ai_use, human_composition, human_performance, rights_held } = declarations;
  return {
    standard: TRACKORIGIN_STANDARD,
    verdict: 'verified',
    master: { sha256, durationMs },
    artist: { id: artist.id, handle: artist.handle, displayName: artist.displayName },
    track: { id: trackId, title },
    declarations: { ai_use, human_composition, human_performance, rights_held },
  };
}

export interface Correction {
  readonly title: string | null;
  readonly displayName: string | null;
}

/** The same claims with what was wrong put right. `null` of a correction leaves things as they are. */
export function correctClaims(claims: TrackoriginClaims, { title, displayName }: Correction): TrackoriginClaims {
  const { artist, track } = claims;
  return {
    ...claims,
    artist: { ...artist, displayName: displayName ?? artist.displayName },
    track: { ...track, title: title ?? track.title },
  };
}

/** The manifest of the version after `current`. `now` is epoch ms. */
export function composeNextManifest(current: CertificateRecord, claims: TrackoriginClaims, now: number): JsonObject {
  const { id, version, issuedAt } = current;
  return makeTrackoriginManifest({ id, version: version + 1, issuedAt, updatedAt: now }, claims);
}

/** What a signed certificate says; nothing else than the functions above has made it. */
export function readClaims({ manifestJson }: Pick<CertificateRecord, 'manifestJson'>): TrackoriginClaims {
  return readTrackoriginClaims(JSON.parse(manifestJson) as JsonObject);
}
