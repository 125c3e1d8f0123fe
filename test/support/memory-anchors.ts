import { randomBytes } from 'node:crypto';
import { AnchorError, type AnchorErrorCode, type AnchorService } from '../../src/core/anchor/anchor.ts';
import { ProofComposer } from '../../src/core/anchor/proof.ts';
import type { AttestedBlock, RoundStatus, Submission } from '../../src/core/anchor/receipt.ts';
import { stateOf } from '../../src/core/anchor/receipt-state.ts';
import { buildRound } from '../../src/core/anchor/round.ts';
import type { OwnedQuery, StoredReceipt } from '../../src/core/anchor/store.ts';
import type { PurseId } from '../../src/core/meter/ledger.ts';
import { encodeTimestamp } from '../../src/proof/ots/codec.ts';
import { createTimestamp } from '../../src/proof/ots/timestamp.ts';

const CALENDARS = ['a', 'b', 'alice', 'finney', 'btc'].map((name) => ({ name, url: `http://127.0.0.1:9/${name}` }));

/** An anchor service of its own state, to put the HTTP layer into states and faults that a real one is seldom in. */
export interface MemoryAnchors extends AnchorService {
  /** Makes every submission fail with this until it is null again. */
  fault: AnchorErrorCode | null;
  /** Calendars, by name, that take nothing. */
  readonly down: Set<string>;
  /** What happened to the service: calls of `find` and of `submit`. */
  readonly calls: { find: number; submit: number; readState: number };
  /** Credits left, by purse. */
  readonly purses: Map<PurseId, number>;
  /** Resolves before a submission is answered. */
  hold: Promise<void>;
  setStatus(id: string, status: RoundStatus, at: number | null, block?: AttestedBlock): void;
  /** Makes one stored proof unreadable. */
  corrupt(id: string, calendar: string): void;
}

export function createMemoryAnchors(now: () => number): MemoryAnchors {
  const receipts = new Map<string, StoredReceipt>();
  const composer = new ProofComposer();
  const service: MemoryAnchors = {
    fault: null,
    down: new Set(),
    calls: { find: 0, submit: 0, readState: 0 },
    purses: new Map(),
    hold: Promise.resolve(),
    async submit(requests) {
      service.calls.submit++;
      await service.hold;
      if (service.fault !== null) throw new AnchorError(service.fault, 'as the test wants it');
      const { round, receipts: made } = buildRound(requests, now(), (length) => new Uint8Array(randomBytes(length)));
      const submissions = CALENDARS.map(({ name, url }) =>
        submit(round.root, round.id, name, url, service.down.has(name)),
      );
      for (const receipt of made) receipts.set(receipt.id, { receipt, round, submissions });
      return made.map((receipt) => ({ receipt, submissions }));
    },
    async submitCharged(purse, requests) {
      const anchored = await service.submit(requests);
      const credits = service.purses.get(purse) ?? 0;
      const balance = Math.max(0, credits - requests.length);
      service.purses.set(purse, balance);
      for (const { receipt } of anchored.slice(credits)) receipts.delete(receipt.id);
      return { anchored: anchored.map((one, i) => (i < credits ? one : null)), balance };
    },
    async readState(id) {
      service.calls.readState++;
      const stored = receipts.get(id);
      return stored === undefined ? null : stateOf(stored);
    },
    listOwned: async (query) => selectOwned([...receipts.values()], query),
    async setPrivacy(accountId, id, isPrivate) {
      const stored = receipts.get(id);
      if (stored?.receipt.owner?.accountId !== accountId) return false;
      receipts.set(id, { ...stored, receipt: { ...stored.receipt, isPrivate } });
      return true;
    },
    async find(id) {
      service.calls.find++;
      return receipts.get(id) ?? null;
    },
    composeProofs: (stored) => composer.composeAll(stored),
    counts: async () => ({
      receipts: receipts.size,
      lastDay: receipts.size,
      lastWeek: receipts.size,
      lastAnchorAt: receipts.size === 0 ? null : now(),
      submissions: { failed: 0, pending: receipts.size, attested: 0, confirmed: 0 },
      overdue: {},
    }),
    calendars: () => CALENDARS.map(({ name, url }) => ({ name, url, reachable: !service.down.has(name), overdue: 0 })),
    close: async () => {},
    setStatus(id, status, pinnedAt, block) {
      const stored = receipts.get(id)!;
      const submissions = stored.submissions.map((submission): Submission => {
        return block === undefined ? submission : { ...submission, state: 'confirmed', block };
      });
      receipts.set(id, { ...stored, submissions, round: { ...stored.round, status, pinnedAt } });
    },
    corrupt(id, calendar) {
      const stored = receipts.get(id)!;
      const submissions = stored.submissions.map((submission): Submission => {
        return submission.calendar === calendar
          ? { ...submission, proof: new Uint8Array([7]), attempt: 9 }
          : submission;
      });
      receipts.set(id, { ...stored, submissions });
    },
  };
  return service;
}

function selectOwned(all: readonly StoredReceipt[], query: OwnedQuery): StoredReceipt[] {
  const place = ({ createdAt, id }: { createdAt: number; id: string }) => `${createdAt}.${id}`;
  return all
    .filter(({ receipt }) => receipt.owner?.accountId === query.accountId)
    .filter(({ receipt }) => query.before === null || place(receipt) < place(query.before))
    .filter(({ receipt }) =>
      Buffer.from(receipt.digest)
        .toString('hex')
        .startsWith(query.digestPrefix ?? ''),
    )
    .filter(({ receipt }) => (receipt.label ?? '').toLowerCase().includes((query.label ?? '').toLowerCase()))
    .filter(({ receipt }) => query.isPrivate === null || receipt.isPrivate === query.isPrivate)
    .sort((a, b) => (place(a.receipt) < place(b.receipt) ? 1 : -1))
    .slice(0, query.limit);
}

function submit(root: Uint8Array, roundId: string, calendar: string, url: string, isDown: boolean): Submission {
  const proof = isDown ? null : encodeTimestamp(createTimestamp(root, [{ type: 'pending', uri: url }], []));
  return {
    roundId,
    calendar,
    attempt: 1,
    url,
    state: isDown ? 'failed' : 'pending',
    error: isDown ? 'no answer in time' : null,
    acceptedAt: isDown ? null : 0,
    proof,
    commitment: isDown ? null : root,
    lookupUri: isDown ? null : url,
    upgrade: null,
    block: null,
  };
}
