import { CodedError } from '../../base/coded-error.ts';

/** Events that something is done about; times are epoch ms. E-mail addresses are in lower case. */
export type StripeEvent =
  | {
      readonly kind: 'checkout';
      readonly id: string;
      readonly sessionId: string;
      /** False while the money is on its way; another event follows. */
      readonly isPaid: boolean;
      /** Of the payment link, and of prices. */
      readonly productIds: readonly string[];
      /** Null for a single payment. */
      readonly subscriptionId: string | null;
      readonly clientReference: string | null;
      readonly email: string | null;
    }
  | {
      readonly kind: 'subscription';
      readonly id: string;
      readonly at: number;
      readonly subscriptionId: string;
      readonly productIds: readonly string[];
      /** Null while it goes on. */
      readonly endedAt: number | null;
    }
  | {
      readonly kind: 'invoice-paid';
      readonly id: string;
      readonly subscriptionId: string;
      readonly productIds: readonly string[];
      readonly paidUntil: number;
    }
  | { readonly kind: 'other'; readonly id: string };

/** The JSON of an event that the provider has signed; null when it has not, or not lately. */
export type OpenSignedEvent = (body: Uint8Array, signature: string) => unknown;

export class StripeEventError extends CodedError<'event-malformed'> {}

const ENDED_STATUSES = new Set(['canceled', 'incomplete_expired']);
/** Stripe's ids are at most 255 characters. */
const ID_MAX_CHARS = 255;
const EMAIL_MAX_CHARS = 320;

/**
 * Reads an event whose signature was checked, in the shapes of Stripe's API versions up to 2025 and since, in which
 * periods are at the items and a subscription is at an invoice's `parent`. Errors: StripeEventError.
 */
export function readStripeEvent(value: unknown): StripeEvent {
  const event = objectOf(value);
  const id = requireId(event.id);
  const object = objectOf(objectOf(event.data).object);
  switch (event.type) {
    case 'checkout.session.completed':
    case 'checkout.session.async_payment_succeeded':
      return readCheckout(id, object);
    case 'customer.subscription.created':
    case 'customer.subscription.updated':
    case 'customer.subscription.deleted':
      return readSubscription(id, requireTime(event.created), event.type.endsWith('.deleted'), object);
    case 'invoice.paid':
      return readInvoice(id, object);
    default:
      return { kind: 'other', id };
  }
}

function readCheckout(id: string, session: Fields): StripeEvent {
  const { payment_link: link, payment_status: payment } = session;
  const prices = listOf(session.line_items).map(({ price }) => idOf(price));
  return {
    kind: 'checkout',
    id,
    sessionId: requireId(session.id),
    isPaid: payment === 'paid' || payment === 'no_payment_required',
    productIds: [idOf(link), ...prices].filter((found) => found !== null),
    subscriptionId: idOf(session.subscription),
    clientReference: textOf(session.client_reference_id, ID_MAX_CHARS),
    email: emailOf(objectOf(session.customer_details).email) ?? emailOf(session.customer_email),
  };
}

function readSubscription(id: string, at: number, isDeleted: boolean, subscription: Fields): StripeEvent {
  const isEnded = isDeleted || ENDED_STATUSES.has(String(subscription.status));
  return {
    kind: 'subscription',
    id,
    at,
    subscriptionId: requireId(subscription.id),
    productIds: listOf(subscription.items)
      .map(({ price }) => idOf(price))
      .filter((found) => found !== null),
    endedAt: isEnded ? (timeOf(subscription.ended_at) ?? at) : null,
  };
}

function readInvoice(id: string, invoice: Fields): StripeEvent {
  const parent = objectOf(objectOf(invoice.parent).subscription_details);
  const subscriptionId = idOf(parent.subscription) ?? idOf(invoice.subscription);
  const lines = listOf(invoice.lines);
  const ends = lines.map(({ period }) => timeOf(objectOf(period).end)).filter((end) => end !== null);
  // Of something else than a subscription.
  if (subscriptionId === null || ends.length === 0) return { kind: 'other', id };
  return {
    kind: 'invoice-paid',
    id,
    subscriptionId,
    productIds: lines
      .map(({ price, pricing }) => idOf(objectOf(objectOf(pricing).price_details).price) ?? idOf(price))
      .filter((found) => found !== null),
    paidUntil: Math.max(...ends),
  };
}

type Fields = Readonly<Record<string, unknown>>;

function objectOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

/** Stripe's lists are objects with `data`. */
function listOf(value: unknown): readonly Fields[] {
  const { data } = objectOf(value);
  return Array.isArray(data) ? data.map(objectOf) : [];
}

/** An id, or that of an object in its place. */
function idOf(value: unknown): string | null {
  return textOf(typeof value === 'string' ? value : objectOf(value).id, ID_MAX_CHARS);
}

function textOf(value: unknown, maxChars: number): string | null {
  return typeof value === 'string' && value !== '' && value.length <= maxChars && !value.includes('\0') ? value : null;
}

function emailOf(value: unknown): string | null {
  const text = textOf(value, EMAIL_MAX_CHARS);
  return text?.includes('@') ? text.toLowerCase() : null;
}

function timeOf(value: unknown): number | null {
  return Number.isSafeInteger(value) && Math.abs(value as number) < 1e11 ? (value as number) * 1000 : null;
}

function requireId(value: unknown): string {
  const id = idOf(value);
  if (id === null) throw new StripeEventError('event-malformed', 'something has no id');
  return id;
}

function requireTime(value: unknown): number {
  const time = timeOf(value);
  if (time === null) throw new StripeEventError('event-malformed', 'the event has no time');
  return time;
}
