import { equalBytes, reverseBytes } from '../../base/bytes.ts';
import type { Clock } from '../../base/clock.ts';
import { encodeHex } from '../../base/hex.ts';
import { type BitcoinBlock, parseBlock } from '../../proof/bitcoin/block.ts';
import { BitcoinError } from '../../proof/bitcoin/error.ts';
import { ChainError, type ChainTip, type ChainWriter } from '../chain.ts';
import type { Store } from '../store.ts';
import { chooseCoin, isUnminable, sameOutpoint } from './coins.ts';
import { coveredFrom, extendCoverage, findUncovered, type PositionRange } from './coverage.ts';
import { chooseBumpedFee, chooseFirstFee } from './fee.ts';
import { type BlockFindings, createBlockFollower } from './follow-block.ts';
import type { StampPolicy } from './policy.ts';
import { createRangeTrees } from './range-tree.ts';
import { type Coin, currentVersion, type Stamp, type StampVersion } from './stamp.ts';
import type { CalendarWriter, ChainAdvance, StamperCondition, StamperState } from './store.ts';
import { DUST_SATS, type StampWallet } from './wallet.ts';

/** How far back a reorganisation is followed: far beyond any that Bitcoin has seen. Older stamps are settled. */
const FOLLOWED_BLOCKS = 200;
/** Blocks whose findings are written together while catching up. */
const ADVANCE_MAX_BLOCKS = 50;
/** The first block after a transaction may have been found before anybody heard of it. */
const BUMP_AFTER_BLOCKS = 2;
/** Another node takes over this soon after one dies. Too short only wastes work: a write by the slower one is refused. */
const LEASE_MS = 10_000;

export interface StamperOptions {
  /** A registered calendar. */
  readonly name: string;
  readonly store: Store;
  readonly chain: ChainWriter;
  readonly wallet: StampWallet;
  readonly clock: Clock;
  readonly policy: StampPolicy;
  /** Tells the processes that share a store apart: unique to this one. */
  readonly nodeId: string;
  readonly log?: (event: StamperEvent) => void;
}

/** Txids are in the order explorers show. */
type StamperEvent =
  | {
      readonly event: 'stamp-opened' | 'stamp-bumped';
      readonly txid: string;
      readonly feeSats: number;
      readonly commitments: number;
    }
  | { readonly event: 'stamp-mined'; readonly height: number }
  | { readonly event: 'stamp-abandoned'; readonly stampId: number }
  | { readonly event: 'reorganised'; readonly fromHeight: number; readonly toHeight: number }
  | { readonly event: 'condition'; readonly condition: StamperCondition | null; readonly message?: string };

/**
 * Puts a calendar's commitments into Bitcoin. Everything it knows is in the store: a transaction is stored before it is
 * broadcast, and a process that starts anew goes on with the same transactions.
 */
export interface Stamper {
  /** One pass: look at new blocks, look after what is not mined, open the next stamp if due. Rejects on store errors. */
  tick(): Promise<void>;
}

/** The stored state at one revision. */
interface View extends StamperState {
  readonly stamps: readonly Stamp[];
  readonly coins: readonly Coin[];
}

/** The view once the chain was looked at. */
interface FollowedView extends View {
  readonly best: ChainTip;
}

/** Another process has changed the state since it was read; it is the one at work. */
class Overtaken extends Error {}

/** What keeps the stamper from going on, found out by itself rather than by the chain adapter. */
class Obstacle extends Error {
  readonly condition: StamperCondition;

  constructor(condition: StamperCondition, message: string) {
    super(message);
    this.condition = condition;
  }
}

