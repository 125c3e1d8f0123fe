import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeDetached, encodeTimestamp } from '../../proof/ots/codec.ts';
import { applyOp } from '../../proof/ots/op.ts';
import { connectTimestamp, createTimestamp, walkAttestations } from '../../proof/ots/timestamp.ts';
import { ProofComposer } from './proof.ts';
import type { Submission } from './receipt.ts';
import { buildRound, HEAD_NODES_MAX, MAX_ROUND_RECEIPTS } from './round.ts';
import type { StoredReceipt } from './store.ts';

const URI = 'https://calendar.example.org';
let counter = 0;
const random = (length: number) => new Uint8Array(length).fill(++counter);

function storeReceipt(change: Partial<Submission> = {}): StoredReceipt {
  const { round, receipts } = buildRound(
    [{ digest: random(32), sha512: null, label: null, owner: null }],
    1_700_000_000_000,
    random,
  );
  const submission: Submission = {
    roundId: round.id,
    calendar: 'only',
    attempt: 1,
    url: URI,
    state: 'pending',
    error: null,
    acceptedAt: 0,
    proof: encodeTimestamp(createTimestamp(round.root, [{ type: 'pending', uri: URI }], [])),
    commitment: round.root,
    lookupUri: URI,
    upgrade: null,
    block: null,
    ...change,
  };
  return { receipt: receipts[0]!, round, submissions: [submission] };
}

/** An upgrade through one more operation, as a calendar's other transaction would make it. */
function upgradeThrough(commitment: Uint8Array, tag: number): Uint8Array {
  const op = { name: 'append', argument: Uint8Array.of(tag) } as const;
  const end = createTimestamp(applyOp(op, commitment), [{ type: 'bitcoin', height: 100 }], []);
  return encodeTimestamp(connectTimestamp(commitment, [op], end));
}

function attestedMessages(composer: ProofComposer, stored: StoredReceipt): string[] {
  const [proof] = composer.composeAll(stored);
  return [...walkAttestations(decodeDetached(proof!.bytes!).timestamp)]
    .filter(({ attestation }) => attestation.type === 'bitcoin')
    .map(({ message }) => Buffer.from(message).toString('hex'));
}

test('after a reorganisation the new proof is served, also when it is as long and at the same height', () => {
  const composer = new ProofComposer();
  const stored = storeReceipt();
  const [submission] = stored.submissions;
  const upgraded = (tag: number): StoredReceipt => ({
    ...stored,
    submissions: [{ ...submission!, state: 'attested', upgrade: upgradeThrough(submission!.commitment!, tag) }],
  });
  const before = attestedMessages(composer, upgraded(1));
  const after = attestedMessages(composer, upgraded(2));
  assert.equal(after.length, 1);
  assert.notDeepEqual(after, before);
});

test('attempts with one calendar end up in one file', () => {
  const stored = storeReceipt();
  const [first] = stored.submissions;
  const second = { ...first!, attempt: 2, state: 'attested' as const, upgrade: upgradeThrough(first!.commitment!, 7) };
  const proofs = new ProofComposer().composeAll({ ...stored, submissions: [first!, second] });
  assert.equal(proofs.length, 1);
  assert.equal(attestedMessages(new ProofComposer(), { ...stored, submissions: [first!, second] }).length, 1);
});

test('a damaged stored proof is told apart and does not take the other files with it', () => {
  const stored = storeReceipt();
  const [whole] = stored.submissions;
  const damaged = { ...whole!, calendar: 'broken', proof: Uint8Array.of(0xf0, 0x01) };
  const proofs = new ProofComposer().composeAll({ ...stored, submissions: [damaged, whole!] });
  assert.deepEqual(
    proofs.map(({ calendar, bytes }) => [calendar, bytes !== null]),
    [
      ['broken', false],
      ['only', true],
    ],
  );
});

test('no receipt of the largest round has a longer path than is allowed for', () => {
  const requests = Array.from({ length: MAX_ROUND_RECEIPTS }, () => ({
    digest: random(32),
    sha512: null,
    label: null,
    owner: null,
  }));
  const { receipts } = buildRound(requests, 0, random);
  assert.equal(Math.max(...receipts.map(({ path }) => 2 + 2 * path.length)), HEAD_NODES_MAX);
});
