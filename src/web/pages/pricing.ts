import type { Limit } from '../../core/limit/limiter.ts';
import type { CallPolicy } from '../../core/meter/policy.ts';
import type { MonthlyQuotas } from '../../core/timestamp/plan.ts';
import { type Html, html } from './html.ts';
import type { SitePage } from './site-layout.ts';
import { countOf, formatDollars, formatNumber } from './text.ts';

/** Everything that has a price or a free allowance, as it is configured. */
export interface PricingView {
  /** In words; null: without a limit. */
  readonly freeAllowance: string | null;
  readonly packs: readonly { readonly credits: number; readonly usdCents: number }[];
  readonly subscriptionsUsd: {
    readonly personalMonthly: number;
    readonly personalAnnual: number;
    readonly creatorMonthly: number;
  };
  /** What is sold besides. */
  readonly further: readonly { readonly name: string; readonly usd: number }[];
  readonly callPolicy: CallPolicy;
  readonly quotas: MonthlyQuotas;
  /** Whether anything can be bought here at all. */
  readonly isSelling: boolean;
}

/** `GET /pricing` */
export function renderPricing(view: PricingView): SitePage {
  const { freeAllowance, packs, subscriptionsUsd, further, callPolicy, quotas, isSelling } = view;
  return {
    title: 'Pricing',
    description: 'What is free, and what a receipt, a subscription and API calls cost.',
    section: '/pricing',
    scripts: [],
    body: html`<section class="measure" aria-labelledby="title">
<p class="eyebrow">Pricing</p>
<h1 id="title">Pay for volume, never for checking</h1>
<p class="lead">Verifying is free for everyone, for ever, with or without this server. Anchoring a few files is free too.</p>
${isSelling ? null : html`<p class="notice">This server sells nothing at the moment. The prices below are those it is configured with.</p>`}
</section>
<section aria-labelledby="receipts">
<h2 id="receipts">Receipts</h2>
<ul class="cards four">
<li><h3>Free</h3><p class="price">$0</p><p>${
      freeAllowance === null ? 'As many as you like' : html`${capitalise(freeAllowance)} from each network`
    }, up to 50 files in an upload. No account.</p><p><a class="button quiet" href="/">Anchor files</a></p></li>
${packs.map(
  ({ credits, usdCents }) =>
    html`<li><h3>Pack of ${formatNumber(credits)}</h3><p class="price">${formatDollars(usdCents / 100)} <small>once</small></p>
<p>${countOf(credits, 'receipt')}, which never expire. The token comes by mail, and works without an account.</p>
<p><a class="button" href="/account/credits">Buy</a></p></li>
`,
)}${renderPlan('Personal', subscriptionsUsd.personalMonthly, `or ${formatDollars(subscriptionsUsd.personalAnnual)} a year. Your own API key, private receipts, and a vault of everything you anchored.`)}
${renderPlan('Creator', subscriptionsUsd.creatorMonthly, 'All of Personal, for who publishes often.')}
</ul>
</section>
<section aria-labelledby="apis">
<h2 id="apis">For programs</h2>
<div class="sheet scroll" role="region" aria-labelledby="apis" tabindex="0"><table>
<thead><tr><th scope="col">What</th><th scope="col">Free</th><th scope="col">Beyond</th></tr></thead>
<tbody>
<tr><th scope="row">Reading certificates without a key</th><td>always</td><td>never billed</td></tr>
<tr><th scope="row">Calls with a live key</th><td class="number">${formatNumber(callPolicy.freeCallsPerMonth)} a month</td><td>one credit for ${countOf(callPolicy.callsPerCredit, 'call')}</td></tr>
<tr><th scope="row">Timestamps</th><td class="number">${formatNumber(quotas.free)} a month</td><td>${formatNumber(quotas.pro)} a month with Pro, ${formatNumber(quotas.business)} with Business, by API too</td></tr>
<tr><th scope="row">Calls with a test key</th><td>always</td><td>never billed</td></tr>
</tbody></table></div>
${
  further.length === 0
    ? null
    : html`<ul class="cards four">
${further.map(
  ({ name, usd }) =>
    html`<li><h3>${name}</h3><p class="price">${formatDollars(usd)}</p><p><a class="button quiet" href="/account/credits">Buy</a></p></li>
`,
)}</ul>`
}
</section>
`,
  };
}

function renderPlan(name: string, monthlyUsd: number, says: string): Html {
  return html`<li><h3>${name}</h3><p class="price">${formatDollars(monthlyUsd)} <small>a month</small></p><p>${says}</p>
<p><a class="button quiet" href="/account/credits">See plans</a></p></li>`;
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** `3 uploads a day` */
export function sayFreeAllowance({ count, periodMs }: Limit): string {
  return periodMs === DAY_MS
    ? `${countOf(count, 'upload')} a day`
    : `${countOf(count, 'upload')} in ${formatNumber(periodMs / 60_000)} minutes`;
}
