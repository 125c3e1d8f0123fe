import { Counter, Gauge, type Registry } from 'prom-client';
import type { AnchorService } from '../core/anchor/anchor.ts';
import type { UpgradeReport } from '../core/anchor/upgrade.ts';

/** Where workers report what they did. */
export interface WorkRecord {
  upgrade(report: UpgradeReport): void;
  failure(worker: string): void;
}

/** Registers what operators watch of anchoring, and returns where workers report. */
export function registerWorkMetrics(registry: Registry, anchors: AnchorService): WorkRecord {
  const steps = new Counter({
    name: 'touchmark_upgrade_steps_total',
    help: 'Submissions by what an upgrade pass did with them',
    labelNames: ['step'],
    registers: [registry],
  });
  const failures = new Counter({
    name: 'touchmark_worker_failures_total',
    help: 'Worker passes that failed and will be tried again',
    labelNames: ['worker'],
    registers: [registry],
  });
  new Gauge({
    name: 'touchmark_calendar_reachable',
    help: '1 when a calendar answers, 0 when it is left out after failures',
    labelNames: ['calendar'],
    registers: [registry],
    collect() {
      for (const { name, reachable } of anchors.calendars(null)) this.set({ calendar: name }, reachable ? 1 : 0);
    },
  });
  new Gauge({
    name: 'touchmark_receipts',
    help: 'Receipts in the database',
    registers: [registry],
    async collect() {
      this.set((await anchors.counts()).receipts);
    },
  });
  new Gauge({
    name: 'touchmark_calendar_overdue',
    help: 'Rounds that a calendar accepted and should have confirmed by now',
    labelNames: ['calendar'],
    registers: [registry],
    async collect() {
      for (const { name, overdue } of anchors.calendars(await anchors.counts())) this.set({ calendar: name }, overdue);
    },
  });
  return {
    upgrade(report: UpgradeReport): void {
      for (const [step, count] of Object.entries(report)) steps.inc({ step }, count);
    },
    failure(worker: string): void {
      failures.inc({ worker });
    },
  };
}
