import { Type } from 'typebox';
import { reverseBytes } from '../../base/bytes.ts';
import { encodeHex } from '../../base/hex.ts';
import { judgeOrder, type OrderState, type PaidOrder } from '../../core/order/order.ts';
import type { OrderReader } from '../../core/order/store.ts';
import { OrphographError } from './errors.ts';
import { nullable } from './schemas.ts';
import { presentTime } from './wire.ts';

export const BtcOrderParams = Type.Object({ order_id: Type.String({ pattern: '^btc_[A-Za-z0-9_-]{1,32}$' }) });

export const BtcOrder = Type.Object(
  {
    order_id: Type.String(),
    status: Type.String({
      description:
        'awaiting_payment; seen: paid, not yet in a block; confirming: in a block; paid: the token was mailed; late: paid ' +
        'after the expiry, the token was mailed all the same; underpaid: less than the amount came; expired.',
    }),
    address: Type.String(),
    amount_sats: Type.Integer(),
    expires_at: Type.String(),
    tx_hash: nullable('string'),
    received_sats: Type.Integer({ description: 'Not in the contract, as is note.' }),
    note: nullable('string'),
  },
  { title: 'BitcoinOrder' },
);

export function presentBtcOrder(paid: PaidOrder, now: number) {
  const { order } = paid;
  const state = judgeOrder(paid, now);
  return {
    order_id: order.id,
    status: state.status,
    address: order.address,
    amount_sats: order.amountSats,
    expires_at: presentTime(order.expiresAt),
    tx_hash: state.txid && encodeHex(reverseBytes(state.txid)),
    received_sats: state.receivedSats,
    note: noteOn(state, order.amountSats),
  };
}

function noteOn({ status, receivedSats, excessSats }: OrderState, amountSats: number): string | null {
  if (status === 'underpaid') {
    return `${amountSats - receivedSats} satoshi are missing. Send them to the same address, and the order is complete.`;
  }
  const notes = [
    status === 'late' ? 'The payment came after the order had expired. It was accepted.' : '',
    excessSats > 0 ? `${excessSats} satoshi more than the price came. Write to the operator to have them back.` : '',
  ].filter((note) => note !== '');
  return notes.length === 0 ? null : notes.join(' ');
}

/** Errors: `order-unknown`. */
export async function findOrder(orders: Pick<OrderReader, 'find'> | undefined, id: string): Promise<PaidOrder> {
  const paid = await orders?.find(id);
  if (!paid) throw orderUnknown();
  return paid;
}

export function orderUnknown(): OrphographError {
  return new OrphographError('order-unknown', 'no order with this id');
}
