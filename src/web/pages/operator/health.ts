import { html } from '../html.ts';
import type { Page } from '../layout.ts';
import type { StatusView } from '../status.ts';
import { countOf, formatNumber, renderMinute } from '../text.ts';
import { renderRows } from './parts.ts';

/** The state of the public log as only its operator need know. Times are epoch ms. */
export interface LogHealth {
  readonly origin: string;
  readonly verifierKey: string;
  /** Events that are committed, and how many of them no checkpoint covers yet. */
  readonly size: number;
  readonly unpublished: number;
  readonly publishedAt: number | null;
  /** The newest checkpoint that was given to calendars. */
  readonly anchored: { readonly size: number; readonly at: number } | null;
}

export interface HealthView {
  readonly status: StatusView;
  readonly log: LogHealth;
}

/** `GET /operator/health` */
export function renderHealth({ status, log }: HealthView): Page {
  const { calendars, chain, receipts, waiting, lastAnchorAt, lastUpgradeAt, bootAt } = status;
  const orNever = (at: number | null) => (at === null ? 'never' : renderMinute(at));
  return {
    title: 'Health',
    body: html`<p>As of ${renderMinute(status.checkedAt)} UTC. <a href="/status.html">What everybody sees</a>,
<a href="/metrics">metrics</a></p>
<section aria-labelledby="calendars-title">
<h2 id="calendars-title">Calendars</h2>
<ul class="cards">
${calendars.map(
  ({ url, reachable, overdue }) => html`<li><h3>${url}</h3>
<p class="state ${reachable ? (overdue > 0 ? 'mid' : 'good') : 'bad'}">${
    reachable ? (overdue > 0 ? `${formatNumber(overdue)} rounds overdue` : 'Works') : 'Does not answer'
  }</p></li>
`,
)}</ul>
</section>
<section aria-labelledby="chain-title">
<h2 id="chain-title">Bitcoin</h2>
${renderRows([
  { name: 'Network', value: chain.network },
  { name: 'Newest block', value: chain.height === null ? 'the source does not answer' : formatNumber(chain.height) },
  { name: 'Receipts', value: formatNumber(receipts) },
  { name: 'Waiting for Bitcoin', value: `${countOf(waiting, 'submission')} to calendars` },
  { name: 'Last anchor', value: orNever(lastAnchorAt) },
  { name: 'Last upgrade', value: orNever(lastUpgradeAt) },
  { name: 'Server started', value: renderMinute(bootAt) },
])}
</section>
<section aria-labelledby="log-title">
<h2 id="log-title">Public log</h2>
<p class="state ${log.unpublished > 0 ? 'mid' : 'good'}">${
      log.unpublished > 0
        ? `${formatNumber(log.unpublished)} events wait for a checkpoint`
        : 'Every event is in a published checkpoint'
    }</p>
${renderRows([
  { name: 'Origin', value: html`<code>${log.origin}</code>` },
  { name: 'Verifier key', value: html`<code>${log.verifierKey}</code>` },
  { name: 'Events', value: formatNumber(log.size) },
  { name: 'Last checkpoint', value: orNever(log.publishedAt) },
  {
    name: 'Anchored up to',
    value:
      log.anchored === null
        ? 'nothing yet'
        : html`event ${formatNumber(log.anchored.size)}, ${renderMinute(log.anchored.at)}`,
  },
])}
</section>
`,
  };
}
