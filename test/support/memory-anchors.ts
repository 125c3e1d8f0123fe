import { randomBytes } from 'node:crypto';
import { AnchorError, type AnchorErrorCode, type AnchorService } from '../../src/core/anchor/anchor.ts';
import { ProofComposer } from '../../src/core/anchor/proof.ts';
import type { AttestedBlock, RoundStatus, Submission } from '../../src/core/anchor/receipt.ts';
import { buildRound } from '../../src/core/anchor/round.ts';
import type { StoredReceipt } from '../../src/core/anchor/store.ts';
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
  readonly calls: { find: number; submit: number };
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
    calls: { find: 0, submit: 0 },
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
