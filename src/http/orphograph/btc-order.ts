import type { Clock } from '../../base/clock.ts';
import type { App } from '../shared/app.ts';
import { BtcOrder, BtcOrderParams, findOrder, presentBtcOrder } from './btc-order-wire.ts';
import { READ_ERRORS } from './schemas.ts';
import type { Shop } from './shop.ts';

const schema = {
  summary: 'Whether an order was paid',
  tags: ['orphograph'],
  params: BtcOrderParams,
  response: { 200: BtcOrder, ...READ_ERRORS },
};

/** `GET /api/btc-order/{order_id}` */
export function registerBtcOrder(app: App, shop: Shop | null, clock: Clock): void {
  app.get('/api/btc-order/:order_id', { schema, config: { cors: true } }, async (request, reply) => {
    const paid = await findOrder(shop?.orders, request.params.order_id);
    reply.header('cache-control', 'no-store');
    return presentBtcOrder(paid, clock.now());
  });
}
