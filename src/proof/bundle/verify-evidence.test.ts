import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { endOf, hash, mineHeader, otsFile, pathTo, SHA256, spoilHeader } from '../../../test/support/proofs.ts';
import { CodedError } from '../../base/coded-error.ts';
import type { Op } from '../ots/op.ts';
import { createTimestamp } from '../ots/timestamp.ts';
import type { Evidence } from './evidence.ts';
import type { HeaderSource } from './header-source.ts';
import { verifyEvidence } from './verify-evidence.ts';

const WORK = hash('sha256', 'the work');
const OPS: readonly Op[] = [{ name: 'append', argument: Uint8Array.of(1, 2, 3) }, SHA256];
const HEADER = mineHeader(endOf(WORK, OPS), 1_750_000_000);
const PROOF = otsFile(pathTo(WORK, OPS, { type: 'bitcoin', height: 10 }));

function headersOf(answers: Partial<HeaderSource> = {}): HeaderSource {
  return {
    trust: 'node',
    network: 'regtest',
    headerAt: async (height) => (height === 10 ? HEADER : null),
    tipHeight: async () => 19,
    ...answers,
  };
}

function bare(...proofs: Uint8Array[]): Evidence {
  return { name: 'test', claims: null, proofs: proofs.map((bytes, index) => ({ name: `${index}.ots`, bytes })) };
}

test('a verified proof names the block, its time, its depth and how far it is to be trusted', async () => {
  const verdict = await verifyEvidence(bare(PROOF), { sha256: WORK }, headersOf());
  assert.equal(verdict.outcome, 'verified');
  assert.equal(verdict.trust, 'node');
  assert.equal(verdict.attestedTime, 1_750_000_000);
  assert.deepEqual(
    verdict.blocks.map(({ height, confirmations }) => [height, confirmations]),
    [[10, 10]],
  );
  assert.match(verdict.proves, /block 10 .* 2025-06-15/);
  assert.ok(verdict.doesNotProve.some((text) => text.includes('regtest')));
});

test('a block with few confirmations is verified, and the reader is told to look again', async () => {
  const verdict = await verifyEvidence(bare(PROOF), { sha256: WORK }, headersOf({ tipHeight: async () => 11 }));
  assert.equal(verdict.outcome, 'verified');
  assert.equal(verdict.steps.find(({ step }) => step === 'confirmations')?.ok, null);
});

test('a source that cannot say where the tip is leaves the confirmations open', async () => {
  const tipHeight = () => Promise.reject(new CodedError('chain-unreachable', 'no answer'));
  const verdict = await verifyEvidence(bare(PROOF), { sha256: WORK }, headersOf({ tipHeight }));
  assert.equal(verdict.outcome, 'verified');
  assert.equal(verdict.blocks[0]?.confirmations, null);
});

test('a source that fails makes the check impossible, not the proof wrong', async () => {
  const headerAt = () => Promise.reject(new CodedError('chain-unreachable', 'no answer'));
  const verdict = await verifyEvidence(bare(PROOF), { sha256: WORK }, headersOf({ headerAt }));
  assert.equal(verdict.outcome, 'cannot-check');
  assert.equal(verdict.trust, null);
});

test('a header without proof of work is held against the source, not against the proof', async () => {
  const headerAt = async () => spoilHeader(HEADER);
  const verdict = await verifyEvidence(bare(PROOF), { sha256: WORK }, headersOf({ headerAt }));
  assert.equal(verdict.outcome, 'cannot-check');
  assert.equal(verdict.steps.find(({ step }) => step === 'proof-of-work')?.ok, false);
});

test('no header is asked for a work that is not the one anchored', async () => {
  const headerAt = () => assert.fail('asked');
  const verdict = await verifyEvidence(bare(PROOF), { sha256: hash('sha256', 'other') }, headersOf({ headerAt }));
  assert.equal(verdict.outcome, 'altered');
});

test('a height is asked for once, however many proofs name it', async () => {
  let asked = 0;
  const headerAt = async () => {
    asked++;
    return HEADER;
  };
  await verifyEvidence(bare(PROOF, PROOF, PROOF), { sha256: WORK }, headersOf({ headerAt }));
  assert.equal(asked, 1);
});

test('a proof with very many attestations cannot make the verifier ask without end', async () => {
  let asked = 0;
  const headerAt = async () => {
    asked++;
    return null;
  };
  const attestations = Array.from({ length: 5000 }, (_, height) => ({ type: 'bitcoin' as const, height }));
  const verdict = await verifyEvidence(
    bare(otsFile(createTimestamp(WORK, attestations, []))),
    { sha256: WORK },
    headersOf({ headerAt }),
  );
  assert.equal(verdict.outcome, 'cannot-check');
  assert.ok(asked <= 64 && verdict.steps.length < 200);
});

test('a proof that goes on as if it were another digest is never verified, however its bytes are changed', async () => {
  const other = hash('sha256', 'another work');
  const mutation = fc.record({
    at: fc.nat(PROOF.length - 1),
    byte: fc.nat(255),
    cut: fc.nat(3),
    extra: fc.uint8Array({ maxLength: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 4 }), async (mutations) => {
      let bytes = Uint8Array.from(PROOF);
      for (const { at, byte, cut, extra } of mutations) {
        if (at < bytes.length) bytes[at] = byte;
        bytes = Uint8Array.of(...bytes.subarray(0, bytes.length - (cut === 3 ? 1 : 0)), ...(cut === 2 ? extra : []));
      }
      const verdict = await verifyEvidence(bare(bytes), { sha256: other }, headersOf());
      assert.notEqual(verdict.outcome, 'verified');
    }),
    { numRuns: 2000 },
  );
});

test('a changed proof of the right work is verified only when it still leads to the block', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(PROOF.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
      const bytes = Uint8Array.from(PROOF);
      bytes[at]! ^= flip;
      const verdict = await verifyEvidence(bare(bytes), { sha256: WORK }, headersOf());
      assert.notEqual(verdict.outcome, 'verified');
    }),
    { numRuns: 2000 },
  );
});
