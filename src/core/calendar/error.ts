import { CodedError } from '../../base/coded-error.ts';

export type CalendarErrorCode =
  /** More digests are waiting than the store commits in reasonable time. Nothing was taken; ask again later. */
  | 'calendar-overloaded'
  /** The batch was not confirmed as written. Its digests may be submitted again. */
  | 'calendar-unavailable'
  /** Configured to refuse digests while its transactions cannot reach Bitcoin, and they cannot. */
  | 'anchoring-down'
  /** The calendar is shutting down. */
  | 'calendar-closed'
  | 'digest-too-long';

export class CalendarError extends CodedError<CalendarErrorCode> {}
