import { CodedError } from '../../base/coded-error.ts';
import type { PublicLogErrorCode } from '../../core/log/public-log.ts';
import { FieldsError } from '../../core/registry/error.ts';
import type { WebhookErrorCode } from '../../core/webhook/error.ts';
import type { WorkErrorCode } from '../../core/works/error.ts';
import type { CredentialFaultCode } from '../shared/credentials.ts';
import { RateLimitError } from '../shared/rate-limit.ts';
import { RequestFault, type RequestFaultCode } from '../shared/request-fault.ts';
import type { CrossSiteError } from '../shared/same-origin.ts';
import type { ErrorAnswer } from '../shared/surface.ts';
import { WEBHOOK_ERROR_ROWS } from '../shared/webhooks/errors.ts';
import type { TokenFaultCode } from './admission.ts';

export type OrigimarkErrorCode =
  /** Not a UUID. */
  'certificate-id-invalid' | 'work-id-invalid';

export class OrigimarkError extends CodedError<OrigimarkErrorCode> {}

type Code =
  | RequestFaultCode
  | CredentialFaultCode
  | TokenFaultCode
  | CrossSiteError['code']
  | RateLimitError['code']
  | FieldsError['code']
  | WorkErrorCode
  | Extract<PublicLogErrorCode, 'not-published'>
  | OrigimarkErrorCode
  | WebhookErrorCode;

interface Row {
  readonly status: number;
  readonly code: string;
  readonly type:
    | 'invalid_request'
    | 'authentication_error'
    | 'permission_denied'
    | 'not_found'
    | 'conflict'
    | 'rate_limited'
    | 'server_error';
  readonly message: string;
  /** Seconds after which it may go better. */
  readonly retryAfter?: number;
}

const INVALID_API_KEY = {
  status: 401,
  code: 'invalid_api_key',
  type: 'authentication_error',
  message: 'This is not an API key of this service.',
} as const;

const INVALID_CREDENTIALS = {
  status: 401,
  code: 'invalid_credentials',
  type: 'authentication_error',
  message: 'Send one credential: "Authorization: Bearer <token>" or "X-API-Key: <key>".',
} as const;

const VALIDATION_ERROR = {
  status: 400,
  code: 'validation_error',
  type: 'invalid_request',
  message: 'The request is not valid.',
} as const;

const BUSY = {
  status: 503,
  code: 'unavailable',
  type: 'server_error',
  message: 'The server has too much to do just now. Try again later.',
  retryAfter: 1,
} as const;

