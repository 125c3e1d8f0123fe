import QRCode from 'qrcode';
import { Type } from 'typebox';
import type { Clock } from '../../base/clock.ts';
import { formatPaymentUri } from '../../core/order/bip21.ts';
import { judgeOrder } from '../../core/order/order.ts';
import type { App } from '../shared/app.ts';
import { BtcOrderParams, findOrder, orderUnknown } from './btc-order-wire.ts';
import { READ_ERRORS } from './schemas.ts';
import type { Shop } from './shop.ts';

/** Survives a smudge, and stays coarse enough for a phone in front of a screen. */
const CORRECTION = 'M';
/** Light modules around, by the standard (ISO/IEC 18004). */
const QUIET_ZONE_MODULES = 4;

const schema = {
  summary: "An order's address and amount, for a wallet's camera",
  tags: ['orphograph'],
  params: BtcOrderParams,
  response: { 200: { content: { 'image/svg+xml': { schema: Type.String() } } }, ...READ_ERRORS },
};

/** `GET /api/btc-order/{order_id}/qr.svg` */
export function registerBtcOrderQr(app: App, shop: Shop | null, clock: Clock): void {
  app.get('/api/btc-order/:order_id/qr.svg', { schema, config: { cors: true } }, async (request, reply) => {
    const paid = await findOrder(shop?.orders, request.params.order_id);
    // A picture that somebody kept must not invite to pay a price that no longer holds.
    if (judgeOrder(paid, clock.now()).status === 'expired') throw orderUnknown();
    const svg = await QRCode.toString(formatPaymentUri(paid.order), {
      type: 'svg',
      errorCorrectionLevel: CORRECTION,
      margin: QUIET_ZONE_MODULES,
    });
    reply
      .header('cache-control', 'no-store')
      .header('cross-origin-resource-policy', 'cross-origin')
      .type('image/svg+xml; charset=utf-8')
      .send(svg);
    return reply;
  });
}
