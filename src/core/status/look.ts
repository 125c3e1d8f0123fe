import type { Clock } from '../../base/clock.ts';
import type { Store } from '../store.ts';

/** As many days as the status page shows. */
export const HISTORY_DAYS = 90;
const DAY_MS = 24 * 60 * 60 * 1000;

/** What is looked at; a rejection of any of them is left to the caller. */
export interface Looked {
  readonly calendars: readonly { readonly name: string; readonly reachable: boolean }[];
  readonly isBitcoinReachable: boolean;
}

/** Counts what works at the moment, for the history of the status page. Days are UTC. */
export class StatusWorker {
  readonly #parts: { store: Store; clock: Clock; look: () => Promise<Looked> };

  constructor(parts: { store: Store; clock: Clock; look: () => Promise<Looked> }) {
    this.#parts = parts;
  }

  async run(): Promise<void> {
    const { store, clock, look } = this.#parts;
    const { calendars, isBitcoinReachable } = await look();
    const now = clock.now();
    const parts = [
      { part: 'server', isGood: calendars.some(({ reachable }) => reachable) },
      { part: 'bitcoin', isGood: isBitcoinReachable },
      ...calendars.map(({ name, reachable }) => ({ part: `calendar:${name}`, isGood: reachable })),
    ].sort((one, other) => (one.part < other.part ? -1 : 1));
    await store.transact(async ({ status }) => {
      await status.countLook(dayOf(now), parts);
      await status.forgetBefore(dayOf(now - HISTORY_DAYS * DAY_MS));
    });
  }
}

/** `2026-05-14` */
export function dayOf(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 10);
}

/** The last days up to now, oldest first. */
export function listDays(now: number): string[] {
  return Array.from({ length: HISTORY_DAYS }, (_, i) => dayOf(now - (HISTORY_DAYS - 1 - i) * DAY_MS));
}
