import type { Sessions } from '../../core/account/account.ts';
import type { App } from '../shared/app.ts';
import type { FreshCache } from '../shared/fresh-cache.ts';
import { sendReady } from '../shared/ready-answer.ts';
import { assertOwner, cacheControlOf } from './find-receipt.ts';
import type { ReadyReceipt } from './ready-receipts.ts';
import { READ_ERRORS, Receipt, ReceiptParams } from './schemas.ts';

const schema = {
  summary: 'A receipt and the state of its proofs',
  tags: ['orphograph'],
  params: ReceiptParams,
  response: { 200: Receipt, ...READ_ERRORS },
};

/** `GET /api/receipt/{receipt_id}` */
export function registerReceipt(app: App, ready: FreshCache<ReadyReceipt>, sessions: Sessions): void {
  app.get('/api/receipt/:receipt_id', { schema, config: { cors: true } }, async (request, reply) => {
    const { answer, ownerId, state } = await ready.get(request.params.receipt_id);
    if (state.isPrivate) await assertOwner(sessions, request, ownerId);
    // Always asked again, because a receipt is upgraded; mostly answered by 304.
    sendReady(request, reply, answer, cacheControlOf(state.isPrivate, 'no-cache'));
    return reply;
  });
}
