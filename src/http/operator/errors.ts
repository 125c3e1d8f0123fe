import { CodedError } from '../../base/coded-error.ts';
import { PolicyRefusal, type PolicyRefusalCode } from '../../core/audio/error.ts';
import type { PublicLogErrorCode } from '../../core/log/public-log.ts';
import type { FieldsError, ReviewErrorCode, SubmissionErrorCode } from '../../core/registry/error.ts';
import type { CursorError } from '../shared/cursor.ts';
import { detailsOf } from '../shared/error-details.ts';
import { findRow, REQUEST_FAULT_ROWS, VALIDATION_ERROR } from '../shared/error-rows.ts';
import type { RequestFaultCode } from '../shared/request-fault.ts';
import type { CrossSiteError } from '../shared/same-origin.ts';
import type { ErrorAnswer } from '../shared/surface.ts';

export type OperatorErrorCode = 'session-missing' | 'operator-required';

export class OperatorError extends CodedError<OperatorErrorCode> {}

type Code =
  | RequestFaultCode
  | CrossSiteError['code']
  | CursorError['code']
  | FieldsError['code']
  | Extract<SubmissionErrorCode, 'submission-unknown'>
  | Extract<PublicLogErrorCode, 'not-published'>
  | ReviewErrorCode
  | PolicyRefusalCode
  | OperatorErrorCode;

interface Row {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

const row = (status: number, code: string, message: string): Row => ({ status, code, message });

/** How these routes show every error. */
const ROWS: Readonly<Record<Code, Row>> = {
  'session-missing': row(401, 'authentication_required', 'Sign in as an operator.'),
  'operator-required': row(403, 'operator_required', 'This is for operators of the server.'),
  'cross-site': row(403, 'cross_site_request', 'A request with a cookie must come from a page of this server.'),
  'cursor-invalid': row(400, 'invalid_cursor', 'The cursor is none that this list gave.'),
  'fields-invalid': VALIDATION_ERROR,
  'submission-unknown': row(404, 'submission_not_found', 'No submission has this id.'),
  'already-decided': row(409, 'already_decided', 'This submission is decided. What it issued can only be revoked.'),
  'artist-gone': row(409, 'artist_gone', 'The artist’s account was deleted or has no handle any more.'),
  'work-certified': row(
    409,
    'work_already_certified',
    'An active certificate of this recording is there; with two, by-sha256 would find neither.',
  ),
  'certificate-unknown': row(404, 'certificate_not_found', 'No certificate of a track has this id.'),
  'certificate-revoked': row(409, 'certificate_revoked', 'This certificate is revoked.'),
  'certificate-changed': row(409, 'certificate_changed', 'The certificate was changed meanwhile. Look again.'),
  'account-unknown': row(404, 'account_not_found', 'No account has this id.'),
  'integrator-unknown': row(404, 'integrator_not_found', 'This account is not on the list.'),
  'policy-invalid': row(422, 'invalid_policy', 'This is no policy that can be used; the details say why.'),
  'policy-unconfirmed': row(422, 'unconfirmed_policy', 'Its held-out half did not confirm this policy.'),
  'cohort-mismatch': row(422, 'cohort_mismatch', 'The cohort is not the one that the policy names.'),
  'policy-unknown': row(404, 'policy_not_found', 'No policy with this id is accepted.'),
  'not-published': row(
    503,
    'log_not_published',
    'It is done and kept, but the public log does not show it yet. Look again in a while.',
  ),
  ...REQUEST_FAULT_ROWS,
  'input-invalid': VALIDATION_ERROR,
};

/** For the description of the API. */
export const ERROR_CODES: readonly string[] = Object.keys(ROWS);

export function presentError(error: unknown, requestId: string): ErrorAnswer {
  const { status, code, message } = findRow(ROWS, error);
  const isPolicy = error instanceof PolicyRefusal && error.code === 'policy-invalid';
  const details = isPolicy ? { errors: [{ field: 'policy', message: error.message }] } : detailsOf(error);
  return {
    status,
    headers: { 'cache-control': 'no-store', ...(status === 503 && { 'retry-after': '5' }) },
    body: { error: { code, message, request_id: requestId, ...(details && { details }) } },
  };
}
