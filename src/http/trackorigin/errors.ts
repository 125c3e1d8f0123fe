import { CodedError } from '../../base/coded-error.ts';
import { type AudioErrorCode, ProbeError, type ProbeErrorCode } from '../../core/audio/error.ts';
import type { CertificateServiceErrorCode } from '../../core/certificate/error.ts';
import type { PublicLogErrorCode } from '../../core/log/public-log.ts';
import type { FieldsError, SubmissionErrorCode } from '../../core/registry/error.ts';
import type { WebhookErrorCode } from '../../core/webhook/error.ts';
import type { CredentialFaultCode } from '../shared/credentials.ts';
import type { CursorError } from '../shared/cursor.ts';
import { detailsOf } from '../shared/error-details.ts';
import {
  API_KEY_ROWS,
  findRow,
  INVALID_API_KEY,
  RATE_LIMITED,
  REQUEST_FAULT_ROWS,
  VALIDATION_ERROR,
} from '../shared/error-rows.ts';
import type { RateLimitError } from '../shared/rate-limit.ts';
import type { RequestFaultCode } from '../shared/request-fault.ts';
import type { CrossSiteError } from '../shared/same-origin.ts';
import type { ErrorAnswer } from '../shared/surface.ts';
import { WEBHOOK_ERROR_ROWS } from '../shared/webhooks/errors.ts';

export type TrackoriginErrorCode =
  /** A publishable key where only a secret one will do. */
  | 'secret-key-required'
  /** Neither free calls nor credits are left. */
  | 'insufficient-credits'
  | 'session-missing'
  /** A live key where only a test key will do. */
  | 'test-key-required'
  | 'certificate-id-invalid'
  | 'sha256-invalid'
  /** More than one active certificate has the digest. */
  | 'certificates-ambiguous'
  | 'artist-not-found'
  | 'idempotency-key-invalid';

export class TrackoriginError extends CodedError<TrackoriginErrorCode> {}

type Code =
  | RequestFaultCode
  | CredentialFaultCode
  | RateLimitError['code']
  | CrossSiteError['code']
  | CursorError['code']
  | FieldsError['code']
  | SubmissionErrorCode
  | AudioErrorCode
  | ProbeErrorCode
  | CertificateServiceErrorCode
  | PublicLogErrorCode
  | TrackoriginErrorCode
  | WebhookErrorCode;

interface Row {
  readonly status: number;
  readonly code: string;
  readonly type:
    | 'invalid_request'
    | 'authentication_error'
    | 'payment_required'
    | 'permission_denied'
    | 'not_found'
    | 'conflict'
    | 'unprocessable'
    | 'rate_limited'
    | 'server_error';
  readonly message: string;
}

/**
 * How this contract shows every error. Its document gives the statuses, and the codes `insufficient_credits` and
 * `validation_error`; the others here are ours.
 */
