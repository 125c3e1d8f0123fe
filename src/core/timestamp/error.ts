import { CodedError } from '../../base/coded-error.ts';

export type TimestampErrorCode =
  | 'timestamp-duplicate'
  | 'timestamp-unknown'
  | 'timestamp-proof-unavailable'
  | 'monthly-limit-reached'
  | 'idempotency-mismatch'
  | 'idempotency-in-progress';

export class TimestampError extends CodedError<TimestampErrorCode> {}
