export type { LogEvent, LogEventType } from '../../proof/log-event.ts';
