import { type Static, Type } from 'typebox';
import { encodeHex } from '../../base/hex.ts';
import type { TypedSubmission } from '../../core/registry/check-recording.ts';
import {
  AI_USES,
  CONTRIBUTOR_ROLES,
  SUBMISSION_STATUSES,
  type Submission,
  VERDICTS,
} from '../../core/registry/submission.ts';
import { presentTime } from '../shared/present-time.ts';

/** Two fingerprints of ten minutes, a profile, fifty contributors: half of this. */
export const SUBMISSION_MAX_BYTES = 128 * 1024;

const orNull = (description?: string) =>
  Type.Unsafe<string | null>({ type: ['string', 'null'], ...(description && { description }) });
const oneOf = <T extends string>(values: readonly T[]) => Type.Unsafe<T>({ type: 'string', enum: [...values] });
const strict = { additionalProperties: false };

const Metadata = Type.Object(
  {
    isrc: Type.Optional(Type.String()),
    upc: Type.Optional(Type.String({ description: '12 to 14 digits' })),
    release: Type.Optional(Type.String()),
    release_date: Type.Optional(Type.String({ description: 'YYYY-MM-DD' })),
    label: Type.Optional(Type.String()),
    genre: Type.Optional(Type.String()),
    language: Type.Optional(Type.String({ description: 'ISO 639-1' })),
    contributors: Type.Optional(
      Type.Array(Type.Object({ name: Type.String(), role: oneOf(CONTRIBUTOR_ROLES) }, strict), {
        description: 'At most 50.',
      }),
    ),
  },
  strict,
);

const Declarations = Type.Object(
  {
    human_composition: Type.Boolean(),
    human_performance: Type.Boolean(),
    rights_held: Type.Boolean({ description: 'The submitter may speak for whoever holds the rights.' }),
    ai_use: oneOf(AI_USES),
  },
  strict,
);

/** The form only: values are checked by the core, which names everything that is wrong with them at once. */
export const SubmissionBody = Type.Object(
  {
    title: Type.String({ description: '1 to 200 characters' }),
    sha256: Type.String({ description: 'Of the bytes of the master: 64 hexadecimal characters.' }),
    duration_ms: Type.Integer(),
    fingerprint: Type.Optional(orNull('Base64 of raw Chromaprint items, packed as little-endian uint32.')),
    fingerprint2: Type.Optional(orNull('A second, independent one.')),
    artist: Type.Optional(
      Type.Unsafe<TypedArtist | null>({
        type: ['object', 'null'],
        description: 'One the account represents: `id`, or `handle` with a profile. Left out: the account itself.',
        properties: {
          id: orNull(),
          handle: orNull(),
          display_name: orNull(),
          bio: orNull(),
          location: orNull(),
          avatar_url: orNull(),
        },
        ...strict,
      }),
    ),
    metadata: Type.Optional(Metadata),
    declarations: Declarations,
  },
  strict,
);

interface TypedArtist {
  readonly id?: string | null;
  readonly handle?: string | null;
  readonly display_name?: string | null;
  readonly bio?: string | null;
  readonly location?: string | null;
  readonly avatar_url?: string | null;
}

const Artist = Type.Object({ id: Type.String(), handle: Type.String(), display_name: Type.String() });

export const SubmissionAnswer = Type.Object(
  {
    id: Type.String(),
    status: oneOf(SUBMISSION_STATUSES),
    sandbox: Type.Boolean(),
    submitted_at: Type.String(),
    artist: Type.Union([Artist, Type.Null()]),
    track: Type.Object({ id: Type.String(), title: Type.String() }),
    master: Type.Object({ sha256: Type.String(), duration_ms: Type.Integer() }),
    fingerprints: Type.Integer({ description: 'How many were sent.' }),
    metadata: Metadata,
    declarations: Declarations,
    decision: Type.Union([
      Type.Object({ verdict: oneOf(VERDICTS), reason: Type.String(), decided_at: Type.String() }),
      Type.Null(),
    ]),
    cert_id: orNull(),
    public_url: orNull(),
  },
  { title: 'Submission' },
);

export function parseSubmission(body: Static<typeof SubmissionBody>): TypedSubmission {
  const { title, sha256, duration_ms, fingerprint = null, fingerprint2 = null, metadata = {}, declarations } = body;
  const artist = body.artist ?? null;
  return {
    title,
    sha256,
    durationMs: duration_ms,
    fingerprint,
    fingerprint2,
    metadata: metadata as TypedSubmission['metadata'],
    declarations,
    artist: artist && {
      ...(artist.id !== undefined && { id: artist.id }),
      ...(artist.handle !== undefined && artist.handle !== null && { handle: artist.handle }),
      displayName: artist.display_name ?? null,
      bio: artist.bio ?? null,
      location: artist.location ?? null,
      avatarUrl: artist.avatar_url ?? null,
    },
  };
}

export function presentSubmission(submission: Submission): Static<typeof SubmissionAnswer> {
  const { id, status, isSandbox, artist, decision, fingerprint, fingerprint2 } = submission;
  const { human_composition, human_performance, rights_held, ai_use } = submission.declarations;
  const certificateId = decision?.certificateId ?? null;
  return {
    id,
    status,
    sandbox: isSandbox,
    submitted_at: presentTime(submission.createdAt),
    artist: artist && { id: artist.id, handle: artist.handle, display_name: artist.displayName },
    track: { id: submission.trackId, title: submission.title },
    master: { sha256: encodeHex(submission.sha256), duration_ms: submission.durationMs },
    fingerprints: [fingerprint, fingerprint2].filter((bytes) => bytes !== null).length,
    metadata: submission.metadata as Static<typeof Metadata>,
    declarations: { human_composition, human_performance, rights_held, ai_use },
    decision: decision && {
      verdict: decision.verdict,
      reason: decision.reason,
      decided_at: presentTime(decision.at),
    },
    cert_id: certificateId,
    public_url: certificateId && `/cert/${certificateId}`,
  };
}
