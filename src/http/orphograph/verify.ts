import type { App } from '../shared/app.ts';
import { cacheControlOf, type FindReceipt } from './find-receipt.ts';
import { READ_ERRORS, Receipt, ReceiptParams } from './schemas.ts';
import { presentReceipt } from './wire.ts';

const schema = {
  summary: 'The same as the receipt, from a fresh read and check of every proof',
  tags: ['orphograph'],
  params: ReceiptParams,
  response: { 200: Receipt, ...READ_ERRORS },
};

/** `GET /api/verify/{receipt_id}` */
export function registerVerify(app: App, findReceipt: FindReceipt): void {
  app.get('/api/verify/:receipt_id', { schema, config: { cors: true } }, async (request, reply) => {
    const { stored, proofs } = await findReceipt(request);
    reply.header('cache-control', cacheControlOf(stored.receipt.isPrivate, 'no-store'));
    return presentReceipt(stored, proofs);
  });
}
