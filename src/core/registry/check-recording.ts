import { decodeSha256 } from '../../base/hex.ts';
import { checkProfile, ProfileError, type ProfileErrorCode } from '../account/profile.ts';
import type { ArtistChoice, ArtistProfile } from './artist.ts';
import { type FieldProblem, FieldsError } from './error.ts';
import { checkFingerprints, type TypedFingerprints } from './fingerprints.ts';
import type { Metadata, Recording } from './submission.ts';
import { cleanLine, LINE_MAX_CHARS } from './text.ts';

/** A submission as it was sent; its types are checked, its values are not. */
export interface TypedSubmission extends TypedFingerprints, Pick<Recording, 'declarations'> {
  readonly title: string;
  /** Hexadecimal. */
  readonly sha256: string;
  readonly durationMs: number;
  readonly metadata: Metadata;
  /** Null: the account itself. */
  readonly artist: (Partial<ArtistProfile> & { readonly id?: string | null }) | null;
}

/** Longer than any master; a day keeps it far from what numbers can hold. */
const DURATION_MAX_MS = 24 * 60 * 60 * 1000;
const CONTRIBUTORS_MAX = 50;
/** Releases are planned a few years ahead at the most, and sound has been recorded since 1860. */
const RELEASE_AHEAD_MS = 5 * 366 * 24 * 60 * 60 * 1000;
const FIRST_RELEASE_YEAR = 1860;