/** How this contract shows every error. Its document has none of this: the form is trackorigin's, the codes are ours. */
const ROWS: Readonly<Record<Code, Row>> = {
  ...WEBHOOK_ERROR_ROWS,
  'credential-missing': {
    status: 401,
    code: 'authentication_required',
    type: 'authentication_error',
    message: 'Send the header "Authorization: Bearer <token>" or, where keys are taken, "X-API-Key: <key>".',
  },
  'credential-malformed': INVALID_API_KEY,
  'credential-unknown': INVALID_API_KEY,
  'credential-wrong-kind': INVALID_API_KEY,
  'credential-revoked': {
    status: 401,
    code: 'revoked_api_key',
    type: 'authentication_error',
    message: 'This API key was revoked.',
  },
  'credential-expired': {
    status: 401,
    code: 'expired_api_key',
    type: 'authentication_error',
    message: 'This API key has expired.',
  },
  'credentials-conflict': INVALID_CREDENTIALS,
  'credential-in-url': {
    ...INVALID_API_KEY,
    message: 'Addresses are logged on their way: replace this API key, and send the new one in a header.',
  },
  'credential-scope': {
    status: 403,
    code: 'insufficient_scope',
    type: 'permission_denied',
    message: 'The scopes of this API key do not cover this.',
  },
  'token-invalid': {
    status: 401,
    code: 'invalid_token',
    type: 'authentication_error',
    message: 'This token is not valid here.',
  },
  'token-expired': {
    status: 401,
    code: 'expired_token',
    type: 'authentication_error',
    message: 'This token has expired.',
  },
  'token-uncheckable': {
    ...BUSY,
    message: 'The issuer of this token cannot be asked for its keys just now. Try again later.',
    retryAfter: 30,
  },
  'cross-site': {
    status: 403,
    code: 'cross_site_request',
    type: 'permission_denied',
    message: 'A request with a session cookie has to come from a page of this server.',
  },
  'rate-limited': {
    status: 429,
    code: 'rate_limit_exceeded',
    type: 'rate_limited',
    message: 'Too many requests. The Retry-After header says when to come again.',
  },
  'certificate-id-invalid': {
    status: 400,
    code: 'invalid_certificate_id',
    type: 'invalid_request',
    message: 'A certificate id is a UUID.',
  },
  'work-id-invalid': {
    status: 400,
    code: 'invalid_work_id',
    type: 'invalid_request',
    message: 'A work id is a UUID.',
  },
  'certificate-unknown': {
    status: 404,
    code: 'certificate_not_found',
    type: 'not_found',
    message: 'There is no certificate with this id.',
  },
  'work-unknown': {
    status: 404,
    code: 'work_not_found',
    type: 'not_found',
    message: 'There is no work with this id.',
  },
  'already-certified': {
    status: 409,
    code: 'already_certified',
    type: 'conflict',
    message: 'The registry has a certificate of this hash.',
  },
  'registry-overloaded': BUSY,
  'registry-closing': BUSY,
  'not-published': {
    ...BUSY,
    code: 'not_published_yet',
    message: 'It is recorded, and the public log has not published it yet. Look it up before you send it again.',
    retryAfter: 5,
  },
  'route-unknown': { status: 404, code: 'not_found', type: 'not_found', message: 'There is nothing at this address.' },
  'method-not-allowed': {
    status: 405,
    code: 'method_not_allowed',
    type: 'invalid_request',
    message: 'This address does not take that method; the Allow header lists those it takes.',
  },
  'url-malformed': {
    status: 400,
    code: 'invalid_url',
    type: 'invalid_request',
    message: 'The address is not a valid URL.',
  },
  'body-malformed': {
    status: 400,
    code: 'invalid_json',
    type: 'invalid_request',
    message: 'The body is not valid JSON.',
  },
  'body-too-large': {
    status: 413,
    code: 'body_too_large',
    type: 'invalid_request',
    message: 'The body is larger than this address takes.',
  },
  'media-type-unsupported': {
    status: 415,
    code: 'unsupported_media_type',
    type: 'invalid_request',
    message: 'The body must be sent as application/json.',
  },
  'input-invalid': VALIDATION_ERROR,
  'fields-invalid': VALIDATION_ERROR,
  internal: {
    status: 500,
    code: 'internal_error',
    type: 'server_error',
    message: 'The server failed to answer. Try again later.',
  },
};

/** For the description of the API. */
export const ERROR_CODES: readonly string[] = Object.keys(ROWS);

export function presentError(error: unknown, requestId: string): ErrorAnswer {
  const row = ROWS[codeOf(error)];
  const { status, code, type, message } = row;
  const details = detailsOf(error);
  return {
    status,
    headers: headersOf(error, row),
    body: { error: { code, message, type, request_id: requestId, ...(details && { details }) } },
  };
}

function headersOf(error: unknown, { status, retryAfter }: Row): Record<string, string> {
  if (error instanceof RateLimitError) return { 'retry-after': String(error.retryAfterSeconds) };
  if (retryAfter !== undefined) return { 'retry-after': String(retryAfter) };
  // RFC 9110 section 11.6.1: a 401 says how to authenticate.
  return status === 401 ? { 'www-authenticate': 'Bearer' } : {};
}

function detailsOf(error: unknown): { errors: readonly { field: string; message: string }[] } | null {
  if (error instanceof FieldsError) return { errors: error.problems };
  if (!(error instanceof RequestFault) || error.code !== 'input-invalid') return null;
  return { errors: error.problems };
}

function codeOf(error: unknown): Code {
  return error instanceof CodedError && Object.hasOwn(ROWS, error.code) ? (error.code as Code) : 'internal';
}
