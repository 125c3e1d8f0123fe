import { CodedError } from '../../base/coded-error.ts';
import type { AnchorErrorCode } from '../../core/anchor/anchor.ts';
import type { OrderErrorCode } from '../../core/order/order.ts';
import type { StripeEventError } from '../../core/order/stripe-event.ts';
import type { CredentialFaultCode } from '../shared/credentials.ts';
import { findRow, REQUEST_FAULT_ROWS } from '../shared/error-rows.ts';
import { RequestFault, type RequestFaultCode } from '../shared/request-fault.ts';
import type { CrossSiteError } from '../shared/same-origin.ts';
import type { ErrorAnswer } from '../shared/surface.ts';

export type OrphographErrorCode =
  | 'hash-invalid'
  | 'sha512-invalid'
  | 'label-invalid'
  | 'batch-invalid'
  | 'receipt-id-invalid'
  | 'receipt-unknown'
  | 'free-tier-exhausted'
  | 'credits-exhausted'
  | 'notify-email-invalid'
  | 'session-required'
  | 'subscription-required'
  | 'privacy-invalid'
  | 'limit-invalid'
  | 'cursor-invalid'
  | 'hash-prefix-invalid'
  | 'label-filter-invalid'
  | 'order-id-invalid'
  | 'order-unknown'
  | 'btc-payments-off'
  | 'signature-invalid';

export class OrphographError extends CodedError<OrphographErrorCode> {}

/** The free tier has no token left for this network. */
export class FreeTierError extends OrphographError {
  readonly retryAfterSeconds: number;
  readonly limitPerHour: number;

  constructor(retryAfterSeconds: number, limitPerHour: number) {
    super('free-tier-exhausted', 'no token left');
    this.retryAfterSeconds = retryAfterSeconds;
    this.limitPerHour = limitPerHour;
  }
}

/** Others count as no credential. */
type RefusedCredential = Extract<CredentialFaultCode, 'credentials-conflict' | 'credential-in-url'>;
type Code =
  | OrderErrorCode
  | StripeEventError['code']
  | RequestFaultCode
  | AnchorErrorCode
  | OrphographErrorCode
  | RefusedCredential
  | CrossSiteError['code'];

interface Row {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly retryAfterSeconds?: number;
}

