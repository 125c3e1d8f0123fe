import { Counter, Gauge, type Registry } from 'prom-client';
import type { AnchorService } from '../core/anchor/anchor.ts';
import type { UpgradeReport } from '../core/anchor/upgrade.ts';

/** Registers what operators watch of anchoring, and returns where workers report. */
export function registerWorkMetrics(registry: Registry, anchors: AnchorService) {
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
  return {
    upgrade(report: UpgradeReport): void {
      for (const [step, count] of Object.entries(report)) steps.inc({ step }, count);
    },
    failure(worker: string): void {
      failures.inc({ worker });
    },
  };
}
