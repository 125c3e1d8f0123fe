import { ChainView } from './chain-view.ts';
import { checkAttested } from './check-attested.ts';
import { pollCalendars } from './poll-calendars.ts';
import { ReorganisationWatch } from './reorganisation.ts';
import { resubmitOverdue, retryFailed } from './resubmit.ts';
import { drain, type WorkParts } from './work.ts';

/** What one pass did, for logs and metrics. */
export interface UpgradeReport {
  polled: number;
  upgraded: number;
  confirmed: number;
  unconfirmed: number;
  resubmitted: number;
}

/**
 * Brings submissions from `pending` to `confirmed`, and back when Bitcoin changes its mind. Any number of nodes may run
 * it: work is taken by lease, and every step can be repeated.
 */
export class UpgradeWorker {
  readonly #parts: WorkParts;
  readonly #reorganisations: ReorganisationWatch;

  constructor(parts: WorkParts) {
    this.#parts = parts;
    this.#reorganisations = new ReorganisationWatch(parts);
  }

  /**
   * One pass over everything that is due; what can be slow for want of a calendar comes last. Errors: ChainError when
   * Bitcoin cannot be asked, after the calendars have been; nothing is lost, the next pass takes it up.
   */
  async run(signal: AbortSignal): Promise<UpgradeReport> {
    const parts = this.#parts;
    const report: UpgradeReport = { polled: 0, upgraded: 0, confirmed: 0, unconfirmed: 0, resubmitted: 0 };
    const tip = await parts.chain.tip().catch((error: unknown) => ({ error }));
    const view = 'error' in tip ? null : new ChainView(parts.chain, tip);
    if (view !== null) report.unconfirmed = await this.#reorganisations.undo(view.tip);
    await drain(signal, async () => {
      const { taken, upgraded, confirmed } = await pollCalendars(parts, view, signal);
      report.polled += taken;
      report.upgraded += upgraded;
      report.confirmed += confirmed;
      return taken;
    });
    if (view !== null) {
      await drain(signal, async () => {
        const { taken, confirmed } = await checkAttested(parts, view);
        report.confirmed += confirmed;
        return taken;
      });
    }
    if (!signal.aborted) report.resubmitted = await resubmitOverdue(parts, signal);
    if (!signal.aborted) await retryFailed(parts, signal);
    if ('error' in tip) throw tip.error;
    return report;
  }
}
