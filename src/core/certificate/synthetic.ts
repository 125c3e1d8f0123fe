import { formatCanonical } from '../../base/canonical-json.ts';
import type { Clock } from '../../base/clock.ts';
import {
  makeTrackoriginManifest,
  TRACKORIGIN_STANDARD,
  type TrackoriginClaims,
} from '../../proof/certificate/trackorigin-manifest.ts';
import type { Store } from '../store.ts';
import type { CertificateRecord } from './certificate.ts';
import type { CertificateDraft, Issuer } from './issuer.ts';
import type { CertificateFingerprint } from './store.ts';

/** A certificate of the sandbox that is on every server, for everybody to try things out with. */
export const SYNTHETIC_ID = 'cer_test_synthetic';

/** Whom it names. */
export const SYNTHETIC_ARTIST = {
  id: 'art_test_synthetic',
  handle: 'synthetic',
  displayName: 'Synthetic Artist',
} as const;

/** The recording that it is of, with its prints. */
export interface SyntheticRecording extends Omit<CertificateFingerprint, 'certificateId'> {
  /** 32 bytes. */
  readonly sha256: Uint8Array;
  readonly durationMs: number;
}

function claimsOf({ sha256, durationMs }: SyntheticRecording): TrackoriginClaims {
  return {
    standard: TRACKORIGIN_STANDARD,
    verdict: 'verified',
    master: { sha256, durationMs },
    artist: SYNTHETIC_ARTIST,
    track: { id: 'trk_test_synthetic', title: 'Synthetic Track' },
    declarations: {},
  };
}

/** Makes it where it is missing, and a new version of it where it says something else. Resolves with its record. */
export async function ensureSynthetic(parts: {
  readonly store: Store;
  readonly issuer: Issuer;
  readonly clock: Clock;
  readonly recording: SyntheticRecording;
}): Promise<CertificateRecord> {
  const { store, recording } = parts;
  const found = await store.certificate.find(SYNTHETIC_ID);
  if (found !== null && isCurrent(found, recording)) return found;
  try {
    return await write(parts);
  } catch (error) {
    // Another node was faster.
    const made = await store.certificate.find(SYNTHETIC_ID);
    if (made !== null && isCurrent(made, recording)) return made;
    throw error;
  }
}

function write({ store, issuer, clock, recording }: Parameters<typeof ensureSynthetic>[0]): Promise<CertificateRecord> {
  const now = clock.now();
  return store.transact(async (writers) => {
    const { fingerprint, fingerprint2, durationMs } = recording;
    const print = { certificateId: SYNTHETIC_ID, fingerprint, fingerprint2, durationMs };
    const current = await writers.certificate.lock(SYNTHETIC_ID);
    await writers.certificate.saveFingerprint(print);
    if (current === null) return (await issuer.issue(writers, [issuer.sign(draft(1, now, now, recording))]))[0]!;
    if (isCurrent(current, recording)) return current;
    return issuer.revise(writers, current, issuer.sign(draft(current.version + 1, current.issuedAt, now, recording)));
  });
}

function isCurrent(record: CertificateRecord, recording: SyntheticRecording): boolean {
  const { version, issuedAt, updatedAt, manifestJson } = record;
  return formatCanonical(draft(version, issuedAt, updatedAt, recording).manifest) === manifestJson;
}

function draft(version: number, issuedAt: number, signedAt: number, recording: SyntheticRecording): CertificateDraft {
  const claims = claimsOf(recording);
  const about = { id: SYNTHETIC_ID, version, issuedAt, updatedAt: version === 1 ? null : signedAt };
  return {
    id: SYNTHETIC_ID,
    registry: 'trackorigin',
    isSandbox: true,
    accountId: null,
    workSha256: claims.master.sha256,
    manifest: makeTrackoriginManifest(about, claims),
    issuedAt: signedAt,
  };
}
