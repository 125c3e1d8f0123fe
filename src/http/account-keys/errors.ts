import { CodedError } from '../../base/coded-error.ts';
import type { KeyErrorCode } from '../../core/key/mint.ts';
import { findRow, REQUEST_FAULT_ROWS } from '../shared/error-rows.ts';
import type { RateLimitError } from '../shared/rate-limit.ts';
import { RequestFault, type RequestFaultCode } from '../shared/request-fault.ts';
import type { CrossSiteError } from '../shared/same-origin.ts';
import type { ErrorAnswer } from '../shared/surface.ts';

export type AccountKeysErrorCode =
  | 'session-missing'
  /** orphograph: no active subscription. */
  | 'subscription-required'
  /** proofd: no plan with API access. */
  | 'plan-not-entitled'
  | 'kind-invalid'
  | 'name-invalid'
  | 'scopes-invalid'
  | 'expiry-invalid'
  | 'grace-invalid';

export class AccountKeysError extends CodedError<AccountKeysErrorCode> {}

type Code = RequestFaultCode | KeyErrorCode | AccountKeysErrorCode | RateLimitError['code'] | CrossSiteError['code'];

interface Row {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

const row = (status: number, code: string, message: string): Row => ({ status, code, message });

/** How these routes show every error. */
const ROWS: Readonly<Record<Code, Row>> = {
  'session-missing': row(401, 'authentication_required', 'Sign in to manage keys.'),
  'cross-site': row(403, 'cross_site_request', 'A request with a cookie must come from a page of this server.'),
  'subscription-required': row(402, 'subscription_required', 'Keys of this kind need an active subscription.'),
  'plan-not-entitled': row(403, 'PLAN_NOT_ENTITLED', 'Keys of this kind need a Pro or Business plan.'),
  'account-gone': row(401, 'authentication_required', 'The account was deleted.'),
  'key-unknown': row(404, 'key_not_found', 'The account has no key with this id.'),
  'too-many-keys': row(409, 'too_many_keys', 'The account has as many active keys as it may have. Revoke one first.'),
  'key-ended': row(409, 'key_not_active', 'The key is revoked or expired, so it cannot be rotated. Make a new one.'),
  'kind-not-issued': row(400, 'kind_not_issued', 'Pack tokens are bought; they cannot be made or rotated here.'),
  'grace-not-possible': row(400, 'grace_not_possible', 'Of this kind an account has one active key: no grace.'),
  'kind-invalid': row(400, 'invalid_kind', 'kind must be one of the documented kinds of key.'),
  'name-invalid': row(400, 'invalid_name', 'name must be 1 to 100 characters without control characters, or null.'),
  'scopes-invalid': row(400, 'invalid_scopes', 'scopes must be null, or a list of read and write, each once.'),
  'expiry-invalid': row(400, 'invalid_expiry', 'expires_at must be null, or an ISO-8601 UTC time to come.'),
  'grace-invalid': row(400, 'invalid_grace', 'grace_seconds must be a whole number from 0 to 604800.'),
  'rate-limited': row(429, 'rate_limited', 'Too many new keys. Try again later.'),
  ...REQUEST_FAULT_ROWS,
  'input-invalid': row(400, 'invalid_request', 'The body must be a JSON object of the documented fields.'),
};

const FIELD_CODES: Readonly<Record<string, Code>> = {
  kind: 'kind-invalid',
  name: 'name-invalid',
  scopes: 'scopes-invalid',
  expires_at: 'expiry-invalid',
  grace_seconds: 'grace-invalid',
};

/** For the description of the API. */
export const ERROR_CODES: readonly string[] = Object.keys(ROWS);

export function presentError(error: unknown, requestId: string): ErrorAnswer {
  const { status, code, message } = rowOf(error);
  return {
    status,
    headers: { 'cache-control': 'no-store' },
    body: { error: { code, message, request_id: requestId } },
  };
}

function rowOf(error: unknown): Row {
  const isInput = error instanceof RequestFault && error.code === 'input-invalid';
  const field = isInput ? FIELD_CODES[error.field.split('/')[0]!] : undefined;
  return field === undefined ? findRow(ROWS, error) : ROWS[field];
}
