import { equalBytes } from '../../base/bytes.ts';
import type { RandomBytes } from '../../base/clock.ts';
import type { ChainTip, PaymentOutput } from '../chain.ts';
import { issuePack } from './issue-pack.ts';
import { isPaidAt, type PaidOrder } from './order.ts';
import { type ScanParts, scanBlocks } from './scan.ts';

/**
 * For so long after the expiry a payment is shown before it is in a block. A source is asked once for each order, so
 * the newest come first; one that is left out is shown when its payment is in a block.
 */
const SHOWN_AFTER_EXPIRY_MS = 3_600_000;
const SHOWN_MAX = 50;
const SETTLE_LIMIT = 100;

export interface WatcherParts extends ScanParts {
  readonly random: RandomBytes;
  /** Blocks, the payment's own included, before a payment counts. */
  readonly confirmations: number;
}

/** What one pass did. */
export interface WatchReport {
  readonly settled: number;
}

/** Sees payments of orders, and issues packs for them. Any number of nodes may run it. */
export class OrderWatcher {
  readonly #parts: WatcherParts;

  constructor(parts: WatcherParts) {
    this.#parts = parts;
  }

  /** One pass. Errors: ChainError when Bitcoin cannot be asked; the next pass goes on where this one ended. */
  async run(signal: AbortSignal): Promise<WatchReport> {
    const best = await scanBlocks(this.#parts, signal);
    const settled = await this.#settle(best.height - this.#parts.confirmations + 1, signal);
    if (!signal.aborted) await this.#showUnconfirmed(best, signal);
    return { settled };
  }

  async #settle(height: number, signal: AbortSignal): Promise<number> {
    const { store } = this.#parts;
    let settled = 0;
    for (let found = SETTLE_LIMIT; found === SETTLE_LIMIT && !signal.aborted; ) {
      const ids = await store.order.listPayable(height, SETTLE_LIMIT);
      for (const id of ids) if (await this.#settleOrder(id, height)) settled++;
      found = ids.length;
    }
    return settled;
  }

  #settleOrder(id: string, height: number): Promise<boolean> {
    const { store, clock, random } = this.#parts;
    return store.transact(async (writers) => {
      const paid = await writers.order.find(id);
      // Another node was faster, or the payment went away with its block.
      if (paid === null || paid.order.settledAt !== null || !isPaidAt(paid, height)) return false;
      const now = clock.now();
      const { accountId, email, credits } = paid.order;
      const credentialId = await issuePack(writers, { accountId, email, credits, reference: id }, { now, random });
      await writers.order.settle(id, credentialId, now);
      return true;
    });
  }

  async #showUnconfirmed(best: ChainTip, signal: AbortSignal): Promise<void> {
    const { store, chain, clock } = this.#parts;
    const orders = await store.order.listUnsettled(clock.now() - SHOWN_AFTER_EXPIRY_MS, SHOWN_MAX);
    const outputs = await chain.unconfirmedOutputs(
      orders.map(({ order }) => order),
      signal,
    );
    if (orders.length === 0) return;
    // What left the mempool for a block that was not looked through is not gone.
    const tip = await chain.tip(signal);
    const keepsOthers = !equalBytes(tip.hash, best.hash);
    for (const paid of orders) {
      const own = outputs.filter(({ scriptPubKey }) => equalBytes(scriptPubKey, paid.order.scriptPubKey));
      if (!isNews(paid, own, keepsOthers)) continue;
      await store.transact(({ order }) => order.setUnconfirmed(paid.order.id, own, keepsOthers, clock.now()));
    }
  }
}

function isNews({ payments }: PaidOrder, outputs: readonly PaymentOutput[], keepsOthers: boolean): boolean {
  const isKnown = (output: PaymentOutput) =>
    payments.some(({ txid, vout }) => vout === output.vout && equalBytes(txid, output.txid));
  const isThere = (txid: Uint8Array, at: number) =>
    outputs.some(({ txid: other, vout }) => vout === at && equalBytes(other, txid));
  if (!outputs.every(isKnown)) return true;
  return !keepsOthers && payments.some(({ txid, vout, minedHeight }) => minedHeight === null && !isThere(txid, vout));
}
