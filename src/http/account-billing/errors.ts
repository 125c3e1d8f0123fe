import { CodedError } from '../../base/coded-error.ts';
import { findRow, REQUEST_FAULT_ROWS } from '../shared/error-rows.ts';
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
  ...REQUEST_FAULT_ROWS,
};

const FIELD_CODES: Readonly<Record<string, Code>> = { before: 'cursor-invalid', limit: 'limit-invalid' };

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
  const field = error instanceof RequestFault && error.code === 'input-invalid' ? FIELD_CODES[error.field] : undefined;
  return field === undefined ? findRow(ROWS, error) : ROWS[field];
}
