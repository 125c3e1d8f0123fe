import type { WebhookErrorCode } from '../../../core/webhook/error.ts';

/** How errors of webhooks look under every contract that has them. */
export const WEBHOOK_ERROR_ROWS = {
  'webhook-unknown': {
    status: 404,
    code: 'webhook_not_found',
    type: 'not_found',
    message: 'The account has no webhook with this id.',
  },
  'delivery-unknown': {
    status: 404,
    code: 'delivery_not_found',
    type: 'not_found',
    message: 'The account has no delivery with this id, or its log is kept no more.',
  },
  'too-many-webhooks': {
    status: 409,
    code: 'too_many_webhooks',
    type: 'conflict',
    message: 'The account has as many webhooks as it may have. Delete one first.',
  },
  'webhook-disabled': {
    status: 409,
    code: 'webhook_disabled',
    type: 'conflict',
    message: 'The webhook is disabled. Enable it first.',
  },
  'too-many-secrets': {
    status: 409,
    code: 'too_many_secrets',
    type: 'conflict',
    message: 'As many secrets of the webhook are valid as may be. Wait until one ends, or rotate without an overlap.',
  },
  'account-gone': {
    status: 401,
    code: 'account_gone',
    type: 'authentication_error',
    message: 'The account was deleted.',
  },
} as const satisfies Record<WebhookErrorCode, object>;
