import { type TSchema, Type } from 'typebox';
import { AI_USES, CONTRIBUTOR_ROLES, SUBMISSION_STATUSES, VERDICTS } from '../../core/registry/submission.ts';
import { ErrorDetails } from '../shared/error-details.ts';

export const orNull = () => Type.Unsafe<string | null>({ type: ['string', 'null'] });
export const oneOf = <T extends string>(values: readonly T[]) => Type.Unsafe<T>({ type: 'string', enum: [...values] });
export const strict = { additionalProperties: false };

export const ErrorBody = Type.Object(
  {
    error: Type.Object({
      code: Type.String(),
      message: Type.String(),
      request_id: Type.String(),
      details: Type.Optional(ErrorDetails),
    }),
  },
  { title: 'OperatorError' },
);

export const REFUSALS = { 400: ErrorBody, 401: ErrorBody, 403: ErrorBody };

/** Of every list here. */
const LIMIT_DEFAULT = 50;

export const pageQuery = {
  limit: Type.Optional(Type.String({ pattern: '^([1-9]\\d?|100)$', description: '1 to 100, 50 when left out' })),
  cursor: Type.Optional(Type.String({ description: '`next_cursor` of the page before' })),
};

export function parseLimit(text: string | undefined): number {
  return text === undefined ? LIMIT_DEFAULT : Number(text);
}

/** Live ones unless it says `test`. */
export const Mode = oneOf(['live', 'test']);

export const listOf = (name: string, items: TSchema) =>
  Type.Object({ [name]: Type.Array(items), next_cursor: orNull() });

const ArtistName = Type.Object({ id: Type.String(), handle: Type.String(), display_name: Type.String() });

const declared = {
  metadata: Type.Object({
    isrc: Type.Optional(Type.String()),
    upc: Type.Optional(Type.String()),
    release: Type.Optional(Type.String()),
    release_date: Type.Optional(Type.String()),
    label: Type.Optional(Type.String()),
    genre: Type.Optional(Type.String()),
    language: Type.Optional(Type.String()),
    contributors: Type.Optional(Type.Array(Type.Object({ name: Type.String(), role: oneOf(CONTRIBUTOR_ROLES) }))),
  }),
  declarations: Type.Object({
    human_composition: Type.Boolean(),
    human_performance: Type.Boolean(),
    rights_held: Type.Boolean(),
    ai_use: oneOf(AI_USES),
  }),
};

export const QueuedSubmission = Type.Object(
  {
    id: Type.String(),
    status: oneOf(SUBMISSION_STATUSES),
    sandbox: Type.Boolean(),
    submitted_at: Type.String(),
    account_id: Type.String(),
    credential_id: orNull(),
    artist: Type.Union([ArtistName, Type.Null()]),
    track: Type.Object({ id: Type.String(), title: Type.String() }),
    master: Type.Object({ sha256: Type.String(), duration_ms: Type.Integer() }),
    fingerprints: Type.Integer(),
    ...declared,
    high_risk: Type.Boolean(),
    decision: Type.Union([
      Type.Object({
        verdict: oneOf(VERDICTS),
        reason: Type.String(),
        decided_at: Type.String(),
        operator_id: Type.String(),
      }),
      Type.Null(),
    ]),
    cert_id: orNull(),
  },
  { title: 'QueuedSubmission' },
);

export const RegisteredCertificate = Type.Object(
  {
    cert_id: Type.String(),
    status: oneOf(['active', 'revoked']),
    sandbox: Type.Boolean(),
    version: Type.Integer(),
    issued_at: Type.String(),
    updated_at: Type.String(),
    revoked_at: orNull(),
    revocation_reason: orNull(),
    effective_at: orNull(),
    sha256: Type.String(),
    artist: ArtistName,
    track: Type.Object({ id: Type.String(), title: Type.String() }),
    high_risk: Type.Boolean(),
    submission_id: Type.String(),
    account_id: orNull(),
  },
  { title: 'RegisteredCertificate' },
);
