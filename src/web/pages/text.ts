import { type Html, html } from './html.ts';

const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
const MINUTE = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZone: 'UTC',
});
const NUMBER = new Intl.NumberFormat('en-GB');
const CENTS = new Intl.NumberFormat('en-GB', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** UTC, since proofs are; pages say so once. */
export function renderDay(epochMs: number): Html {
  return html`<time datetime="${new Date(epochMs).toISOString()}">${DAY.format(epochMs)}</time>`;
}

export function renderMinute(epochMs: number): Html {
  return html`<time datetime="${new Date(epochMs).toISOString()}">${MINUTE.format(epochMs)}</time>`;
}

export function formatNumber(value: number): string {
  return NUMBER.format(value);
}

export function formatDollars(amount: number): string {
  return `$${(Number.isInteger(amount) ? NUMBER : CENTS).format(amount)}`;
}

/** `1 receipt`, `2 receipts`. */
export function countOf(count: number, one: string): string {
  return `${formatNumber(count)} ${one}${count === 1 ? '' : 's'}`;
}
