import { CodedError } from '../../base/coded-error.ts';
import type { ProfileErrorCode } from '../../core/account/profile.ts';
import { findRow } from '../shared/error-rows.ts';
import type { RateLimitError } from '../shared/rate-limit.ts';
import { RequestFault, type RequestFaultCode } from '../shared/request-fault.ts';
import type { CrossSiteError } from '../shared/same-origin.ts';
import type { ErrorAnswer } from '../shared/surface.ts';

export type AccountErrorCode = 'signed-out' | 'mail-not-configured';

export class AccountError extends CodedError<AccountErrorCode> {}

type Code = RequestFaultCode | ProfileErrorCode | AccountErrorCode | RateLimitError['code'] | CrossSiteError['code'];

interface Row {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** How the account routes show every error of ours: `code` and `message` as better-auth does for its own. */
const ROWS: Readonly<Record<Code, Row>> = {
  'signed-out': { status: 401, code: 'UNAUTHORIZED', message: 'Sign in first.' },
  'mail-not-configured': {
    status: 503,
    code: 'MAIL_NOT_CONFIGURED',
    message: 'This server cannot send mail yet, and this needs a mail. Its operator has to set that up.',
  },
  'rate-limited': { status: 429, code: 'TOO_MANY_ATTEMPTS', message: 'Too many attempts. Try again later.' },
  'cross-site': {
    status: 403,
    code: 'INVALID_ORIGIN',
    message: 'The request does not come from a page of this server.',
  },
  'handle-invalid': {
    status: 400,
    code: 'INVALID_HANDLE',
    message: 'A handle is 3 to 30 letters and digits, with single hyphens and underscores between them.',
  },
  'handle-taken': { status: 409, code: 'HANDLE_TAKEN', message: 'This handle is taken.' },
  'display-name-invalid': {
    status: 400,
    code: 'INVALID_DISPLAY_NAME',
    message: 'A name is 1 to 80 characters without control characters.',
  },
  'bio-invalid': {
    status: 400,
    code: 'INVALID_BIO',
    message: 'A text about oneself is at most 1,000 characters without control characters but line ends.',
  },
  'location-invalid': {
    status: 400,
    code: 'INVALID_LOCATION',
    message: 'A location is at most 80 characters without control characters.',
  },
  'avatar-url-invalid': {
    status: 400,
    code: 'INVALID_AVATAR_URL',
    message: 'A picture is an https address of at most 500 characters.',
  },
  'account-gone': { status: 401, code: 'UNAUTHORIZED', message: 'Sign in first.' },
  'route-unknown': { status: 404, code: 'NOT_FOUND', message: 'There is nothing at this address.' },
  'method-not-allowed': {
    status: 405,
    code: 'METHOD_NOT_ALLOWED',
    message: 'This address does not take that method; the Allow header lists those it takes.',
  },
  'url-malformed': { status: 400, code: 'INVALID_URL', message: 'The address is not a valid URL.' },
  'body-malformed': { status: 400, code: 'INVALID_JSON', message: 'The body is not valid JSON.' },
  'body-too-large': { status: 413, code: 'BODY_TOO_LARGE', message: 'The body is larger than this address takes.' },
  'media-type-unsupported': {
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
    message: 'The body must be sent as application/json.',
  },
  'input-invalid': { status: 400, code: 'VALIDATION_ERROR', message: 'The request is not valid.' },
  internal: { status: 500, code: 'INTERNAL_ERROR', message: 'The server failed to answer. Try again later.' },
};

/** For the description of the API. */
export const ERROR_CODES: readonly string[] = Object.keys(ROWS);

export function presentError(error: unknown): ErrorAnswer {
  const { status, code, message } = findRow(ROWS, error);
  const field = error instanceof RequestFault && error.code === 'input-invalid' ? error.field : '';
  return { status, body: { code, message: field === '' ? message : `${field} is missing or not valid.` } };
}
