import type { Credential } from '../../core/key/credential.ts';
import type { CreditEntry, PurseId } from '../../core/meter/ledger.ts';
import type { Plan, Subscription } from '../../core/meter/subscription.ts';
import type { Pack } from '../../core/order/pack.ts';
import { renderForm, renderHidden } from './form.ts';
import { type Content, type Html, html } from './html.ts';
import type { Page } from './layout.ts';
import { countOf, formatDollars, formatNumber, renderDay, renderMinute } from './text.ts';

/** What this server sells. */
export interface Offers {
  /** To be paid in Bitcoin; empty where that is off. */
  readonly bitcoin: readonly Pack[];
  /** To be paid by card, on the payment provider's pages. */
  readonly card: readonly CardOffer[];
}

export interface CardOffer {
  /** `Personal, monthly` */
  readonly name: string;
  /** US dollars. */
  readonly usd: number;
  /** Of the provider; the account is added to it. */
  readonly paymentLink: string;
}

export interface CreditsView {
  readonly accountId: string;
  readonly email: string;
  readonly subscriptions: readonly Subscription[];
  readonly purses: readonly { readonly id: PurseId; readonly balance: number }[];
  /** The account's keys, to call packs by what people see of their tokens. */
  readonly keys: readonly Credential[];
  /** Newest first. */
  readonly entries: readonly CreditEntry[];
  /** The address of the next page. */
  readonly older: string | null;
  readonly offers: Offers;
  /** An order to be paid in Bitcoin, to show how that goes on. */
  readonly orderId: string | null;
}

export const PLAN_NAMES: Readonly<Record<Plan, string>> = {
  'orphograph-personal': 'Receipts: Personal',
  'orphograph-creator': 'Receipts: Creator',
  'proofd-pro': 'Timestamps: Pro',
  'proofd-business': 'Timestamps: Business',
};

