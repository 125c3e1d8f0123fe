import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import type { Evidence } from '../../proof/bundle/evidence.ts';
import { encodeDetached } from '../../proof/ots/codec.ts';
import { joinEvidence, listNeeded, pairUp, type Work } from './verify-cases.ts';

const digest = (text: string) => new Uint8Array(hash('sha256', text, 'buffer'));
const work = (name: string, text = name): Work => ({ name, digests: { sha256: digest(text) } });

function proof(name: string, text: string, op: 'sha256' | 'sha1' = 'sha256'): Evidence {
  const message = op === 'sha256' ? digest(text) : new Uint8Array(hash('sha1', text, 'buffer'));
  const timestamp = {
    message,
    attestations: [{ type: 'pending' as const, uri: 'https://calendar.example' }],
    branches: [],
  };
  return { name, claims: null, proofs: [{ name, bytes: encodeDetached({ fileHashOp: { name: op }, timestamp }) }] };
}

function receipt(name: string, text: string): Evidence {
  const claims = { receiptId: null, server: null, createdAt: null, network: null, sha256: digest(text), sha512: null };
  return { name, claims, proofs: [] };
}

test('proofs join the receipt of their digest, whatever the files are called', () => {
  const joined = joinEvidence([proof('z.ots', 'a'), receipt('r.json', 'a'), proof('y.ots', 'a'), proof('x.ots', 'b')]);
  assert.deepEqual(
    joined.map(({ name, proofs }) => [name, proofs.map((one) => one.name)]),
    [
      ['r.json', ['z.ots', 'y.ots']],
      ['x.ots', ['x.ots']],
    ],
  );
});

test('a work is held against the evidence of its digest', () => {
  const { cases, unknown } = pairUp([work('a'), work('b'), work('c')], [receipt('1', 'b'), receipt('2', 'a')]);
  assert.deepEqual(
    cases.map(({ evidence, work: of }) => [evidence.name, of?.name]),
    [
      ['1', 'b'],
      ['2', 'a'],
    ],
  );
  assert.deepEqual(
    unknown.map(({ name }) => name),
    ['c'],
  );
});

test('the only work is held against evidence that is about another, which shows that it was altered', () => {
  const { cases, unknown } = pairUp([work('poem.txt', 'changed')], [receipt('r.json', 'original')]);
  assert.equal(cases[0]!.work?.name, 'poem.txt');
  assert.deepEqual(unknown, []);
});

test('of an archive of many only what is about the work is part of the question', () => {
  const { cases } = pairUp([work('a')], [receipt('1', 'a'), receipt('2', 'b'), receipt('3', 'c')]);
  assert.deepEqual(
    cases.map(({ evidence }) => evidence.name),
    ['1'],
  );
});

test('evidence alone is checked for the digest that it names', () => {
  const { cases } = pairUp([], [proof('a.ots', 'a')]);
  assert.equal(cases[0]!.work, null);
  assert.deepEqual(cases[0]!.digests, { sha256: digest('a') });
});

test('a proof about another kind of digest has that one computed', () => {
  assert.deepEqual(listNeeded([proof('a.ots', 'a', 'sha1')]).sort(), ['sha1', 'sha256', 'sha512']);
});

test('evidence that cannot be read at all is not lost', () => {
  const broken: Evidence = { name: 'x.ots', claims: null, proofs: [{ name: 'x.ots', bytes: Uint8Array.of(1) }] };
  assert.equal(pairUp([work('a')], [broken]).cases.length, 1);
  assert.equal(pairUp([], [broken]).cases.length, 1);
});
