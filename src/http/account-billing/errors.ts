import { CodedError } from '../../base/coded-error.ts';
import { RequestFault, type RequestFaultCode } from '../shared/request-fault.ts';
import type { ErrorAnswer } from '../shared/surface.ts';

export type AccountBillingErrorCode = 'session-missing' | 'cursor-invalid' | 'limit-invalid';

export class AccountBillingError extends CodedError<AccountBillingErrorCode> {}

type Code = RequestFaultCode | AccountBillingErrorCode;

interface Row {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

const row = (status: number, code: string, message: string): Row => ({ status, code, message });

/** How these routes show every error. */
const ROWS: Readonly<Record<Code, Row>> = {
  'session-missing': row(401, 'authentication_required', 'Sign in first.'),
  'cursor-invalid': row(400, 'invalid_cursor', 'before must be the next_before of an earlier answer.'),
  'limit-invalid': row(400, 'invalid_limit', 'limit must be a whole number from 1 to 100.'),
  'route-unknown': row(404, 'not_found', 'There is nothing at this address.'),
  'method-not-allowed': row(405, 'method_not_allowed', 'This address does not take that method.'),
  'url-malformed': row(400, 'invalid_url', 'The address is not a valid URL.'),
  'body-malformed': row(400, 'invalid_json', 'The body is not valid JSON.'),
  'body-too-large': row(413, 'body_too_large', 'The body is too large.'),
  'media-type-unsupported': row(415, 'unsupported_media_type', 'The body must be sent as application/json.'),
  'input-invalid': row(400, 'invalid_request', 'The request is not valid.'),
  internal: row(500, 'internal_error', 'The server failed to answer. Try again later.'),
};

const FIELD_CODES: Readonly<Record<string, Code>> = { before: 'cursor-invalid', limit: 'limit-invalid' };

/** For the description of the API. */
export const ERROR_CODES: readonly string[] = Object.keys(ROWS);

export function presentError(error: unknown, requestId: string): ErrorAnswer {
  const { status, code, message } = ROWS[codeOf(error)];
  return {
    status,
    headers: { 'cache-control': 'no-store' },
    body: { error: { code, message, request_id: requestId } },
  };
}

function codeOf(error: unknown): Code {
  if (error instanceof RequestFault && error.code === 'input-invalid') {
    return FIELD_CODES[error.field] ?? 'input-invalid';
  }
  return error instanceof CodedError && Object.hasOwn(ROWS, error.code) ? (error.code as Code) : 'internal';
}
