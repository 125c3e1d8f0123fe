import type { Clock } from '../../base/clock.ts';
import type { AnchorService } from '../../core/anchor/anchor.ts';
import { isSameState, type ReceiptState, stateOf } from '../../core/anchor/receipt-state.ts';
import { FreshCache } from '../shared/fresh-cache.ts';
import { prepareAnswer, type ReadyAnswer } from '../shared/ready-answer.ts';
import { receiptUnknown } from './find-receipt.ts';
import { presentReceipt } from './wire.ts';

/** Long enough to take the load off a receipt that everyone looks at, short enough for nobody to notice. */
const FRESH_MS = 1000;
/** About 1 KB each. */
const MAX_READY_RECEIPTS = 10_000;

export interface ReadyReceipt {
  readonly ownerId: string | null;
  readonly state: ReceiptState;
  readonly answer: ReadyAnswer;
}

/** Receipts as JSON, by id; whether one has changed is asked after a second, and it is composed anew only then. */
export function createReadyReceipts(anchors: AnchorService, clock: Clock): FreshCache<ReadyReceipt> {
  return new FreshCache<ReadyReceipt>({
    freshMs: FRESH_MS,
    maxEntries: MAX_READY_RECEIPTS,
    clock,
    make: async (id, stale) => {
      if (stale !== undefined) {
        const state = await anchors.readState(id);
        if (state === null) throw receiptUnknown();
        if (isSameState(state, stale.state)) return stale;
      }
      const stored = await anchors.find(id);
      if (stored === null) throw receiptUnknown();
      return {
        ownerId: stored.receipt.owner?.accountId ?? null,
        state: stateOf(stored),
        answer: prepareAnswer(presentReceipt(stored, anchors.composeProofs(stored))),
      };
    },
  });
}
