import { type Content, type Html, html } from './html.ts';
import type { SitePage } from './site-layout.ts';
import { formatNumber, renderMinute } from './text.ts';

/** The share of a day's looks at which something worked. */
export interface DayOfHistory {
  /** `2026-05-14`, UTC. */
  readonly day: string;
  /** 0 to 1; null: nobody looked. */
  readonly share: number | null;
}

export interface StatusView {
  readonly isWorking: boolean;
  readonly calendars: readonly { readonly url: string; readonly reachable: boolean; readonly overdue: number }[];
  readonly receipts: number;
  /** Submissions of rounds that wait for Bitcoin. */
  readonly waiting: number;
  /** Newest block that is known; null when the source cannot be asked. */
  readonly chain: { readonly network: string; readonly height: number | null };
  /** Of the public log; null where there is none. */
  readonly checkpoint: { readonly size: number; readonly publishedAt: number } | null;
  /** Epoch ms; null: never. */
  readonly lastAnchorAt: number | null;
  readonly lastUpgradeAt: number | null;
  readonly bootAt: number;
  readonly checkedAt: number;
  /** Of every part, oldest day first. */
  readonly history: readonly { readonly part: string; readonly days: readonly DayOfHistory[] }[];
}

/** `GET /status.html` */
export function renderStatus(view: StatusView): SitePage {
  const reachable = view.calendars.filter((calendar) => calendar.reachable).length;
  const { chain, checkpoint } = view;
  return {
    title: `${view.isWorking ? 'Working' : 'Not working'}: status`,
    description: 'Whether this server works: calendars, Bitcoin, the public log, and the last 90 days.',
    section: '/status.html',
    scripts: [],
    body: html`<section aria-labelledby="title">
<p class="eyebrow">Status</p>
<h1 id="title">${view.isWorking ? 'Working' : 'Not working'}</h1>
<div class="verdict ${view.isWorking ? 'good' : 'bad'}"><h2 class="hidden">Now</h2>
<p><strong>${view.isWorking ? 'Files can be anchored.' : 'No calendar can be reached, so nothing can be anchored.'}</strong>
${reachable} of ${view.calendars.length} calendars can be reached.</p></div>
</section>
<section aria-labelledby="facts">
<h2 id="facts">This server</h2>
<div class="sheet"><dl class="facts">
${renderFact('Receipts', formatNumber(view.receipts))}
${renderFact('Submissions waiting for Bitcoin', formatNumber(view.waiting))}
${renderFact(`Bitcoin ${chain.network}`, chain.height === null ? 'cannot be asked at the moment' : html`block ${formatNumber(chain.height)}`)}
${checkpoint === null ? null : renderFact('Last checkpoint of the log', html`${formatNumber(checkpoint.size)} events, ${renderMinute(checkpoint.publishedAt)}`)}
${renderFact('Last anchor', presentMoment(view.lastAnchorAt))}
${renderFact('Last look at calendars and Bitcoin', presentMoment(view.lastUpgradeAt))}
${renderFact('Running since', renderMinute(view.bootAt))}
${renderFact('Looked at', renderMinute(view.checkedAt))}
</dl></div>
</section>
<section aria-labelledby="calendars">
<h2 id="calendars">Calendars</h2>
<div class="sheet scroll" role="region" aria-labelledby="calendars" tabindex="0"><table>
<thead><tr><th scope="col">Address</th><th scope="col">State</th><th scope="col">Overdue</th></tr></thead>
<tbody>
${view.calendars.map(
  ({
    url,
    reachable,
    overdue,
  }) => html`<tr><th scope="row"><span class="code">${url}</span></th><td><span class="state ${
    reachable ? 'good' : 'bad'
  }">${reachable ? 'reachable' : 'not reachable'}</span></td><td class="number">${formatNumber(overdue)}</td></tr>
`,
)}</tbody></table></div>
</section>
<section class="history" aria-labelledby="history">
<h2 id="history">Last 90 days</h2>
${view.history.length === 0 ? html`<p>Nothing was recorded yet.</p>` : view.history.map(renderPart)}
<p class="hint">Looked at every minute while the server runs; a grey day is one that nobody looked at.</p>
</section>
<p class="hint">Times are UTC. For programs: <a href="/api/health">/api/health</a></p>
`,
  };
}

function renderFact(name: string, value: Content): Html {
  return html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

function renderPart({ part, days }: StatusView['history'][number]): Html {
  const known = days.flatMap(({ share }) => (share === null ? [] : [share]));
  const mean = known.length === 0 ? null : known.reduce((sum, share) => sum + share, 0) / known.length;
  return html`<div><h3><span>${part}</span><span>${mean === null ? 'no data' : `${presentShare(mean)} working`}</span></h3>
<ol class="days" aria-hidden="true">
${days.map(({ share }) => html`<li class="${classOf(share)}"></li>`)}</ol>
<p class="days-ends"><span>${days[0]?.day ?? ''}</span><span>today</span></p></div>
`;
}

function classOf(share: number | null): string {
  if (share === null) return 'none';
  return share >= 0.995 ? 'up' : share >= 0.5 ? 'part' : 'down';
}

/** Never rounded up to a whole that it was not. */
function presentShare(share: number): string {
  return `${(Math.floor(share * 1000) / 10).toFixed(1)} %`;
}

function presentMoment(epochMs: number | null): Content {
  return epochMs === null ? 'never' : renderMinute(epochMs);
}
