import { Type } from 'typebox';
import { readStripeEvent } from '../../core/order/stripe-event.ts';
import type { App } from '../shared/app.ts';
import { OrphographError } from './errors.ts';
import { ErrorBody } from './schemas.ts';
import type { Shop } from './shop.ts';

/** Many times what the largest of the events that are acted on has. */
const BODY_MAX_BYTES = 512 * 1024;

const schema = {
  summary: 'Events of the payment provider, signed by it',
  tags: ['orphograph'],
  // For the payment provider only.
  hide: true,
  response: { 200: Type.Object({ received: Type.Literal(true) }), 400: ErrorBody },
};

/** `POST /api/stripe/webhook`. Not part of the contract's document. */
export function registerStripeWebhook(app: App, { open, purchases }: NonNullable<Shop['stripe']>): void {
  app.register(async (scope) => {
    // The signature is over the bytes as they came.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

    scope.post('/api/stripe/webhook', { schema, bodyLimit: BODY_MAX_BYTES }, async (request) => {
      const signature = request.headers['stripe-signature'];
      const value =
        request.body instanceof Uint8Array && typeof signature === 'string' ? open(request.body, signature) : null;
      if (value === null) throw new OrphographError('signature-invalid', 'not signed by the payment provider');
      const event = readStripeEvent(value);
      const outcome = await purchases.apply(event);
      const line = { event: event.id, kind: event.kind, outcome };
      if (outcome === 'nobody') request.log.error(line, 'a payment that nobody can be given anything for');
      else if (outcome === 'not-ours' && event.kind === 'checkout') {
        request.log.warn(line, 'a checkout of nothing that is configured; once it is, the event can be sent again');
      } else request.log.info(line, 'payment event');
      return { received: true as const };
    });
  });
}
