import type { Config } from '../config/config.ts';
import { type AnchorService, createAnchorService } from '../core/anchor/anchor.ts';
import type { CalendarTarget } from '../core/anchor/calendar.ts';
import { CalendarPool } from '../core/anchor/calendar-pool.ts';
import { UpgradeWorker } from '../core/anchor/upgrade.ts';
import { createJournal, type Journal } from '../core/calendar/journal.ts';
import { type CalendarService, openCalendar } from '../core/calendar/service.ts';
import { createStamper, type Stamper } from '../core/calendar/stamper.ts';
import { createStampWallet, type StampWallet } from '../core/calendar/wallet.ts';
import type { Store } from '../core/store.ts';
import { createCalendarClient } from '../net/calendar-client.ts';
import type { AppSettings } from './app.ts';
import { createNodeId } from './node-id.ts';
import { callOwnCalendars } from './own-calendars.ts';
import { systemClock, systemRandom } from './system.ts';

/** What anchors and stamps, put together; nothing of it runs by itself. */
export interface Parts extends AsyncDisposable {
  readonly anchors: AnchorService;
  readonly upgrades: UpgradeWorker;
  readonly calendars: ReadonlyMap<string, CalendarService>;
  readonly stampers: readonly Stamper[];
  /** Answers what was accepted and takes nothing new. */
  drain(): Promise<void>;
}

export async function createParts(settings: AppSettings, store: Store): Promise<Parts> {
  const { config, logger, chain } = settings;
  const calendars = new Map<string, CalendarService>();
  const journal = createJournal(store);
  const stampers: Stamper[] = [];
  const nodeId = createNodeId(settings.database);
  for (const target of config.ownCalendars) {
    const { hmacKey, walletKey, birthHeight } = settings.calendarSecrets.get(target.name)!;
    const wallet = createStampWallet(walletKey, config.network);
    calendars.set(target.name, await openOwnCalendar(target, { config, store, journal, hmacKey, wallet }));
    const log = (event: object) => logger.info({ calendar: target.name, ...event }, 'stamper');
    stampers.push(
      createStamper({
        name: target.name,
        store,
        chain: chain.writer,
        wallet,
        clock: systemClock,
        policy: { ...config.stamp, walletBirthHeight: birthHeight ?? config.stamp.walletBirthHeight },
        nodeId,
        log,
      }),
    );
  }
  const { policy, calendars: targets, lookupPatterns: allowedUris } = config.anchor;
  const remote = createCalendarClient();
  const local = [...calendars.values()].filter(({ uri }) => uri.startsWith(`${config.http.publicUrl}/`));
  const client = callOwnCalendars(remote, new Map(local.map((calendar) => [calendar.uri, calendar])));
  const common = { store, policy, clock: systemClock };
  const pool = new CalendarPool({ targets, allowedUris, client, policy, clock: systemClock });
  const anchors = createAnchorService({
    ...common,
    pool,
    random: systemRandom,
    onLateError: (error) => logger.warn({ err: error }, 'a late calendar answer could not be stored'),
  });
  return {
    anchors,
    upgrades: new UpgradeWorker({ ...common, pool, client, chain: chain.reader }),
    calendars,
    stampers,
    // Rounds first: they may be waiting for these very calendars.
    async drain() {
      await anchors.close();
      await Promise.all([...calendars.values()].map((calendar) => calendar.drain()));
    },
    [Symbol.asyncDispose]: () => remote[Symbol.asyncDispose](),
  };
}

function openOwnCalendar(
  { name, url }: CalendarTarget,
  own: { config: Config; store: Store; journal: Journal; hmacKey: Uint8Array; wallet: StampWallet },
): Promise<CalendarService> {
  return openCalendar({
    ...own,
    name,
    uri: url,
    clock: systemClock,
    random: systemRandom,
    policy: own.config.stamp,
    refuseAfterMs: null,
  });
}
