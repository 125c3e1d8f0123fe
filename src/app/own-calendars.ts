import type { CalendarClient } from '../core/anchor/calendar-client.ts';
import type { CalendarService } from '../core/calendar/service.ts';

/**
 * Calls the calendars that this very process serves without a connection, and asks all others through `client`.
 *
 * @param calendars By the address that their attestations name. Only those that clients reach at this server.
 */
export function callOwnCalendars(
  client: CalendarClient,
  calendars: ReadonlyMap<string, CalendarService>,
): CalendarClient {
  return {
    // No deadline of its own: it waits for the same database as the round that asks.
    submit: (url, digest, signal) => calendars.get(url)?.submit(digest) ?? client.submit(url, digest, signal),
    async lookup(uri, commitment, signal) {
      const calendar = calendars.get(uri);
      if (calendar === undefined) return client.lookup(uri, commitment, signal);
      const found = await calendar.lookup(commitment);
      return found.state === 'published'
        ? { found: true, proof: found.proof }
        : { found: false, reason: `the calendar's answer is: ${found.state}` };
    },
  };
}
