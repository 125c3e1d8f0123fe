import { Type } from 'typebox';
import type { AnchorService } from '../../core/anchor/anchor.ts';
import type { App } from '../shared/app.ts';
import type { FreshCache } from '../shared/fresh-cache.ts';
import { SESSION } from '../shared/openapi/api-description.ts';
import { requireSameOrigin } from '../shared/same-origin.ts';
import { receiptUnknown } from './find-receipt.ts';
import type { ReadyReceipt } from './ready-receipts.ts';
import { READ_ERRORS, ReceiptParams, SUBSCRIBER_ERRORS } from './schemas.ts';
import type { RequireSubscriber } from './subscriber.ts';

/** One short field. */
const BODY_MAX_BYTES = 4 * 1024;

const schema = {
  summary: 'Hide a receipt of your own from everyone else, or show it again',
  tags: ['orphograph'],
  security: SESSION,
  params: ReceiptParams,
  body: Type.Object({ private: Type.Boolean() }),
  response: {
    200: Type.Object({ ok: Type.Literal(true), receipt_id: Type.String(), private: Type.Boolean() }),
    ...SUBSCRIBER_ERRORS,
    ...READ_ERRORS,
  },
};

/** `POST /api/me/receipt/{receipt_id}/privacy` */
export function registerReceiptPrivacy(
  app: App,
  anchors: AnchorService,
  ready: FreshCache<ReadyReceipt>,
  requireSubscriber: RequireSubscriber,
  publicUrl: string,
): void {
  const options = { schema, bodyLimit: BODY_MAX_BYTES, onRequest: requireSameOrigin(publicUrl) };
  app.post('/api/me/receipt/:receipt_id/privacy', options, async (request, reply) => {
    const { id: accountId } = await requireSubscriber(request);
    const { receipt_id } = request.params;
    const isPrivate = request.body.private;
    if (!(await anchors.setPrivacy(accountId, receipt_id, isPrivate))) throw receiptUnknown();
    ready.forget(receipt_id);
    reply.header('cache-control', 'private, no-store');
    return { ok: true as const, receipt_id, private: isPrivate };
  });
}
