import type { CalendarService } from '../../core/calendar/service.ts';
import { presentPlainError } from '../shared/plain-errors.ts';
import type { Surface } from '../shared/surface.ts';
import { calendarRoutes, soleCalendarRoutes } from './index.ts';

/** The calendars this server runs, as a part of it. */
export function calendarSurface(options: {
  readonly calendars: ReadonlyMap<string, CalendarService>;
  readonly version: string;
}): Surface {
  return {
    pathPrefixes: ['/calendar'],
    register: (app) => app.register(calendarRoutes(options)),
    presentError: presentPlainError,
  };
}

/** One calendar as the whole of a server. */
export function soleCalendarSurface(options: {
  readonly calendar: CalendarService;
  readonly version: string;
}): Surface {
  return {
    pathPrefixes: ['/'],
    register: (app) => app.register(soleCalendarRoutes(options)),
    presentError: presentPlainError,
  };
}
