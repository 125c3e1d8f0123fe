import { equalBytes } from '../../base/bytes.ts';
import type { Clock } from '../../base/clock.ts';
import { mapConcurrently } from '../../base/concurrency.ts';
import type { ChainReader, ChainTip } from '../chain.ts';
import type { Store } from '../store.ts';
import type { AnchorPolicy } from './policy.ts';

/** Confirmations this far below the newest one are taken as final; the deepest reorganisation ever was 53 blocks. */
const REORG_WINDOW_BLOCKS = 144;
const MAX_CONCURRENT_LOOKUPS = 16;

interface ReorganisationParts {
  readonly store: Store;
  readonly chain: Pick<ChainReader, 'blockHash'>;
  readonly policy: AnchorPolicy;
  readonly clock: Pick<Clock, 'now'>;
}

/** Takes confirmations back when their block is no longer in the best chain. */
export class ReorganisationWatch {
  readonly #parts: ReorganisationParts;
  #lastTip: Uint8Array | null = null;

  constructor(parts: ReorganisationParts) {
    this.#parts = parts;
  }

  /** Resolves with the number of blocks whose confirmations were taken back. Errors: ChainError. */
  async undo(tip: ChainTip): Promise<number> {
    if (this.#lastTip !== null && equalBytes(this.#lastTip, tip.hash)) return 0;
    const { store, chain, clock, policy } = this.#parts;
    const blocks = await store.anchor.listConfirmedBlocks(REORG_WINDOW_BLOCKS);
    const hashes = await mapConcurrently(blocks, MAX_CONCURRENT_LOOKUPS, ({ height }) => chain.blockHash(height));
    // A source that is behind knows nothing of a height; that is no sign of another chain.
    const replaced = blocks.filter(({ hash }, i) => hashes[i] !== null && !equalBytes(hashes[i]!, hash));
    for (const block of replaced) {
      const now = clock.now();
      await store.transact(async ({ anchor }) => {
        // The calendar usually gets the same commitment into another block; only if not is it given the root again.
        const rounds = await anchor.unconfirmBlock(block, { dueAt: now, resubmitAt: now + policy.overdueMs });
        await anchor.refreshRounds(rounds, now);
      });
    }
    this.#lastTip = tip.hash;
    return replaced.length;
  }
}
