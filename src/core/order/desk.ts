import { encodeBase64Url } from '../../base/base64url.ts';
import type { Clock, RandomBytes } from '../../base/clock.ts';
import type { Account } from '../account/account.ts';
import type { Store } from '../store.ts';
import { type Order, OrderError } from './order.ts';
import { type Pack, priceInSats } from './pack.ts';
import type { ReceivingWallet } from './receiving-wallet.ts';

/** Time to pay; the price in Bitcoin is fixed for as long. */
const ORDER_LIFETIME_MS = 60 * 60_000;
/** Wallets look for coins at a few unused addresses in a row only: one account must not fill them with orders. */
const MAX_OPEN_ORDERS = 3;
/** Without a look at the chain for this long, nobody would see a payment. */
const UNWATCHED_AFTER_MS = 30 * 60_000;
const ORDER_ID_BYTES = 16;

export interface OrderDesk {
  readonly packs: readonly Pack[];
  readonly usdPerBtc: number;
  /** Errors: OrderError. */
  place(account: Account, packName: string): Promise<Order>;
}

/** Errors: PriceError when a pack has no possible price. */
export function createOrderDesk(parts: {
  readonly store: Store;
  readonly wallet: ReceivingWallet;
  readonly packs: readonly Pack[];
  readonly usdPerBtc: number;
  readonly clock: Clock;
  readonly random: RandomBytes;
}): OrderDesk {
  const { store, wallet, packs, usdPerBtc, clock, random } = parts;
  const prices = new Map(packs.map((pack) => [pack.name, priceInSats(pack, usdPerBtc)]));
  return {
    packs,
    usdPerBtc,

    async place(account, packName) {
      const pack = packs.find(({ name }) => name === packName);
      if (pack === undefined) throw new OrderError('pack-unknown', 'there is no such pack');
      return store.transact(async (writers) => {
        const now = clock.now();
        // Also what makes orders come one after the other, so that the counts below are right.
        const { checkedAt } = await writers.order.lockScan();
        if (now - checkedAt > UNWATCHED_AFTER_MS) {
          throw new OrderError('payments-unwatched', 'the chain was not looked at lately');
        }
        if ((await writers.order.countOpen(account.id, now)) >= MAX_OPEN_ORDERS) {
          throw new OrderError('too-many-orders', `an account has at most ${MAX_OPEN_ORDERS} unpaid orders`);
        }
        const index = await writers.order.takeIndex(wallet.id);
        const order: Order = {
          ...wallet.addressAt(index),
          id: `btc_${encodeBase64Url(random(ORDER_ID_BYTES))}`,
          accountId: account.id,
          email: account.email,
          pack: pack.name,
          credits: pack.credits,
          amountSats: prices.get(pack.name)!,
          createdAt: now,
          expiresAt: now + ORDER_LIFETIME_MS,
          settledAt: null,
        };
        await writers.order.insert(order, wallet.id, index);
        return order;
      });
    },
  };
}
