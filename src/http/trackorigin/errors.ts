import { CodedError } from '../../base/coded-error.ts';
import type { CredentialFaultCode } from '../shared/credentials.ts';
import { RateLimitError } from '../shared/rate-limit.ts';
import { RequestFault, type RequestFaultCode } from '../shared/request-fault.ts';
import type { ErrorAnswer } from '../shared/surface.ts';

export type TrackoriginErrorCode =
  /** A publishable key where only a secret one will do. */
  | 'secret-key-required'
  /** Neither free calls nor credits are left. */
  | 'insufficient-credits'
  | 'session-missing';

export class TrackoriginError extends CodedError<TrackoriginErrorCode> {}

type Code = RequestFaultCode | CredentialFaultCode | RateLimitError['code'] | TrackoriginErrorCode;

interface Row {
  readonly status: number;
  readonly code: string;
  readonly type:
    | 'invalid_request'
    | 'authentication_error'
    | 'payment_required'
    | 'permission_denied'
    | 'not_found'
    | 'rate_limited'
    | 'server_error';
  readonly message: string;
}

const INVALID_API_KEY = {
  status: 401,
  code: 'invalid_api_key',
  type: 'authentication_error',
  message: 'This is not an API key of this service.',
} as const;

/**
 * How this contract shows every error. Its document gives the statuses, and the codes `insufficient_credits` and
 * `validation_error`; the others here are ours.
 */
const ROWS: Readonly<Record<Code, Row>> = {
  'credential-missing': {
    status: 401,
    code: 'missing_api_key',
    type: 'authentication_error',
    message: 'Send the header "Authorization: Bearer <API key>".',
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
  'credentials-conflict': { ...INVALID_API_KEY, message: 'Send one Authorization header only.' },
  'credential-in-url': {
    ...INVALID_API_KEY,
    message: 'Addresses are logged on their way: replace this API key, and send the new one as a Bearer token.',
  },
  'credential-scope': {
    status: 403,
    code: 'insufficient_scope',
    type: 'permission_denied',
    message: 'The scopes of this API key do not cover this.',
  },
  'secret-key-required': {
    status: 403,
    code: 'secret_key_required',
    type: 'permission_denied',
    message: 'This address takes a secret key only.',
  },
  'insufficient-credits': {
    status: 402,
    code: 'insufficient_credits',
    type: 'payment_required',
    message: 'The free calls of this month are used up and no credits are left.',
  },
  'session-missing': {
    status: 401,
    code: 'authentication_required',
    type: 'authentication_error',
    message: 'Sign in to your account; this address takes no API key.',
  },
  'rate-limited': {
    status: 429,
    code: 'rate_limit_exceeded',
    type: 'rate_limited',
    message: 'Too many requests. The Retry-After header says when to come again.',
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
  'input-invalid': {
    status: 400,
    code: 'validation_error',
    type: 'invalid_request',
    message: 'The request is not valid.',
  },
  internal: {
    status: 500,
    code: 'internal_error',
    type: 'server_error',
    message: 'The server failed to answer. Try again later.',
  },
};

export function presentError(error: unknown, requestId: string): ErrorAnswer {
  const { status, code, type, message } = ROWS[codeOf(error)];
  const details = detailsOf(error);
  return {
    status,
    headers: headersOf(error, status),
    body: { error: { code, message, type, request_id: requestId, ...(details && { details }) } },
  };
}

function headersOf(error: unknown, status: number): Record<string, string> {
  if (error instanceof RateLimitError) return { 'retry-after': String(error.retryAfterSeconds) };
  // RFC 9110 section 11.6.1: a 401 says how to authenticate.
  return status === 401 ? { 'www-authenticate': 'Bearer' } : {};
}

function detailsOf(error: unknown): { errors: { field: string; message: string }[] } | null {
  if (!(error instanceof RequestFault) || error.code !== 'input-invalid') return null;
  return { errors: [{ field: error.field, message: 'missing, or not valid' }] };
}

function codeOf(error: unknown): Code {
  return error instanceof CodedError && Object.hasOwn(ROWS, error.code) ? (error.code as Code) : 'internal';
}