const ARTIST_ID = /^art_[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
const ISRC = /^[A-Z]{2}[A-Z0-9]{3}\d{7}$/;
const UPC = /^\d{12,14}$/;
const LANGUAGE = /^[a-z]{2}$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

const A_LINE = `must be 1 to ${LINE_MAX_CHARS} characters without control characters`;
const PROFILE_FIELDS: Readonly<Record<ProfileErrorCode, string>> = {
  'handle-invalid': 'artist/handle',
  'handle-taken': 'artist/handle',
  'display-name-invalid': 'artist/display_name',
  'bio-invalid': 'artist/bio',
  'location-invalid': 'artist/location',
  'avatar-url-invalid': 'artist/avatar_url',
  'account-gone': 'artist',
};

/**
 * The values as they are kept. `now` is epoch ms. Errors: FieldsError with everything that is wrong, ProbeError
 * `fingerprint-degenerate`.
 */
export function checkSubmission(
  typed: TypedSubmission,
  now: number,
): { readonly recording: Recording; readonly artist: ArtistChoice } {
  const problems: FieldProblem[] = [];
  const refuse = (field: string, message: string) => void problems.push({ field, message });
  const artist = checkArtist(typed.artist, refuse);
  const about = {
    title: checkLine(typed.title, 'title', refuse),
    sha256: checkSha256(typed.sha256, refuse),
    durationMs: checkDuration(typed.durationMs, refuse),
  };
  const keepFingerprints = checkFingerprints(typed, refuse);
  const recording = {
    ...about,
    metadata: checkMetadata(typed.metadata, now, refuse),
    declarations: typed.declarations,
  };
  if (problems.length > 0) throw new FieldsError(problems);
  return { recording: { ...recording, ...keepFingerprints() }, artist };
}

type Refuse = (field: string, message: string) => void;

function checkLine(typed: string, field: string, refuse: Refuse): string {
  const line = cleanLine(typed);
  if (line === null) refuse(field, A_LINE);
  return line ?? '';
}

function checkSha256(typed: string, refuse: Refuse): Uint8Array {
  const digest = decodeSha256(typed);
  if (digest === null) refuse('sha256', 'must be 64 hexadecimal characters');
  return digest ?? new Uint8Array();
}

function checkDuration(typed: number, refuse: Refuse): number {
  if (!Number.isSafeInteger(typed) || typed < 1 || typed > DURATION_MAX_MS) {
    refuse('duration_ms', `must be a whole number from 1 to ${DURATION_MAX_MS}`);
  }
  return typed;
}

function checkMetadata(typed: Metadata, now: number, refuse: Refuse): Metadata {
  const line = (name: 'release' | 'label' | 'genre') => {
    const text = typed[name];
    return text === undefined ? {} : { [name]: checkLine(text, `metadata/${name}`, refuse) };
  };
  const matched = (name: 'isrc' | 'upc' | 'language', form: RegExp, message: string) => {
    const text = name === 'isrc' ? typed.isrc?.replaceAll('-', '').toUpperCase() : typed[name];
    if (text === undefined) return {};
    if (!form.test(text)) refuse(`metadata/${name}`, message);
    return { [name]: text };
  };
  return {
    ...matched('isrc', ISRC, 'must be an ISRC: country, registrant, seven digits'),
    ...matched('upc', UPC, 'must be 12 to 14 digits'),
    ...line('release'),
    ...checkReleaseDate(typed.release_date, now, refuse),
    ...line('label'),
    ...line('genre'),
    ...matched('language', LANGUAGE, 'must be an ISO 639-1 code'),
    ...checkContributors(typed.contributors, refuse),
  };
}

function checkReleaseDate(typed: string | undefined, now: number, refuse: Refuse): Pick<Metadata, 'release_date'> {
  if (typed === undefined) return {};
  const at = DATE.test(typed) ? Date.parse(`${typed}T00:00:00Z`) : Number.NaN;
  // A day that no month has is moved into the next one by the parser, or refused, as it pleases.
  const isReal = !Number.isNaN(at) && new Date(at).toISOString().startsWith(typed);
  if (!isReal || Number(typed.slice(0, 4)) < FIRST_RELEASE_YEAR || at > now + RELEASE_AHEAD_MS) {
    refuse('metadata/release_date', 'must be a day as YYYY-MM-DD, five years ahead at the most');
  }
  return { release_date: typed };
}

function checkContributors(typed: Metadata['contributors'], refuse: Refuse): Pick<Metadata, 'contributors'> {
  if (typed === undefined) return {};
  if (typed.length > CONTRIBUTORS_MAX) refuse('metadata/contributors', `must be at most ${CONTRIBUTORS_MAX}`);
  const contributors = typed
    .slice(0, CONTRIBUTORS_MAX)
    .map(({ name, role }, i) => ({ name: checkLine(name, `metadata/contributors/${i}/name`, refuse), role }));
  return { contributors };
}

function checkArtist(typed: TypedSubmission['artist'], refuse: Refuse): ArtistChoice {
  const own = { by: 'own-profile' } as const;
  if (typed === null) return own;
  const { id, handle, ...profile } = typed;
  if (id !== undefined && id !== null) {
    if (handle !== undefined && handle !== null) refuse('artist', 'must have an id or a handle, not both');
    if (!ARTIST_ID.test(id)) refuse('artist/id', 'must be the id of an artist');
    return { by: 'id', id };
  }
  if (handle === undefined || handle === null) {
    refuse('artist/handle', 'must be there unless an id is');
    return own;
  }
  return { by: 'handle', profile: checkArtistProfile({ handle, ...profile }, refuse) };
}

function checkArtistProfile(typed: Partial<ArtistProfile> & { handle: string }, refuse: Refuse): ArtistProfile {
  const { handle, displayName = null, bio = null, location = null, avatarUrl = null } = typed;
  try {
    const checked = checkProfile({ handle, displayName: displayName ?? handle, bio, location, avatarUrl });
    if (checked.handle === null) refuse('artist/handle', 'must not be empty');
    return { ...checked, handle: checked.handle ?? '', displayName: displayName && checked.displayName };
  } catch (error) {
    if (!(error instanceof ProfileError)) throw error;
    refuse(PROFILE_FIELDS[error.code], error.message);
    return { handle, displayName, bio, location, avatarUrl };
  }
}