/** The ledger's own words, for people; a reason that is not here is shown as it is. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ['pack_purchase', 'Pack bought'],
  ['anchor', 'Receipts anchored'],
  ['api_paid_calls', 'Calls beyond the free ones'],
  ['credit_purchase', 'Credits bought'],
  ['gift', 'Given'],
]);

export function renderCredits(view: CreditsView): Page {
  const { subscriptions, purses, entries, older, orderId } = view;
  const nameOf = (purse: PurseId) => namePurse(purse, view.keys);
  return {
    title: 'Plan and credits',
    body: html`<p>Times are UTC.</p>
${orderId === null ? null : renderOrder(orderId)}
<section aria-labelledby="plans-title">
<h2 id="plans-title">Plans</h2>
${
  subscriptions.length === 0
    ? html`<p>You have no subscription.</p>`
    : html`<dl>${subscriptions.map(
        ({ plan, paidUntil }) =>
          html`<div><dt>${PLAN_NAMES[plan]}</dt><dd>paid until ${renderDay(paidUntil)}</dd></div>
`,
      )}</dl>`
}
</section>
<section aria-labelledby="balance-title">
<h2 id="balance-title">Credits</h2>
${
  purses.length === 0
    ? html`<p>You have none. A credit of a pack is a receipt, and never expires.</p>`
    : html`<dl>${purses.map(
        ({ id, balance }) => html`<div><dt>${nameOf(id)}</dt><dd>${formatNumber(balance)} left</dd></div>
`,
      )}</dl>`
}
</section>
${renderShop(view)}
<section aria-labelledby="ledger-title">
<h2 id="ledger-title">Ledger</h2>
${
  entries.length === 0
    ? html`<p>Nothing has moved yet.</p>`
    : html`<p class="hint">Every credit that came or went. Lines are never changed.</p>
<div class="scroll" role="region" aria-labelledby="ledger-title" tabindex="0"><table>
<thead><tr><th scope="col">When</th><th scope="col">What</th><th scope="col" class="number">Change</th><th scope="col" class="number">Left</th></tr></thead>
<tbody>
${entries.map((entry) => renderEntry(entry, nameOf(entry.purse)))}</tbody>
</table></div>`
}
${older === null ? null : html`<p><a href="${older}" rel="next">Older lines</a></p>`}
</section>
`,
  };
}

function renderEntry({ createdAt, reason, reference, delta, balance }: CreditEntry, purse: string): Html {
  return html`<tr><td>${renderMinute(createdAt)}</td>
<td>${REASONS.get(reason) ?? reason}<br><small>${purse}, <span class="break">${reference}</span></small></td>
<td class="number">${delta > 0 ? `+${formatNumber(delta)}` : `−${formatNumber(-delta)}`}</td>
<td class="number">${formatNumber(balance)}</td></tr>
`;
}

function namePurse(purse: PurseId, keys: readonly Credential[]): string {
  const [kind, id] = purse.split(':', 2);
  if (kind === 'trackorigin') return 'API calls';
  const token = keys.find((key) => key.id === id);
  return token === undefined ? 'Pack' : `Pack ${token.name ?? `${token.displayPrefix}…`}`;
}

function renderShop({ offers, accountId, email }: CreditsView): Content {
  const { bitcoin, card } = offers;
  if (bitcoin.length === 0 && card.length === 0) return null;
  return html`<section aria-labelledby="shop-title">
<h2 id="shop-title">Buy</h2>
<ul class="cards">
${bitcoin.map(
  ({ name, credits, usdCents }, i) => html`<li><h3>${countOf(credits, 'receipt')}</h3>
<p>${formatDollars(usdCents / 100)}, in Bitcoin. The pack’s token comes by mail once the payment is confirmed.</p>
${renderForm({
  id: `pack-${i}`,
  api: '/api/btc-order',
  after: { goTo: '/account/credits?order=', append: 'order_id' },
  submit: 'Pay in Bitcoin',
  content: renderHidden('pack', name),
})}</li>
`,
)}${card.map(
  ({ name, usd, paymentLink }) => html`<li><h3>${name}</h3>
<p>${formatDollars(usd)}, by card.</p>
<p><a class="button" href="${addAccount(paymentLink, accountId, email)}" rel="noreferrer">Pay by card</a></p></li>
`,
)}</ul>
</section>`;
}

/** So that the provider tells whom a payment is from; the parameters are Stripe's. */
function addAccount(paymentLink: string, accountId: string, email: string): string {
  const url = new URL(paymentLink);
  url.searchParams.set('client_reference_id', accountId);
  url.searchParams.set('prefilled_email', email);
  return url.href;
}

/** `/static/account.js` fills it from the order's own routes, and goes on asking. */
function renderOrder(orderId: string): Html {
  const api = `/api/btc-order/${orderId}`;
  return html`<section id="order" class="notice" aria-labelledby="order-title" data-order="${api}">
<h2 id="order-title">Pay in Bitcoin</h2>
<p><strong data-show="status" role="status">Looking for your order…</strong>
<span data-show="note"></span></p>
<div class="payment">
<img src="${api}/qr.svg" width="200" height="200" alt="The payment as a QR code for a wallet">
<dl>
<div><dt>Amount</dt><dd><span data-show="amount" id="order-amount">–</span> BTC
<button type="button" class="quiet" data-copy="order-amount" hidden>Copy <span class="hidden">the amount</span></button></dd></div>
<div><dt>To</dt><dd><code data-show="address" id="order-address">–</code>
<button type="button" class="quiet" data-copy="order-address" hidden>Copy <span class="hidden">the address</span></button></dd></div>
<div><dt>Until</dt><dd><span data-show="expires">–</span></dd></div>
<div><dt>Transaction</dt><dd><code data-show="transaction">none yet</code></dd></div>
</dl>
</div>
<noscript><p>Scan the code: it has the address and the amount. Without JavaScript this page does not follow the payment.</p></noscript>
<p class="hint">Pay exactly once. You may close this page: the token is mailed to you when the payment is confirmed.
<span class="copied" role="status"></span></p>
</section>`;
}
