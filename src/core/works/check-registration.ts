import { decodeSha256 } from '../../base/hex.ts';
import { type FieldProblem, FieldsError } from '../registry/error.ts';
import { cleanLine } from '../registry/text.ts';
import { COUNTRY_CODES, LANGUAGE_CODES } from './codes.ts';
import { OWNERSHIP_TYPES, PRIVACY_LEVELS, type Registration, WORK_TYPES } from './work.ts';

/** In code points, so that no script is worse off than another. A page and a printed certificate can show them whole. */
export const TITLE_MAX_CHARS = 500;
export const NAME_MAX_CHARS = 100;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;
const DAY = /^(\d{4})-(\d\d)-(\d\d)$/;

/** The fields of the contract; the two with a null are ours to leave out. */
export const REGISTRATION_FIELDS: readonly string[] = [
  ...['hash', 'title', 'author_first_name', 'author_last_name', 'author_country', 'work_type', 'source_language'],
  ...['creation_date', 'privacy_level', 'ownership_type', 'work_id'],
];

/**
 * A registration as somebody sent it, as it is kept. `now` is epoch ms; a day in the future is one that has not begun
 * in UTC. Errors: FieldsError with everything that is wrong.
 */
export function checkRegistration(typed: unknown, now: number): Registration {
  if (typeof typed !== 'object' || typed === null || Array.isArray(typed)) {
    throw new FieldsError([{ field: '', message: 'must be a JSON object' }]);
  }
  const fields = typed as Readonly<Record<string, unknown>>;
  const problems: FieldProblem[] = [];
  const read = <T>(field: string, parse: (value: unknown) => T | null, rule: string): T => {
    const value = fields[field];
    const parsed = value === undefined || value === null ? null : parse(value);
    if (parsed === null) problems.push({ field, message: value === undefined ? `is missing; ${rule}` : rule });
    return parsed as T;
  };
  const readOptional = <T>(field: string, parse: (value: unknown) => T | null, rule: string): T | null =>
    fields[field] === undefined || fields[field] === null ? null : read(field, parse, rule);

  const line = (maxChars: number) => (value: unknown) =>
    typeof value === 'string' ? cleanLine(value, maxChars) : null;
  const lineRule = (maxChars: number) => `must be 1 to ${maxChars} characters without control characters`;
  const registration: Registration = {
    hash: read('hash', parseHash, 'must be a SHA-256 hash of 64 hexadecimal characters'),
    title: read('title', line(TITLE_MAX_CHARS), lineRule(TITLE_MAX_CHARS)),
    author: {
      firstName: read('author_first_name', line(NAME_MAX_CHARS), lineRule(NAME_MAX_CHARS)),
      lastName: read('author_last_name', line(NAME_MAX_CHARS), lineRule(NAME_MAX_CHARS)),
      country: readOptional('author_country', parseCode(COUNTRY_CODES), 'must be a country code of ISO 3166-1 alpha-2'),
    },
    workType: read('work_type', parseChoice(WORK_TYPES), `must be one of ${WORK_TYPES.join(', ')}`),
    sourceLanguage: readOptional('source_language', parseCode(LANGUAGE_CODES), 'must be a language code of ISO 639-1'),
    creationDate: readOptional(
      'creation_date',
      (value) => (isDay(value) && value <= new Date(now).toISOString().slice(0, 10) ? value : null),
      'must be a day that exists, as YYYY-MM-DD, and not in the future',
    ),
    privacy: read('privacy_level', parseChoice(PRIVACY_LEVELS), `must be one of ${PRIVACY_LEVELS.join(', ')}`),
    ownership: read('ownership_type', parseChoice(OWNERSHIP_TYPES), `must be one of ${OWNERSHIP_TYPES.join(', ')}`),
    workId: readOptional('work_id', parseUuid, 'must be the UUID of a work'),
  };
  for (const field of Object.keys(fields)) {
    if (!REGISTRATION_FIELDS.includes(field)) problems.push({ field, message: 'is not a field of this request' });
  }
  if (problems.length > 0) throw new FieldsError(problems);
  return registration;
}

/** Bytes of 64 hexadecimal characters in either case, else null. */
export function parseHash(value: unknown): Uint8Array | null {
  return typeof value === 'string' ? decodeSha256(value) : null;
}

/** In lower case; null for what is no UUID. */
export function parseUuid(value: unknown): string | null {
  return typeof value === 'string' && UUID.test(value) ? value.toLowerCase() : null;
}

/** Whether it is a day of the calendar as `YYYY-MM-DD`, from the year 1 on. */
export function isDay(value: unknown): value is string {
  const match = typeof value === 'string' ? DAY.exec(value) : null;
  if (match === null || match[1] === '0000') return false;
  const time = Date.parse(`${match[0]}T00:00:00Z`);
  // The parser takes the 30th of February for the 2nd of March.
  return Number.isFinite(time) && new Date(time).toISOString().startsWith(match[0]);
}

export function parseChoice<T extends string>(choices: readonly T[]): (value: unknown) => T | null {
  return (value) => choices.find((choice) => choice === value) ?? null;
}

function parseCode(codes: ReadonlySet<string>): (value: unknown) => string | null {
  return (value) => {
    const code = typeof value === 'string' ? value.toLowerCase() : '';
    return codes.has(code) ? code : null;
  };
}
