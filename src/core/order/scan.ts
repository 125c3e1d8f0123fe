import { equalBytes } from '../../base/bytes.ts';
import type { Clock } from '../../base/clock.ts';
import { encodeHex } from '../../base/hex.ts';
import { type BitcoinBlock, parseBlock } from '../../proof/bitcoin/block.ts';
import type { BlockHeader } from '../../proof/bitcoin/block-header.ts';
import { ChainError } from '../../proof/bitcoin/chain-error.ts';
import { BitcoinError } from '../../proof/bitcoin/error.ts';
import type { BitcoinNetwork } from '../../proof/bitcoin/network.ts';
import { checkProofOfWork } from '../../proof/bitcoin/proof-of-work.ts';
import type { ChainTip, PaymentChain, PaymentOutput } from '../chain.ts';
import type { Store } from '../store.ts';
import type { ScannedBlock } from './store.ts';

/** A payment that comes later than this after an order's expiry is seen only if there is a younger order. */
const WATCH_AFTER_EXPIRY_MS = 30 * 24 * 3_600_000;
/** Of every block that was looked through when no older one is known to have stood: deeper than branches are replaced. */
const FORK_MARGIN_BLOCKS = 6;
/** That the chain was looked at is written this often, not with every look. */
const MARK_EVERY_MS = 60_000;

export interface ScanParts {
  readonly store: Store;
  readonly chain: PaymentChain;
  readonly clock: Clock;
}

/**
 * Looks through every new block for payments to any order there ever was; resolves with the best block that was looked
 * through. A block proves what it holds, so no source has to be believed about a payment. While there is no order that
 * somebody could pay, or pay twice, blocks are passed over unread. Any number of nodes may scan: each block is added to
 * the one it was read for, once.
 */
export async function scanBlocks(parts: ScanParts, signal: AbortSignal): Promise<ChainTip> {
  const { store, chain, clock } = parts;
  const tip = await chain.tip(signal);
  const { best, checkedAt } = await store.order.readScan();
  const isNeeded = await store.order.isAnyExpiring(clock.now() - WATCH_AFTER_EXPIRY_MS);
  if (best === null || !isNeeded) return passOver(parts, tip, best, checkedAt);
  // A source that is behind tells nothing new.
  if (tip.height < best.height) return best;
  let at = await findParent(parts, best, signal);
  let scanned = best;
  while (at.height < tip.height && !signal.aborted) {
    const block = await readBlock(parts, at, signal);
    if (block === null || !(await add(parts, at, scanned, block))) return scanned;
    at = block;
    scanned = { height: block.height, hash: block.hash };
  }
  if (scanned.height >= tip.height) await markChecked(parts, checkedAt);
  return scanned;
}

async function passOver(
  { store, clock }: ScanParts,
  tip: ChainTip,
  best: ChainTip | null,
  checkedAt: number,
): Promise<ChainTip> {
  const now = clock.now();
  if (best !== null && equalBytes(best.hash, tip.hash) && now - checkedAt < MARK_EVERY_MS) return best;
  return store.transact(async ({ order }) => {
    const state = await order.lockScan();
    // An order that came meanwhile waits for the blocks after `state.best`.
    if (state.best !== null && (await order.isAnyExpiring(now - WATCH_AFTER_EXPIRY_MS))) return state.best;
    if (state.best !== null && tip.height < state.best.height) return state.best;
    await order.jumpScan(tip, now);
    return tip;
  });
}

/** A place to go on from: null as its hash when nothing that was looked through stands any more. */
interface Parent {
  readonly height: number;
  readonly hash: Uint8Array | null;
}

/** The highest block looked through that the chain still holds. */
async function findParent({ store, chain }: ScanParts, best: ChainTip, signal: AbortSignal): Promise<Parent> {
  let lowest = best;
  for (const block of await store.order.listScanned()) {
    const hash = await chain.blockHash(block.height, signal);
    if (hash !== null && equalBytes(hash, block.hash)) return block;
    lowest = block;
  }
  return { height: Math.max(0, lowest.height - FORK_MARGIN_BLOCKS), hash: null };
}

/** The block above `parent`, or null when the chain has moved meanwhile. */
async function readBlock({ chain }: ScanParts, parent: Parent, signal: AbortSignal): Promise<ScannedBlock | null> {
  const height = parent.height + 1;
  const hash = await chain.blockHash(height, signal);
  if (hash === null) return null;
  const block = parseBlock(await chain.block(hash, signal));
  checkWork(block.header, height, chain.network);
  if (parent.hash !== null && !equalBytes(block.header.previousHash, parent.hash)) {
    throw new ChainError('chain-disagreement', `the block at ${height} is not on the one below it`);
  }
  return { height, hash, time: block.header.time * 1000, outputs: listOutputs(block) };
}

/** A block that nobody worked for proves nothing, whoever names it. */
function checkWork(header: BlockHeader, height: number, network: BitcoinNetwork): void {
  try {
    checkProofOfWork(header, height, network);
  } catch (cause) {
    if (!(cause instanceof BitcoinError)) throw cause;
    throw new ChainError('chain-lied', `the block at ${height} does not carry its work`, { cause });
  }
}

/** Those that an order can have: native segwit with a key hash (BIP 141). */
function listOutputs({ transactions }: BitcoinBlock): PaymentOutput[] {
  return transactions.flatMap(({ txid, outputs }) =>
    outputs.flatMap(({ scriptPubKey, valueSats }, vout) =>
      scriptPubKey.length === 22 && scriptPubKey[0] === 0 && scriptPubKey[1] === 20
        ? [{ scriptPubKey, txid, vout, valueSats }]
        : [],
    ),
  );
}

/** False when another node was here first. */
function add({ store, clock }: ScanParts, parent: Parent, expected: ChainTip, block: ScannedBlock): Promise<boolean> {
  return store.transact(async ({ order }) => {
    const { best } = await order.lockScan();
    if (best === null || encodeHex(best.hash) !== encodeHex(expected.hash)) return false;
    await order.addScanned(parent.height, block, clock.now());
    return true;
  });
}

async function markChecked({ store, clock }: ScanParts, checkedAt: number): Promise<void> {
  const now = clock.now();
  if (now - checkedAt >= MARK_EVERY_MS) await store.transact(({ order }) => order.markChecked(now));
}
