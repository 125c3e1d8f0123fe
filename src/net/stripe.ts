import type { Clock } from '../base/clock.ts';
import type { OpenSignedEvent } from '../core/order/stripe-event.ts';

/** Stripe's own default: who got hold of an old request cannot send it again. */
const TOLERANCE_SECONDS = 300;

/**
 * Checks signatures of webhook events with the endpoint's secret (`whsec_…`). The library is large: it is loaded only by
 * servers that sell through Stripe.
 */
export async function createStripeSignatures(secret: string, clock: Clock): Promise<OpenSignedEvent> {
  const { default: Stripe } = await import('stripe');
  return (body, signature) => {
    try {
      return Stripe.webhooks.constructEvent(body, signature, secret, TOLERANCE_SECONDS, undefined, clock.now());
    } catch {
      return null;
    }
  };
}
