import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hash, mineHeader, pathTo, SHA256, spoilHeader } from '../../../test/support/proofs.ts';
import { encodeTimestamp } from '../../proof/ots/codec.ts';
import { createTimestamp } from '../../proof/ots/timestamp.ts';
import { ChainError, type ChainReader } from '../chain.ts';
import { ChainView } from './chain-view.ts';
import { checkSubmission } from './check-attested.ts';
import { MAINNET_ANCHOR_POLICY } from './policy.ts';
import type { ScheduledSubmission } from './store.ts';

const NOW = 1_800_000_000_000;
const HEIGHT = 500;
const DEEP = HEIGHT + MAINNET_ANCHOR_POLICY.confirmations - 1;
const COMMITMENT = hash('sha256', 'what the calendar committed to');
const ROOT = hash('sha256', COMMITMENT);
const HEADER = mineHeader(ROOT, NOW / 1000);

/** A chain of which a source knows these blocks and the tip. */
function chainOf(headers: ReadonlyMap<number, Uint8Array>, tipHeight: number): ChainView {
  const hashes = new Map([...headers].map(([height, header]) => [height, hash('sha256', hash('sha256', header))]));
  const chain: ChainReader = {
    network: 'regtest',
    tip: async () => ({ height: tipHeight, hash: new Uint8Array(32) }),
    blockHash: async (height) => hashes.get(height) ?? null,
    blockHeader: async (wanted) => [...headers].find(([height]) => hashes.get(height) === wanted)![1],
  };
  return new ChainView(chain, { height: tipHeight, hash: new Uint8Array(32) });
}

const foreignHeader = (height: number) => mineHeader(hash('sha256', `block ${height}`), NOW / 1000);
const chainWith = (header: Uint8Array, tipHeight = DEEP) => chainOf(new Map([[HEIGHT, header]]), tipHeight);

/** As a calendar answers that says its commitment is in the block at that height. */
function attested(height = HEIGHT): ScheduledSubmission {
  return {
    roundId: 'round',
    calendar: 'a',
    attempt: 1,
    url: 'https://calendar.example.org',
    state: 'attested',
    error: null,
    acceptedAt: NOW,
    proof: Uint8Array.of(1),
    commitment: COMMITMENT,
    lookupUri: 'https://calendar.example.org',
    upgrade: encodeTimestamp(pathTo(COMMITMENT, [SHA256], { type: 'bitcoin', height })),
    block: null,
    polls: 3,
    dueAt: NOW,
    resubmitAt: NOW,
  };
}

function check(view: ChainView, submission = attested()): Promise<ScheduledSubmission> {
  const clock = { now: () => NOW, sleep: async () => {} };
  return checkSubmission({ clock, policy: MAINNET_ANCHOR_POLICY }, submission, view);
}

test('a proof that leads to the Merkle root of a block that is deep enough is confirmed, and by that block', async () => {
  const { state, block, dueAt } = await check(chainWith(HEADER));
  assert.deepEqual([state, block!.height, block!.time, dueAt], ['confirmed', HEIGHT, NOW / 1000, null]);
});

test('one block less, and it waits', async () => {
  const { state, block, error, dueAt } = await check(chainWith(HEADER, DEEP - 1));
  assert.deepEqual([state, block, error], ['attested', null, null]);
  assert.ok(dueAt! > NOW);
});

test('an attestation that a calendar made up confirms nothing, and the calendar is asked anew', async () => {
  const { state, block, upgrade, error, dueAt } = await check(chainWith(foreignHeader(HEIGHT)));
  assert.deepEqual([state, block, upgrade], ['pending', null, null]);
  assert.match(error!, /does not lead to the Merkle root of block 500/);
  assert.ok(dueAt! > NOW);
  const distant = await check(chainWith(HEADER), attested(HEIGHT + 1_000_000));
  assert.equal(distant.state, 'pending', 'nobody knows a block of years to come');
});

test('of several attestations one that holds is enough, wherever it stands', async () => {
  const heights = [HEIGHT - 1, HEIGHT, HEIGHT + 1];
  const ends = heights.map((height) => ({ type: 'bitcoin', height }) as const);
  const path = createTimestamp(COMMITMENT, [], [{ op: SHA256, stamp: createTimestamp(ROOT, ends, []) }]);
  for (const held of heights) {
    const headers = new Map(heights.map((height) => [height, height === held ? HEADER : foreignHeader(height)]));
    const submission = { ...attested(), upgrade: encodeTimestamp(path) };
    const { state, block } = await check(chainOf(headers, DEEP + 1), submission);
    assert.deepEqual([state, block?.height], ['confirmed', held]);
  }
});

test('a source that is behind, down, or shows a block that nobody worked for, decides nothing', async () => {
  const down = chainWith(HEADER);
  down.block = () => Promise.reject(new ChainError('chain-unreachable', 'nobody answers'));
  for (const view of [chainWith(HEADER, HEIGHT - 20), chainOf(new Map(), DEEP), chainWith(spoilHeader(HEADER)), down]) {
    const { state, block, upgrade } = await check(view);
    assert.deepEqual([state, block, upgrade], ['attested', null, attested().upgrade]);
  }
});
