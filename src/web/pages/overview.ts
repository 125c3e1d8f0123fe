import type { RoundStatus } from '../../core/anchor/receipt.ts';
import type { StoredReceipt } from '../../core/anchor/store.ts';
import type { Registry } from '../../core/certificate/certificate.ts';
import type { Credential } from '../../core/key/credential.ts';
import type { Subscription } from '../../core/meter/subscription.ts';
import { callsLeft } from '../../core/meter/usage.ts';
import type { Submission } from '../../core/registry/submission.ts';
import type { OwnWebhook } from '../../core/webhook/store.ts';
import type { Certified } from '../../core/works/certifier.ts';
import { PLAN_NAMES } from './credits.ts';
import { type Content, type Html, html } from './html.ts';
import { isLive } from './keys.ts';
import type { Page } from './layout.ts';
import { SUBMISSION_WORDS } from './owner/tracks.ts';
import { DISABLED_WORDS } from './owner/webhooks.ts';
import { countOf, formatNumber, renderDay, renderMinute } from './text.ts';
import { renderMeter, type UsageView } from './usage.ts';

export interface OverviewView {
  readonly name: string;
  readonly handle: string | null;
  /** Newest first, a few of each. */
  readonly works: readonly Certified[];
  readonly submissions: readonly Submission[];
  readonly receipts: readonly StoredReceipt[];
  readonly usage: UsageView;
  readonly subscriptions: readonly Subscription[];
  readonly purses: readonly { readonly balance: number }[];
  readonly keys: readonly Credential[];
  readonly webhooks: Readonly<Record<Registry, readonly OwnWebhook[]>>;
  readonly now: number;
}

const NEWEST_MAX = 6;
const ENDING_MS = 14 * 24 * 60 * 60 * 1000;

const ROUND_STATES: Readonly<Record<RoundStatus, readonly [tone: string, says: string]>> = {
  pending: ['mid', 'Waits for Bitcoin'],
  partial: ['mid', 'In Bitcoin, being checked'],
  pinned: ['good', 'In Bitcoin'],
};

/** `GET /account` */
export function renderOverview(view: OverviewView): Page {
  const { name, handle, usage, now } = view;
  const live = view.keys.filter((key) => isLive(key, now));
  const credits = view.purses.reduce((sum, { balance }) => sum + balance, 0);
  const webhooks = Object.values(view.webhooks).flat();
  const active = webhooks.filter(({ subscription }) => subscription.disabled === null);
  return {
    title: 'Overview',
    body: html`<p>You are <bdi>${name}</bdi>${handle === null ? null : html`, <a href="/u/${handle}">@${handle}</a>`}. Times are UTC.</p>
${renderAttention(view, live)}
<section aria-labelledby="newest-title">
<h2 id="newest-title">Newest</h2>
${renderNewest(view)}
<p class="actions"><a class="button" href="/account/works/new">Certify a work</a>
<a class="button quiet" href="/account/tracks/new">Submit a track</a>
<a class="button quiet" href="/">Anchor a file</a></p>
</section>
<section aria-labelledby="month-title">
<h2 id="month-title">This month</h2>
<h3 id="month-calls">Calls for music certificates</h3>
${renderMeter('month-calls', Math.min(usage.calls.calls, usage.callPolicy.freeCallsPerMonth), usage.callPolicy.freeCallsPerMonth, 'free calls used')}
<h3 id="month-timestamps">Timestamps</h3>
${renderMeter('month-timestamps', usage.timestamps.made, usage.timestamps.quota, 'timestamps made')}
<p><a href="/account/usage">Usage by day</a></p>
</section>
<section aria-labelledby="have-title">
<h2 id="have-title">What you have</h2>
<dl>
<div><dt>Plans</dt><dd>${renderPlans(view.subscriptions)}</dd></div>
<div><dt>Credits</dt><dd><a href="/account/credits">${formatNumber(credits)} left</a></dd></div>
<div><dt>Keys</dt><dd><a href="/account/keys">${live.length === 0 ? 'none yet' : `${formatNumber(live.length)} in use`}</a></dd></div>
<div><dt>Webhooks</dt><dd><a href="/account/webhooks">${webhooks.length === 0 ? 'none yet' : `${active.length} of ${webhooks.length} active`}</a></dd></div>
</dl>
</section>
`,
  };
}

