import type { CalendarErrorCode } from '../../core/calendar/error.ts';

export interface WireError {
  readonly status: number;
  /** Plain text, as clients show it. */
  readonly text: string;
  readonly retryAfterSeconds?: number;
}

export const UNAVAILABLE: WireError = { status: 503, text: 'temporarily unavailable', retryAfterSeconds: 5 };

/** How the protocol shows the core's errors. */
export const CALENDAR_ERRORS: Readonly<Record<CalendarErrorCode, WireError>> = {
  'digest-too-long': { status: 400, text: 'digest too long' },
  'calendar-overloaded': { status: 503, text: 'too many digests are waiting', retryAfterSeconds: 1 },
  'calendar-unavailable': UNAVAILABLE,
  'calendar-closed': UNAVAILABLE,
  'anchoring-down': { status: 503, text: 'timestamps cannot be confirmed at present', retryAfterSeconds: 60 },
};
