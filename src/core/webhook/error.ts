import { CodedError } from '../../base/coded-error.ts';

export type WebhookErrorCode =
  | 'webhook-unknown'
  | 'delivery-unknown'
  /** The account has as many as it may have. */
  | 'too-many-webhooks'
  /** Nothing is sent to it before it is enabled. */
  | 'webhook-disabled'
  /** So many secrets are valid already; the first of them ends by itself. */
  | 'too-many-secrets'
  /** The account was deleted while the request was on its way. */
  | 'account-gone';

export class WebhookError extends CodedError<WebhookErrorCode> {}