export function createStamper(options: StamperOptions): Stamper {
  const { name, store, chain, wallet, clock, policy, nodeId, log = () => {} } = options;
  if (chain.network !== wallet.network) {
    throw new RangeError(`the wallet is for ${wallet.network}, the chain is ${chain.network}`);
  }
  const trees = createRangeTrees(store.calendar, name);
  let latest: View | null = null;
  /** What came of looking after a transaction, by txid: that is done once a block. */
  const tended = new Map<string, { block: string; condition: StamperCondition | null }>();

  async function look(): Promise<View> {
    const state = await store.calendar.readStamper(name);
    if (!state) throw new Error(`no calendar named ${name} is registered`);
    // The journal grows without a new revision; all else changes with it.
    if (latest?.revision === state.revision) return (latest = { ...latest, ...state });
    const [stamps, coins] = await Promise.all([
      store.calendar.listUnsettledStamps(name),
      store.calendar.listCoins(name),
    ]);
    return (latest = { ...state, stamps, coins });
  }

  /** Carries out a decision made on `view`, unless it is out of date. */
  async function write(view: View, change: (writer: CalendarWriter) => Promise<void>): Promise<void> {
    const isOurs = await store.transact(async ({ calendar }) => {
      const now = clock.now();
      const claim = { calendar: name, revision: view.revision, owner: nodeId, now, leaseUntil: now + LEASE_MS };
      if (!(await calendar.claimStamper(claim))) return false;
      await change(calendar);
      return true;
    });
    if (!isOurs) throw new Overtaken();
  }

  async function tick(): Promise<void> {
    const view = await look();
    if (view.leaseOwner !== null && view.leaseOwner !== nodeId && view.leaseUntil > clock.now()) return;
    let condition: StamperCondition | null;
    let message: string | undefined;
    try {
      condition = await pass(view);
    } catch (error) {
      if (error instanceof Overtaken) return;
      if (error instanceof Obstacle) condition = error.condition;
      else if (error instanceof ChainError) condition = error.code;
      else throw error;
      message = error.message;
    }
    if (condition === view.condition) return;
    await store.transact(({ calendar }) => calendar.setCondition(name, condition, clock.now()));
    log({ event: 'condition', condition, ...(message !== undefined && { message }) });
  }

  async function pass(start: View): Promise<StamperCondition | null> {
    if (start.script !== null && !equalBytes(start.script, wallet.scriptPubKey)) {
      throw new Obstacle('wallet-changed', 'the calendar was started with another wallet key');
    }
    const view = await follow(start);
    if (!view) return null;
    const waiting = view.stamps.filter(({ abandoned, minedHeight }) => !abandoned && minedHeight === null);
    const unminable = waiting.filter((stamp) =>
      isUnminable(stamp, view.coins, view.best.height, policy.minConfirmations),
    );
    if (unminable.length > 0) {
      const ids = unminable.map(({ id }) => id);
      await write(view, (writer) => writer.abandonStamps(name, ids));
      for (const stampId of ids) log({ event: 'stamp-abandoned', stampId });
      return null;
    }
    if (waiting.length === 0) {
      tended.clear();
      return openStamp(view);
    }
    let condition: StamperCondition | null = null;
    for (const stamp of waiting) condition = (await tend(view, stamp, waiting)) ?? condition;
    return condition;
  }

  /** Brings the state up to the chain's tip; null when the chain moved meanwhile and the next pass has to go on. */
  async function follow(start: View): Promise<FollowedView | null> {
    const tip = await chain.tip();
    if (start.best === null) {
      const best = await firstBlock(tip);
      await write(start, (writer) => writer.startFollowing(name, wallet.scriptPubKey, best));
    } else if (!equalBytes(start.best.hash, tip.hash)) {
      await rollBackToChain(start, start.best, tip);
    }
    for (;;) {
      const view = await look();
      if (!isFollowed(view)) return null;
      if (equalBytes(view.best.hash, tip.hash)) return view;
      const advance = await readBlocks(view, tip.height);
      if (!advance) return null;
      await write(view, (writer) => writer.advance(name, advance));
      for (const { height } of advance.mined) log({ event: 'stamp-mined', height });
    }
  }

  async function firstBlock(tip: ChainTip): Promise<ChainTip> {
    if (policy.walletBirthHeight === null || policy.walletBirthHeight > tip.height) return tip;
    const height = Math.max(0, policy.walletBirthHeight - 1);
    const hash = await chain.blockHash(height);
    if (!hash) throw new ChainError('chain-disagreement', `the chain has no block ${height} below its tip`);
    return { height, hash };
  }

  async function rollBackToChain(view: View, best: ChainTip, tip: ChainTip): Promise<void> {
    const blocks = await store.calendar.listBlocks(name);
    for (const block of blocks) {
      const hash = block.height <= tip.height ? await chain.blockHash(block.height) : null;
      if (!hash || !equalBytes(hash, block.hash)) continue;
      if (block.height === best.height) return;
      if (block.height === tip.height) {
        throw new ChainError('chain-behind', `the chain source is at ${tip.height}, ${best.height} was seen`);
      }
      await write(view, (writer) => writer.rollBack(name, block, best.height));
      log({ event: 'reorganised', fromHeight: best.height, toHeight: block.height });
      return;
    }
    throw new Obstacle('reorganised-too-deep', 'the chain is not the one this calendar was followed on');
  }

  /** What the next blocks do; null when the chain was reorganised while they were read. */
  async function readBlocks(view: FollowedView, tipHeight: number): Promise<ChainAdvance | null> {
    const follower = createBlockFollower(wallet.scriptPubKey, view.coins, view.stamps);
    const blocks: ChainTip[] = [];
    const findings: BlockFindings[] = [];
    let previous = view.best;
    while (previous.height < tipHeight && blocks.length < ADVANCE_MAX_BLOCKS) {
      const height = previous.height + 1;
      const hash = await chain.blockHash(height);
      if (!hash) break;
      const block = readBlock(await chain.block(hash));
      if (!equalBytes(block.header.previousHash, previous.hash)) break;
      findings.push(follower.read(block, height));
      previous = { height, hash };
      blocks.push(previous);
    }
    if (blocks.length === 0) return null;
    const forgetHeight = previous.height - FOLLOWED_BLOCKS;
    return {
      blocks,
      coins: findings.flatMap((found) => found.coins),
      spends: findings.flatMap((found) => found.spends),
      mined: findings.flatMap((found) => found.mined),
      ...settle(view, forgetHeight),
      forgetHeight,
    };
  }

  async function openStamp(view: FollowedView): Promise<StamperCondition | null> {
    const range = findUncovered(view.stamps, view.settledPosition, view.lastPosition, policy.maxPending);
    const now = clock.now();
    if (!range) return null;
    // A queue that fills a stamp before its time does not wait for it, or it would only ever grow.
    const isFull = range.to - range.from === policy.maxPending;
    if (!isFull && now < nextStampAt(view.stamps, policy.minIntervalMs)) return null;
    if (!chooseCoin(view.coins, view.stamps, view.best.height, policy, 0)) return 'no-coins';
    const feeSats = chooseFirstFee(policy, await chain.feeRate(policy.confirmTargetBlocks));
    if (feeSats === null) return 'fee-capped';
    const coin = chooseCoin(view.coins, view.stamps, view.best.height, policy, feeSats);
    if (!coin) return 'no-coins';
    const version = await makeVersion(view, range, coin, feeSats, 1);
    const stamp = { fromPosition: range.from, openedAt: now, input: coin };
    await write(view, (writer) => writer.insertStamp(name, stamp, version));
    logVersion('stamp-opened', range, version);
    return announce(view, version);
  }

  /** Pays more for a transaction that the last blocks left out, or at least says it again. */
  async function tend(view: FollowedView, stamp: Stamp, waiting: readonly Stamp[]): Promise<StamperCondition | null> {
    const current = currentVersion(stamp);
    const done = tended.get(encodeHex(current.txid));
    if (done?.block === encodeHex(view.best.hash)) return done.condition;
    // A replacement would take the coin away from the stamp that spends this one's change.
    const hasChild = waiting.some(({ input }) => stamp.versions.some(({ txid }) => equalBytes(txid, input.txid)));
    const coin = view.coins.find((candidate) => sameOutpoint(candidate, stamp.input));
    const isSpendable = coin !== undefined && coin.minedHeight !== null && coin.spentHeight === null;
    const isLate = view.best.height - current.createdHeight >= BUMP_AFTER_BLOCKS;
    if (hasChild || !isSpendable || !isLate) return announce(view, current);
    const last = stamp.versions.at(-1)!;
    const feeSats = chooseBumpedFee(policy, await chain.feeRate(policy.confirmTargetBlocks), last.feeSats);
    if (feeSats === null || feeSats + DUST_SATS > stamp.input.valueSats) return announce(view, current, 'fee-capped');
    const range = extendCoverage(view.stamps, stamp, view.lastPosition, policy.maxPending);
    const version = await makeVersion(view, range, stamp.input, feeSats, last.version + 1);
    await write(view, (writer) => writer.insertVersion(name, stamp.id, version));
    logVersion('stamp-bumped', range, version);
    return announce(view, version);
  }

  async function makeVersion(
    view: FollowedView,
    { from, to }: PositionRange,
    input: Stamp['input'],
    feeSats: number,
    version: number,
  ): Promise<StampVersion> {
    const tip = await trees.root(from, to);
    return {
      ...wallet.sign({ input, feeSats, tip }),
      version,
      toPosition: to,
      tip,
      feeSats,
      createdAt: clock.now(),
      createdHeight: view.best.height,
    };
  }

  /** Broadcasts a stored transaction. A refusal is kept until the next block: asking again before it changes nothing. */
  async function announce(
    view: FollowedView,
    { raw, txid }: StampVersion,
    otherwise: StamperCondition | null = null,
  ): Promise<StamperCondition | null> {
    let condition = otherwise;
    try {
      await chain.broadcast(raw);
    } catch (error) {
      if (!(error instanceof ChainError && error.code === 'transaction-refused')) throw error;
      condition = error.code;
    }
    tended.set(encodeHex(txid), { block: encodeHex(view.best.hash), condition });
    return condition;
  }

  function logVersion(
    event: 'stamp-opened' | 'stamp-bumped',
    { from, to }: PositionRange,
    version: StampVersion,
  ): void {
    const { txid, feeSats } = version;
    log({ event, txid: encodeHex(reverseBytes(txid)), feeSats, commitments: to - from });
  }

  return { tick };
}

/** Epoch ms before which no further stamp is opened. */
export function nextStampAt(stamps: readonly Pick<Stamp, 'openedAt'>[], minIntervalMs: number): number {
  return stamps.reduce((latest, { openedAt }) => Math.max(latest, openedAt + minIntervalMs), 0);
}

/** The mined stamps that no reorganisation reaches any more, as far as they cover the journal without a gap. */
function settle(view: View, forgetHeight: number): Pick<ChainAdvance, 'settledStamps' | 'settledPosition'> {
  const deep = view.stamps.filter(({ minedHeight }) => minedHeight !== null && minedHeight <= forgetHeight);
  const settledPosition = coveredFrom(view.settledPosition, deep);
  const settledStamps = deep.filter(({ toPosition }) => toPosition <= settledPosition).map(({ id }) => id);
  return { settledStamps, settledPosition };
}

function isFollowed(view: View): view is FollowedView {
  return view.best !== null;
}

function readBlock(bytes: Uint8Array): BitcoinBlock {
  try {
    return parseBlock(bytes);
  } catch (error) {
    if (!(error instanceof BitcoinError)) throw error;
    throw new ChainError('chain-lied', `the chain source gave a block that is none: ${error.message}`, {
      cause: error,
    });
  }
}
