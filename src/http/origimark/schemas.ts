import { Type } from 'typebox';
import { NAME_MAX_CHARS, parseUuid, TITLE_MAX_CHARS } from '../../core/works/check-registration.ts';
import {
  OWNERSHIP_TYPES,
  type OwnershipType,
  PRIVACY_LEVELS,
  type PrivacyLevel,
  WORK_TYPES,
  type WorkType,
} from '../../core/works/work.ts';
import { typedErrorBody } from '../shared/error-details.ts';
import { OrigimarkError } from './errors.ts';

export const tags = ['origimark'];

export const orNull = (description?: string) =>
  Type.Unsafe<string | null>({ type: ['string', 'null'], ...(description !== undefined && { description }) });
const choice = <T extends string>(values: readonly T[]) => Type.Unsafe<T>({ type: 'string', enum: [...values] });
export const object = () => Type.Unsafe<object>({ type: 'object', additionalProperties: true });

const WorkTypeName = choice<WorkType>(WORK_TYPES);
export const PrivacyName = choice<PrivacyLevel>(PRIVACY_LEVELS);
const OwnershipName = choice<OwnershipType>(OWNERSHIP_TYPES);
const Hash = Type.String({ description: 'SHA-256 of the work, 64 hexadecimal characters.' });
const Status = choice(['active', 'revoked'] as const);
const Uuid = Type.String({ format: 'uuid' });

export const ErrorBody = typedErrorBody('OrigimarkError');

export function errorResponses(...statuses: readonly number[]): Record<number, typeof ErrorBody> {
  return Object.fromEntries([...statuses, 500].map((status) => [status, ErrorBody]));
}

/** For the description; `checkRegistration` is what validates, so that every wrong field is told at once. */
export const CertifyBody = Type.Object(
  {
    hash: Hash,
    title: Type.String({ minLength: 1, maxLength: TITLE_MAX_CHARS }),
    author_first_name: Type.String({ minLength: 1, maxLength: NAME_MAX_CHARS }),
    author_last_name: Type.String({ minLength: 1, maxLength: NAME_MAX_CHARS }),
    author_country: Type.Optional(orNull('ISO 3166-1 alpha-2.')),
    work_type: WorkTypeName,
    source_language: Type.Optional(orNull('ISO 639-1.')),
    creation_date: Type.Optional(orNull('YYYY-MM-DD, not after today in UTC.')),
    privacy_level: PrivacyName,
    ownership_type: OwnershipName,
    work_id: Type.Optional(orNull('The work of which this is the next version; left out for a new work.')),
  },
  { additionalProperties: false },
);

const urls = {
  pdf_url: Type.String(),
  badge_url: Type.String(),
  qr_url: Type.String(),
  verify_url: Type.String(),
};

const signed = {
  key_id: Type.String({ description: 'Names the key in /.well-known/trackorigin-public-key.json.' }),
  signature: Type.String({ description: 'Base64: Ed25519 over the RFC 8785 form of the manifest.' }),
  manifest: object(),
  log_sequence: Type.Integer({ description: 'Number in the public log of the event that issued it, from 1.' }),
};

export const Issued = Type.Object(
  {
    cert_id: Uuid,
    work_id: Uuid,
    version: Type.Integer(),
    ...urls,
    status: Status,
    hash: Hash,
    privacy_level: PrivacyName,
    issued_at: Type.String(),
    ...signed,
  },
  { title: 'OrigimarkIssued' },
);

const described = {
  cert_id: Uuid,
  work_id: Uuid,
  version: Type.Integer(),
  status: Status,
  hash: Hash,
  title: orNull('Null when it is redacted.'),
  author_first_name: orNull('Null when the author is redacted.'),
  author_last_name: orNull(),
  author_country: orNull(),
  work_type: WorkTypeName,
  source_language: orNull(),
  creation_date: orNull(),
  privacy_level: PrivacyName,
  ownership_type: OwnershipName,
  issued_at: Type.String(),
  revoked_at: orNull(),
  revocation_reason: orNull(),
};

/** A certificate in a list. */
export const Entry = Type.Object({ ...described, ...urls }, { title: 'OrigimarkEntry' });

/** A certificate with what proves it. */
export const Certificate = Type.Object(
  {
    ...described,
    ...urls,
    ...signed,
    openings: Type.Object(
      { title: Type.Optional(object()), author: Type.Optional(object()) },
      { description: 'What opens the commitments of the manifest, as far as it may be shown.' },
    ),
  },
  { title: 'OrigimarkCertificate' },
);

export const Listing = Type.Object({
  items: Type.Array(Entry),
  page: Type.Integer(),
  page_size: Type.Integer(),
  total: Type.Integer(),
  total_is_exact: Type.Boolean({ description: 'False when there are more than were counted.' }),
  next_cursor: orNull('Null on the last page.'),
});

export const CertParams = Type.Object({ cert_id: Uuid });
export const WorkParams = Type.Object({ work_id: Uuid });

/** Errors: `certificate-id-invalid`. */
export function parseCertId(id: string): string {
  const parsed = parseUuid(id);
  if (parsed === null) throw new OrigimarkError('certificate-id-invalid', 'not a UUID');
  return parsed;
}

/** Errors: `work-id-invalid`. */
export function parseWorkId(id: string): string {
  const parsed = parseUuid(id);
  if (parsed === null) throw new OrigimarkError('work-id-invalid', 'not a UUID');
  return parsed;
}
