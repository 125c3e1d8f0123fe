import { CodedError } from '../../base/coded-error.ts';
import type { PublicLogErrorCode } from '../../core/log/public-log.ts';
import type { FieldsError } from '../../core/registry/error.ts';
import type { WebhookErrorCode } from '../../core/webhook/error.ts';
import type { WorkErrorCode } from '../../core/works/error.ts';
import type { CredentialFaultCode } from '../shared/credentials.ts';
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

const INVALID_CREDENTIALS = {
  status: 401,
  code: 'invalid_credentials',
  type: 'authentication_error',
  message: 'Send one credential: "Authorization: Bearer <token>" or "X-API-Key: <key>".',
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
  ...API_KEY_ROWS,
  'credentials-conflict': INVALID_CREDENTIALS,
  'credential-in-url': {
    ...INVALID_API_KEY,
    message: 'Addresses are logged on their way: replace this API key, and send the new one in a header.',
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
  'rate-limited': RATE_LIMITED,
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
  ...REQUEST_FAULT_ROWS,
  'input-invalid': VALIDATION_ERROR,
  'fields-invalid': VALIDATION_ERROR,
};

/** For the description of the API. */
export const ERROR_CODES: readonly string[] = Object.keys(ROWS);

export function presentError(error: unknown, requestId: string): ErrorAnswer {
  const row = findRow(ROWS, error);
  const { status, code, type, message } = row;
  const details = detailsOf(error);
  return {
    status,
    headers: headersOf(row),
    body: { error: { code, message, type, request_id: requestId, ...(details && { details }) } },
  };
}

function headersOf({ status, retryAfter }: Row): Record<string, string> {
  if (retryAfter !== undefined) return { 'retry-after': String(retryAfter) };
  // RFC 9110 section 11.6.1: a 401 says how to authenticate.
  return status === 401 ? { 'www-authenticate': 'Bearer' } : {};
}
