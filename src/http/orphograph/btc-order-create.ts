import { Type } from 'typebox';
import type { Clock } from '../../base/clock.ts';
import type { Sessions } from '../../core/account/account.ts';
import type { App } from '../shared/app.ts';
import { SESSION } from '../shared/openapi/api-description.ts';
import { createSessionGuard } from '../shared/session-guard.ts';
import { BtcOrder, presentBtcOrder } from './btc-order-wire.ts';
import { OrphographError } from './errors.ts';
import { ErrorBody } from './schemas.ts';
import type { Shop } from './shop.ts';

/** One short field. */
const BODY_MAX_BYTES = 4 * 1024;

const schema = {
  summary: 'Order a pack, to be paid in Bitcoin within an hour',
  tags: ['orphograph'],
  security: SESSION,
  body: Type.Object({
    pack: Type.Optional(Type.String({ maxLength: 64, description: 'Its name; without it, the first pack there is.' })),
  }),
  response: { 201: BtcOrder, 400: ErrorBody, 401: ErrorBody, 403: ErrorBody, 429: ErrorBody, 503: ErrorBody },
};

/** `POST /api/btc-order` */
export function registerBtcOrderCreate(
  app: App,
  shop: Shop | null,
  { sessions, publicUrl, clock }: { sessions: Sessions; publicUrl: string; clock: Clock },
): void {
  const refuse = () => new OrphographError('session-required', 'no session');
  const { onRequest, accountOf } = createSessionGuard(sessions, publicUrl, refuse);

  app.post(
    '/api/btc-order',
    {
      schema,
      bodyLimit: BODY_MAX_BYTES,
      onRequest,
      preValidation: async (request) => {
        request.body ??= {};
      },
    },
    async (request, reply) => {
      const desk = shop?.desk ?? null;
      if (desk === null) throw new OrphographError('btc-payments-off', 'no order desk');
      const order = await desk.place(accountOf(request), request.body.pack ?? desk.packs[0]!.name);
      reply.code(201).header('location', `/api/btc-order/${order.id}`).header('cache-control', 'no-store');
      return presentBtcOrder({ order, payments: [] }, clock.now());
    },
  );
}
