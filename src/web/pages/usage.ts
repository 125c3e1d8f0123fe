import type { Month } from '../../core/meter/month.ts';
import { endOfMonth } from '../../core/meter/month.ts';
import type { CallPolicy } from '../../core/meter/policy.ts';
import { type AccountUsage, callsLeft, type UsageDay } from '../../core/meter/usage.ts';
import type { TimestampPlan } from '../../core/timestamp/plan.ts';
import { renderDayChart } from './day-chart.ts';
import { type Html, html } from './html.ts';
import type { Page } from './layout.ts';
import { countOf, formatNumber, renderDay } from './text.ts';

export interface UsageView {
  readonly month: Month;
  readonly calls: AccountUsage;
  /** Of the month. */
  readonly days: readonly UsageDay[];
  readonly callPolicy: CallPolicy;
  readonly timestamps: TimestampUsage;
}

export interface TimestampUsage {
  readonly month: Month;
  readonly plan: TimestampPlan;
  readonly made: number;
  readonly quota: number;
}

const MONTH = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' });

export const PLAN_NAMES: Readonly<Record<TimestampPlan, string>> = { free: 'Free', pro: 'Pro', business: 'Business' };

export function renderUsage({ month, calls, days, callPolicy, timestamps }: UsageView): Page {
  const { freeCallsPerMonth, callsPerCredit } = callPolicy;
  const freeUsed = Math.min(calls.calls, freeCallsPerMonth);
  const paid = calls.calls - freeUsed;
  return {
    title: 'Usage',
    body: html`<p>${MONTH.format(Date.parse(`${month}-01T00:00:00Z`))}, UTC. Counting starts again on
${renderDay(endOfMonth(month))}.</p>
<section aria-labelledby="calls-title">
<h2 id="calls-title">Calls for music certificates (trackorigin API)</h2>
${renderMeter('calls-title', freeUsed, freeCallsPerMonth, 'free calls used')}
<dl>
<div><dt>Paid calls this month</dt><dd>${formatNumber(paid)}</dd></div>
<div><dt>Credits</dt><dd>${formatNumber(calls.credits)}</dd></div>
<div><dt>Calls left</dt><dd>${formatNumber(callsLeft(calls, callPolicy))}</dd></div>
</dl>
${renderDayChart(month, days)}
<p class="hint">All live keys of your account count together; test keys and refused calls do not count. Beyond the free
calls, a credit pays for ${countOf(callsPerCredit, 'call')}.</p>
</section>
<section aria-labelledby="timestamps-title">
<h2 id="timestamps-title">Timestamps (proofd API and web)</h2>
${renderMeter('timestamps-title', timestamps.made, timestamps.quota, 'timestamps made')}
<dl>
<div><dt>Plan</dt><dd>${PLAN_NAMES[timestamps.plan]}</dd></div>
<div><dt>Left this month</dt><dd>${formatNumber(Math.max(0, timestamps.quota - timestamps.made))}</dd></div>
</dl>
<p>You make them with any plan under <a href="/account/timestamps">timestamps</a>, and with Pro and Business by API too.</p>
</section>
<p>What you have bought, and every credit that came or went, is under
<a href="/account/credits">plan and credits</a>.</p>
`,
  };
}

export function renderMeter(labelledBy: string, used: number, of: number, what: string): Html {
  return html`<p class="meter"><meter aria-labelledby="${labelledBy}" min="0" max="${of}" value="${used}"></meter>
<span><strong>${formatNumber(used)}</strong> of ${formatNumber(of)} ${what}</span></p>`;
}
