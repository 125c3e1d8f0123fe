import { CodedError } from '../../base/coded-error.ts';
import type { CredentialFaultCode } from './credentials.ts';
import type { RequestFaultCode } from './request-fault.ts';

/** How faults of requests look on every surface that has no words of its own for them. */
export const REQUEST_FAULT_ROWS = {
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
    code: 'invalid_request',
    type: 'invalid_request',
    message: 'The request is not valid.',
  },
  internal: {
    status: 500,
    code: 'internal_error',
    type: 'server_error',
    message: 'The server failed to answer. Try again later.',
  },
} as const satisfies Record<RequestFaultCode, object>;

/** Of surfaces that tell in details which fields are wrong. */
export const VALIDATION_ERROR = {
  status: 400,
  code: 'validation_error',
  type: 'invalid_request',
  message: 'The request is not valid.',
} as const;

/** Also for what is refused with other words. */
export const INVALID_API_KEY = {
  status: 401,
  code: 'invalid_api_key',
  type: 'authentication_error',
  message: 'This is not an API key of this service.',
} as const;

/** How API keys are refused by the contracts whose errors have a type. */
export const API_KEY_ROWS = {
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
  'credential-scope': {
    status: 403,
    code: 'insufficient_scope',
    type: 'permission_denied',
    message: 'The scopes of this API key do not cover this.',
  },
} as const satisfies Partial<Record<CredentialFaultCode, object>>;

/** Of the contracts whose errors have a type. */
export const RATE_LIMITED = {
  status: 429,
  code: 'rate_limit_exceeded',
  type: 'rate_limited',
  message: 'Too many requests. The Retry-After header says when to come again.',
} as const;

/** The row of an error's code; what a table does not know is `internal`. */
export function findRow<Code extends string, Row>(rows: Readonly<Record<Code | 'internal', Row>>, error: unknown): Row {
  const isKnown = error instanceof CodedError && Object.hasOwn(rows, error.code);
  return rows[isKnown ? (error.code as Code) : 'internal'];
}
