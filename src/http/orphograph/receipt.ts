import type { Clock } from '../../base/clock.ts';
import type { AnchorService } from '../../core/anchor/anchor.ts';
import type { App } from '../shared/app.ts';
import { FreshCache } from '../shared/fresh-cache.ts';
import { prepareAnswer, sendReady } from '../shared/ready-answer.ts';
import { findReceipt } from './find-receipt.ts';
import { READ_ERRORS, Receipt, ReceiptParams } from './schemas.ts';
import { presentReceipt } from './wire.ts';

/** Long enough to take the load off a receipt that everyone looks at, short enough for nobody to notice. */
const FRESH_MS = 1000;
/** About 1 KB each. */
const MAX_READY_RECEIPTS = 10_000;

const schema = {
  summary: 'A receipt and the state of its proofs',
  tags: ['orphograph'],
  params: ReceiptParams,
  response: { 200: Receipt, ...READ_ERRORS },
};

/** `GET /api/receipt/{receipt_id}` */
export function registerReceipt(app: App, anchors: AnchorService, clock: Clock): void {
  const ready = new FreshCache({
    freshMs: FRESH_MS,
    maxEntries: MAX_READY_RECEIPTS,
    clock,
    make: async (id) => {
      const { stored, proofs } = await findReceipt(anchors, id);
      return prepareAnswer(presentReceipt(stored, proofs));
    },
  });

  app.get('/api/receipt/:receipt_id', { schema, config: { cors: true } }, async (request, reply) => {
    const answer = await ready.get(request.params.receipt_id);
    // Always asked again, because a receipt is upgraded; mostly answered by 304.
    sendReady(request, reply, answer, 'no-cache');
    return reply;
  });
}