/** How this contract shows every error. The codes on the wire are ours: its document gives statuses only. */
const ROWS: Readonly<Record<Code, Row>> = {
  'hash-invalid': { status: 400, code: 'invalid_hash', message: 'hash_hex must be 64 lowercase hex characters.' },
  'sha512-invalid': {
    status: 400,
    code: 'invalid_sha512',
    message: 'sha512_hex must be 128 lowercase hex characters, or be left out.',
  },
  'label-invalid': {
    status: 400,
    code: 'invalid_label',
    message: 'client_label must be text of at most 200 characters without control characters.',
  },
  'batch-invalid': { status: 400, code: 'invalid_batch', message: 'hashes must be an array of 1 to 50 items.' },
  'receipt-id-invalid': {
    status: 400,
    code: 'invalid_receipt_id',
    message: 'A receipt id is 1 to 64 letters, digits, hyphens or underscores.',
  },
  'receipt-unknown': { status: 404, code: 'not_found', message: 'There is no receipt with this id.' },
  'free-tier-exhausted': {
    status: 429,
    code: 'rate_limit_exceeded',
    message: 'The free allowance of this network is used up. Try again later.',
  },
  'credentials-conflict': {
    status: 400,
    code: 'credentials_conflict',
    message: 'Send either X-Pack-Token or X-Orpho-Api-Key, not both.',
  },
  'credential-in-url': {
    status: 400,
    code: 'credential_in_url',
    message: 'Send keys in a header. This one has been in an address and should be replaced.',
  },
  'credits-exhausted': {
    status: 402,
    code: 'insufficient_credits',
    message: 'The pack has no credit left for this digest, so it was not anchored.',
  },
  'notify-email-invalid': {
    status: 400,
    code: 'invalid_notify_email',
    message: 'notify_email must be a single mail address, or be left out.',
  },
  'cross-site': { status: 403, code: 'cross_site', message: 'This can only be done from a page of this server.' },
  'session-required': { status: 401, code: 'unauthorized', message: 'Sign in first.' },
  'subscription-required': {
    status: 402,
    code: 'subscription_required',
    message: 'This needs an active Personal or Creator subscription.',
  },
  'privacy-invalid': { status: 400, code: 'invalid_private', message: 'private must be true or false.' },
  'limit-invalid': { status: 400, code: 'invalid_limit', message: 'limit must be a number from 1 to 200.' },
  'cursor-invalid': { status: 400, code: 'invalid_before', message: 'before must be the next_before of a page.' },
  'hash-prefix-invalid': { status: 400, code: 'invalid_q', message: 'q must be at most 64 hex digits.' },
  'label-filter-invalid': { status: 400, code: 'invalid_label', message: 'label must be at most 200 characters.' },
  'calendars-unreachable': {
    status: 503,
    code: 'calendars_unreachable',
    message: 'No calendar accepted the digest, so nothing was recorded. Try again in a minute.',
    retryAfterSeconds: 60,
  },
  'anchor-overloaded': {
    status: 503,
    code: 'overloaded',
    message: 'Too many digests are waiting, so nothing was recorded. Try again shortly.',
    retryAfterSeconds: 1,
  },
  'shutting-down': {
    status: 503,
    code: 'shutting_down',
    message: 'The server is restarting, so nothing was recorded. Try again shortly.',
    retryAfterSeconds: 5,
  },
  'order-id-invalid': {
    status: 400,
    code: 'invalid_order_id',
    message: 'An order id is btc_ and 1 to 32 letters, digits, hyphens or underscores.',
  },
  'order-unknown': { status: 404, code: 'not_found', message: 'There is no order with this id, or it has expired.' },
  'pack-unknown': { status: 400, code: 'invalid_pack', message: 'pack must be the name of a pack that is sold here.' },
  'too-many-orders': {
    status: 429,
    code: 'too_many_orders',
    message: 'Pay one of your open orders first, or wait until one expires.',
    retryAfterSeconds: 600,
  },
  'btc-payments-off': {
    status: 503,
    code: 'btc_payments_unavailable',
    message: 'This server takes no payments in Bitcoin.',
    retryAfterSeconds: 3600,
  },
  'payments-unwatched': {
    status: 503,
    code: 'btc_payments_unavailable',
    message: 'Payments in Bitcoin cannot be checked at the moment. Try again in a minute.',
    retryAfterSeconds: 60,
  },
  'signature-invalid': { status: 400, code: 'invalid_signature', message: 'The event is not signed by the provider.' },
  'event-malformed': { status: 400, code: 'invalid_event', message: 'The event is not of a form that is known.' },
  ...REQUEST_FAULT_ROWS,
  'input-invalid': { status: 400, code: 'invalid_request', message: 'The body must be a JSON object.' },
  internal: { status: 500, code: 'server_error', message: 'The server failed to answer. Try again later.' },
};

const FIELD_CODES: Readonly<Record<string, Code>> = {
  hash_hex: 'hash-invalid',
  sha512_hex: 'sha512-invalid',
  client_label: 'label-invalid',
  hashes: 'batch-invalid',
  receipt_id: 'receipt-id-invalid',
  ids: 'receipt-id-invalid',
  order_id: 'order-id-invalid',
  pack: 'pack-unknown',
  limit: 'limit-invalid',
  before: 'cursor-invalid',
  q: 'hash-prefix-invalid',
  label: 'label-filter-invalid',
  private: 'privacy-invalid',
};

/** A cache may keep a 404 without being told to (RFC 9111 section 4.2.2); here it may be over with the next request. */
const OF_THE_MOMENT = { 'cache-control': 'no-store' };

/** For the description of the API. */
export const ERROR_CODES: readonly string[] = Object.keys(ROWS);

export function presentError(error: unknown): ErrorAnswer {
  const { status, code, message, retryAfterSeconds } = rowOf(error);
  if (error instanceof FreeTierError) {
    const limits = { retry_after_seconds: error.retryAfterSeconds, limit_per_hour: error.limitPerHour };
    return {
      status,
      headers: { ...OF_THE_MOMENT, 'retry-after': String(error.retryAfterSeconds) },
      body: { error: code, message, ...limits },
    };
  }
  const headers =
    retryAfterSeconds === undefined ? OF_THE_MOMENT : { ...OF_THE_MOMENT, 'retry-after': String(retryAfterSeconds) };
  return { status, headers, body: { error: code, message } };
}

/** The code of what is wrong with one field of a request. */
export function codeOfField(field: string): Code {
  return FIELD_CODES[field] ?? 'input-invalid';
}

/** What is said about a batch item that was not anchored. */
export function presentItemError(code: Code): { error: string; message: string } {
  const { code: error, message } = ROWS[code];
  return { error, message };
}

function rowOf(error: unknown): Row {
  const isInput = error instanceof RequestFault && error.code === 'input-invalid';
  return isInput ? ROWS[codeOfField(error.field)] : findRow(ROWS, error);
}
