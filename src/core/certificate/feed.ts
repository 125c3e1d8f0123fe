import type { LogEventType } from '../log/event.ts';
import type { LogReader } from '../log/store.ts';

/** Events in one answer; the next one goes on from there. */
export const FEED_MAX_EVENTS = 1000;

/** What happened to certificates, from the public log, in its order. */
export interface FeedEvent {
  readonly sequence: number;
  readonly type: Extract<LogEventType, 'certificate.issued' | 'certificate.revoked'>;
  readonly certificateId: string;
  /** Epoch ms. */
  readonly at: number;
  readonly reason: string | null;
}

export interface FeedPage {
  readonly events: readonly FeedEvent[];
  /** Everything up to this number is in this answer or was asked for before: the size of the log, unless `hasMore`. */
  readonly sequence: number;
  readonly hasMore: boolean;
}

export interface FeedQuery {
  /** Only later ones. */
  readonly after: number;
  /** Only those that happened then or later, epoch ms; null: any. */
  readonly since: number | null;
  readonly types: readonly FeedEvent['type'][];
  readonly isSandbox: boolean;
}

/** Events of trackorigin certificates. An event is in here before the call that made it is answered. */
export async function readFeed(
  log: Pick<LogReader, 'size' | 'listAfter'>,
  { after, since, types, isSandbox }: FeedQuery,
): Promise<FeedPage> {
  // Asked first: what is committed meanwhile is left for the next time, and nothing falls between the two.
  const size = await log.size();
  const listed = await log.listAfter(after, {
    types,
    registry: 'trackorigin',
    isSandbox,
    ...(since !== null && { since }),
    limit: FEED_MAX_EVENTS + 1,
  });
  const found = listed.filter(({ sequence }) => sequence <= size);
  const events = found.slice(0, FEED_MAX_EVENTS).map(({ sequence, event }) => ({
    sequence,
    type: event.type as FeedEvent['type'],
    // Left out by another registry only.
    certificateId: event.certificateId!,
    at: event.at,
    reason: event.reason,
  }));
  const hasMore = found.length > FEED_MAX_EVENTS;
  return { events, hasMore, sequence: hasMore ? events.at(-1)!.sequence : size };
}
