import { CodedError } from '../../base/coded-error.ts';
import type { AnchorErrorCode } from '../../core/anchor/anchor.ts';
import type { TimestampErrorCode } from '../../core/timestamp/error.ts';
import type { CredentialFaultCode } from '../shared/credentials.ts';
import { findRow } from '../shared/error-rows.ts';
import type { RateLimitError } from '../shared/rate-limit.ts';
import type { RequestFaultCode } from '../shared/request-fault.ts';
import type { CrossSiteError } from '../shared/same-origin.ts';
import type { ErrorAnswer } from '../shared/surface.ts';

export type ProofdErrorCode =
  | 'plan-not-entitled'
  | 'session-missing'
  | 'sha256-invalid'
  | 'filename-invalid'
  | 'file-size-invalid'
  | 'file-type-invalid'
  | 'status-invalid'
  | 'limit-invalid'
  | 'cursor-invalid'
  | 'id-invalid'
  | 'idempotency-key-invalid';

export class ProofdError extends CodedError<ProofdErrorCode> {}

type Code =
  | RequestFaultCode
  | CredentialFaultCode
  | RateLimitError['code']
  | CrossSiteError['code']
  | AnchorErrorCode
  | TimestampErrorCode
  | ProofdErrorCode;

interface Row {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** RFC 9110 section 11.6.1: a 401 says how to authenticate. */
const CHALLENGE = { 'www-authenticate': 'Bearer' };

const INVALID_API_KEY: Row = {
  status: 401,
  code: 'INVALID_API_KEY',
  message: 'This is not an active API key.',
  headers: CHALLENGE,
};

const PROVIDER_MESSAGE =
  'The OpenTimestamps creation step failed, so nothing was recorded or charged. Try again with the same Idempotency-Key.';

/**
 * How this contract shows every error. Its document names most codes; those for addresses, methods, sizes and media
 * types that it has none for are ours.
 */
const ROWS: Readonly<Record<Code, Row>> = {
  'credential-missing': {
    status: 401,
    code: 'AUTHENTICATION_REQUIRED',
    message: 'Send the header "Authorization: Bearer <API key>".',
    headers: CHALLENGE,
  },
  'credential-malformed': INVALID_API_KEY,
  'credential-unknown': INVALID_API_KEY,
  'credential-revoked': INVALID_API_KEY,
  'credential-expired': INVALID_API_KEY,
  'credential-wrong-kind': INVALID_API_KEY,
  'credential-scope': { status: 403, code: 'INSUFFICIENT_SCOPE', message: 'The scopes of this key do not cover this.' },
  'credentials-conflict': { ...INVALID_API_KEY, message: 'Send one Authorization header only.' },
  'credential-in-url': {
    ...INVALID_API_KEY,
    message:
      'Addresses are logged on their way: replace this API key, and send the new one in the Authorization header.',
  },
  'plan-not-entitled': {
    status: 403,
    code: 'PLAN_NOT_ENTITLED',
    message: 'The API is part of the Pro and Business plans.',
  },
  'session-missing': { status: 401, code: 'AUTHENTICATION_REQUIRED', message: 'Sign in first.' },
  'cross-site': {
    status: 403,
    code: 'CROSS_SITE_REQUEST',
    message: 'A request with a cookie must come from a page of this server.',
  },
  'rate-limited': {
    status: 429,
    code: 'RATE_LIMITED',
    message: 'Too many requests. The Retry-After header says when to come again.',
  },
  'sha256-invalid': {
    status: 400,
    code: 'INVALID_SHA256_HASH',
    message: 'sha256_hash must be 64 hexadecimal characters.',
  },
  'filename-invalid': {
    status: 400,
    code: 'INVALID_FILENAME',
    message: 'filename must be text of 1 to 255 characters without control characters.',
  },
  'file-size-invalid': {
    status: 400,
    code: 'INVALID_FILE_SIZE',
    message: 'file_size_bytes must be a positive integer.',
  },
  'file-type-invalid': {
    status: 400,
    code: 'INVALID_FILE_TYPE',
    message: 'file_type must be text of at most 255 characters without control characters, or be left out.',
  },
  'status-invalid': {
    status: 400,
    code: 'INVALID_STATUS',
    message: 'status must be one of all, confirmed, pending and failed.',
  },
  'limit-invalid': { status: 400, code: 'INVALID_LIMIT', message: 'limit must be a positive integer.' },
  'cursor-invalid': {
    status: 400,
    code: 'INVALID_CURSOR',
    message: 'before must be an ISO-8601 timestamp, such as the next_cursor of the previous page.',
  },
  'id-invalid': { status: 400, code: 'INVALID_ID', message: 'A timestamp id is a UUID.' },
  'idempotency-key-invalid': {
    status: 400,
    code: 'INVALID_IDEMPOTENCY_KEY',
    message: 'Idempotency-Key must be 1 to 200 characters.',
  },
  'idempotency-mismatch': {
    status: 409,
    code: 'IDEMPOTENCY_MISMATCH',
    message: 'This Idempotency-Key was used for another request.',
  },
  'idempotency-in-progress': {
    status: 409,
    code: 'IDEMPOTENCY_IN_PROGRESS',
    message: 'A request with this Idempotency-Key is still being processed. Try again shortly.',
    headers: { 'retry-after': '1' },
  },
  'monthly-limit-reached': {
    status: 402,
    code: 'MONTHLY_LIMIT_REACHED',
    message: 'The timestamps of this calendar month (UTC) are used up.',
  },
  'timestamp-duplicate': {
    status: 409,
    code: 'DUPLICATE_TIMESTAMP',
    message: 'This account has a timestamp of this hash.',
  },
  'timestamp-unknown': {
    status: 404,
    code: 'TIMESTAMP_NOT_FOUND',
    message: 'This account has no timestamp with this id.',
  },
  'timestamp-proof-unavailable': {
    status: 404,
    code: 'OTS_NOT_FOUND',
    message: 'There is no proof of this timestamp at present.',
  },
  'calendars-unreachable': {
    status: 502,
    code: 'OTS_PROVIDER_ERROR',
    message: PROVIDER_MESSAGE,
    headers: { 'retry-after': '60' },
  },
  'anchor-overloaded': {
    status: 502,
    code: 'OTS_PROVIDER_ERROR',
    message: PROVIDER_MESSAGE,
    headers: { 'retry-after': '1' },
  },
  'shutting-down': {
    status: 502,
    code: 'OTS_PROVIDER_ERROR',
    message: PROVIDER_MESSAGE,
    headers: { 'retry-after': '5' },
  },
  'route-unknown': { status: 404, code: 'NOT_FOUND', message: 'There is nothing at this address.' },
  'method-not-allowed': {
    status: 405,
    code: 'METHOD_NOT_ALLOWED',
    message: 'This address does not take that method; the Allow header lists those it takes.',
  },
  'url-malformed': { status: 400, code: 'INVALID_URL', message: 'The address is not a valid URL.' },
  'body-malformed': { status: 400, code: 'INVALID_JSON', message: 'The body must be a valid JSON object.' },
  'body-too-large': { status: 413, code: 'PAYLOAD_TOO_LARGE', message: 'The body is larger than this address takes.' },
  'media-type-unsupported': {
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
    message: 'The body must be sent as application/json.',
  },
  'input-invalid': { status: 400, code: 'INVALID_REQUEST', message: 'The request is not valid.' },
  internal: {
    status: 500,
    code: 'INTERNAL_ERROR',
    message: 'The server failed to answer. Try again, and give the request id when you ask for help.',
  },
};

/** For the description of the API. */
export const ERROR_CODES: readonly string[] = Object.keys(ROWS);

export function presentError(error: unknown, requestId: string): ErrorAnswer {
  const { status, code, message, headers } = findRow(ROWS, error);
  return { status, ...(headers && { headers }), body: { error: { code, message, request_id: requestId } } };
}