function renderPlans(subscriptions: readonly Subscription[]): Content {
  if (subscriptions.length === 0) return html`<a href="/account/credits">none</a>`;
  return subscriptions.map(({ plan, paidUntil }) => html`${PLAN_NAMES[plan]}, paid until ${renderDay(paidUntil)}<br>`);
}

/** What will go wrong, or does, while nobody looks. */
function renderAttention({ webhooks, usage, now }: OverviewView, live: readonly Credential[]): Content {
  const troubles = [
    ...Object.values(webhooks).flatMap((list) => list.flatMap(describeTrouble)),
    ...live.flatMap(({ expiresAt, name, displayPrefix }) =>
      expiresAt === null || expiresAt - now > ENDING_MS
        ? []
        : [
            html`<a href="/account/keys">The key <bdi>${name ?? `${displayPrefix}…`}</bdi></a> ends ${renderMinute(expiresAt)}.`,
          ],
    ),
    ...(usage.timestamps.made < usage.timestamps.quota
      ? []
      : [html`This month’s timestamps are used up: <a href="/account/credits">plans</a>.`]),
    ...(callsLeft(usage.calls, usage.callPolicy) > 0
      ? []
      : [html`No calls for music certificates are left: <a href="/account/credits">credits</a>.`]),
  ];
  if (troubles.length === 0) return null;
  return html`<section class="notice" aria-labelledby="attention-title">
<h2 id="attention-title">Needs a look</h2>
<ul>
${troubles.map(
  (trouble) => html`<li>${trouble}</li>
`,
)}</ul>
</section>`;
}

/** One that its owner has switched off is no trouble. */
function describeTrouble({ subscription, failures }: OwnWebhook): readonly Html[] {
  const { contract, id, url, disabled } = subscription;
  if (disabled === null ? failures === 0 : disabled.reason === 'owner') return [];
  const link = html`<a href="/account/webhooks/${contract}/${id}" class="break">${url}</a>`;
  return [
    disabled === null
      ? html`${link}: ${countOf(failures, 'event')} could not be delivered, one after another.`
      : html`${link}: ${DISABLED_WORDS[disabled.reason]}.`,
  ];
}

interface Item {
  readonly at: number;
  readonly what: string;
  readonly title: string;
  readonly path: string;
  readonly state: readonly [tone: string, says: string];
}

function renderNewest({ works, submissions, receipts }: OverviewView): Html {
  const items: Item[] = [
    ...works.map(
      ({ version, certificate }): Item => ({
        at: version.issuedAt,
        what: 'Work',
        title: version.title.value,
        path: `/cert/${version.certId}`,
        state: certificate.status === 'active' ? ['good', 'Active'] : ['bad', 'Revoked'],
      }),
    ),
    ...submissions.map(
      ({ createdAt, title, status, decision }): Item => ({
        at: createdAt,
        what: 'Track',
        title,
        path: decision?.certificateId ? `/cert/${decision.certificateId}` : '/account/tracks',
        state: SUBMISSION_WORDS[status],
      }),
    ),
    ...receipts.map(
      ({ receipt, round }): Item => ({
        at: receipt.createdAt,
        what: 'Receipt',
        title: receipt.label ?? 'No label',
        path: '/account/vault',
        state: ROUND_STATES[round.status],
      }),
    ),
  ];
  if (items.length === 0) return html`<p>Nothing here yet. What you certify, submit or anchor is shown here.</p>`;
  return html`<ul class="cards">
${items
  .toSorted((one, other) => other.at - one.at)
  .slice(0, NEWEST_MAX)
  .map(
    ({ at, what, title, path, state: [tone, says] }) => html`<li><h3><a href="${path}"><bdi>${title}</bdi></a></h3>
<p class="state ${tone}">${says}</p>
<p class="hint">${what}, ${renderMinute(at)}</p></li>
`,
  )}</ul>`;
}