const ROWS: Readonly<Record<Code, Row>> = {
  ...WEBHOOK_ERROR_ROWS,
  'credential-missing': {
    status: 401,
    code: 'missing_api_key',
    type: 'authentication_error',
    message: 'Send the header "Authorization: Bearer <API key>".',
  },
  ...API_KEY_ROWS,
  'credentials-conflict': { ...INVALID_API_KEY, message: 'Send one Authorization header only.' },
  'credential-in-url': {
    ...INVALID_API_KEY,
    message: 'Addresses are logged on their way: replace this API key, and send the new one as a Bearer token.',
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
  'test-key-required': {
    status: 403,
    code: 'test_key_required',
    type: 'permission_denied',
    message: 'This address takes a secret test key only.',
  },
  'certificate-id-invalid': {
    status: 400,
    code: 'invalid_certificate_id',
    type: 'invalid_request',
    message: 'A certificate id is cer_ and letters, digits and underscores, at most 64 characters in all.',
  },
  'sha256-invalid': {
    status: 400,
    code: 'invalid_sha256',
    type: 'invalid_request',
    message: 'A SHA-256 digest is 64 hexadecimal characters.',
  },
  'certificate-unknown': {
    status: 404,
    code: 'certificate_not_found',
    type: 'not_found',
    message: 'There is no such certificate.',
  },
  'certificates-ambiguous': {
    status: 409,
    code: 'ambiguous_multiple_certificates',
    type: 'conflict',
    message: 'More than one active certificate has this digest.',
  },
  'fingerprint-unavailable': {
    status: 422,
    code: 'fingerprint_unavailable',
    type: 'unprocessable',
    message: 'This certificate has no fingerprint yet.',
  },
  'fingerprint-undecodable': {
    status: 422,
    code: 'undecodable_fingerprint',
    type: 'unprocessable',
    message: 'A fingerprint cannot be read; the details say what to send.',
  },
  'fingerprint-degenerate': {
    status: 422,
    code: 'degenerate_fingerprint',
    type: 'unprocessable',
    message: 'A fingerprint is of silence or of hardly any audio; the details say which.',
  },
  'algorithm-unsupported': {
    status: 422,
    code: 'unsupported_algorithm',
    type: 'unprocessable',
    message: 'The algorithm must be chromaprint.',
  },
  'policy-missing': {
    status: 422,
    code: 'policy_not_accepted',
    type: 'unprocessable',
    message: 'No verification policy is accepted, so nothing can be registered.',
  },
  'audio-not-matched': {
    status: 422,
    code: 'audio_not_matched',
    type: 'unprocessable',
    message: 'The artifact does not match the certificate; verify-audio says why.',
  },
  'certificate-not-active': {
    status: 409,
    code: 'certificate_not_active',
    type: 'conflict',
    message: 'This certificate is revoked.',
  },
  'integrator-required': {
    status: 403,
    code: 'integrator_not_allowlisted',
    type: 'permission_denied',
    message: 'This account is not on the list of integrators. The operator of the server keeps it.',
  },
  'digest-bound-elsewhere': {
    status: 409,
    code: 'sha256_already_bound',
    type: 'conflict',
    message: 'Another active certificate has this digest; with two, by-sha256 would find neither.',
  },
  'not-published': {
    status: 503,
    code: 'log_not_published',
    type: 'server_error',
    message: 'It is done, but the public log does not show it yet.',
  },
  'session-missing': {
    status: 401,
    code: 'authentication_required',
    type: 'authentication_error',
    message: 'Sign in to your account; this address takes no API key.',
  },
  'cross-site': {
    status: 403,
    code: 'cross_site_request',
    type: 'permission_denied',
    message: 'A request with a cookie must come from a page of this server.',
  },
  'artist-not-found': {
    status: 404,
    code: 'artist_not_found',
    type: 'not_found',
    message: 'No artist has this handle.',
  },
  'artist-unknown': {
    status: 400,
    code: 'unknown_artist',
    type: 'invalid_request',
    message: 'The account has no artist with this id.',
  },
  'artist-handle-taken': {
    status: 409,
    code: 'artist_handle_taken',
    type: 'conflict',
    message: 'Somebody else has this handle.',
  },
  'submission-unknown': {
    status: 404,
    code: 'submission_not_found',
    type: 'not_found',
    message: 'The account has no submission with this id.',
  },
  'submission-pending': {
    status: 409,
    code: 'submission_pending',
    type: 'conflict',
    message: 'A submission of this recording waits for a decision already.',
  },
  'too-many-pending': {
    status: 409,
    code: 'too_many_pending_submissions',
    type: 'conflict',
    message: 'As many submissions of the account wait for a decision as may wait.',
  },
  'submission-mismatch': {
    status: 409,
    code: 'idempotency_mismatch',
    type: 'conflict',
    message: 'This Idempotency-Key was used for another submission.',
  },
  'idempotency-key-invalid': {
    status: 400,
    code: 'invalid_idempotency_key',
    type: 'invalid_request',
    message: 'An Idempotency-Key has 1 to 200 printable characters.',
  },
  'cursor-invalid': {
    status: 400,
    code: 'invalid_cursor',
    type: 'invalid_request',
    message: 'The cursor is none that this list gave.',
  },
  'rate-limited': RATE_LIMITED,
  ...REQUEST_FAULT_ROWS,
  'input-invalid': VALIDATION_ERROR,
  'fields-invalid': VALIDATION_ERROR,
  'signing-key-retired': REQUEST_FAULT_ROWS.internal,
  'unknown-event': REQUEST_FAULT_ROWS.internal,
};

/** For the description of the API. */
export const ERROR_CODES: readonly string[] = Object.keys(ROWS);

export function presentError(error: unknown, requestId: string): ErrorAnswer {
  const { status, code, type, message } = findRow(ROWS, error);
  const details = error instanceof ProbeError ? { errors: [error.problem] } : detailsOf(error);
  return {
    status,
    headers: headersOf(status),
    body: { error: { code, message, type, request_id: requestId, ...(details && { details }) } },
  };
}

function headersOf(status: number): Record<string, string> {
  // RFC 9110 section 11.6.1: a 401 says how to authenticate.
  if (status === 401) return { 'www-authenticate': 'Bearer' };
  // Caches may keep a 404 for a while, RFC 9111 section 4.2.2: nobody would see the certificate that comes.
  if (status === 404) return { 'cache-control': 'no-store' };
  return status === 503 ? { 'retry-after': '1' } : {};
}
