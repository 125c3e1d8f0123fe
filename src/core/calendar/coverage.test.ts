import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coveredFrom, extendCoverage, findUncovered } from './coverage.ts';

const stamp = (id: number, fromPosition: number, toPosition: number, abandoned = false) => ({
  id,
  fromPosition,
  toPosition,
  abandoned,
});

test('the first gap is found, up to where the next stamp starts', () => {
  const stamps = [stamp(1, 0, 10), stamp(2, 15, 20)];
  assert.deepEqual(findUncovered(stamps, 0, 30, 100), { from: 10, to: 15 });
  assert.deepEqual(findUncovered([...stamps, stamp(3, 10, 15)], 0, 30, 100), { from: 20, to: 30 });
});

test('everything covered leaves nothing to stamp', () => {
  assert.equal(findUncovered([stamp(1, 0, 10)], 0, 10, 100), null);
  assert.equal(findUncovered([], 7, 7, 100), null);
});

test('an abandoned stamp covers nothing and bounds nothing', () => {
  const stamps = [stamp(1, 0, 10), stamp(2, 10, 20, true)];
  assert.deepEqual(findUncovered(stamps, 0, 30, 100), { from: 10, to: 30 });
});

test('no more than the limit is stamped at once', () => {
  assert.deepEqual(findUncovered([], 5, 1000, 100), { from: 5, to: 105 });
});

test('a stamp extends to what is new, but neither over another stamp nor to less than it had', () => {
  const mine = stamp(2, 10, 20);
  assert.deepEqual(extendCoverage([stamp(1, 0, 10), mine], mine, 50, 100), { from: 10, to: 50 });
  assert.deepEqual(extendCoverage([stamp(1, 0, 10), mine, stamp(3, 25, 40)], mine, 50, 100), { from: 10, to: 25 });
  assert.deepEqual(extendCoverage([mine], mine, 50, 5), { from: 10, to: 20 });
});

test('overlapping and unordered ranges cover what any of them covers', () => {
  assert.equal(coveredFrom(3, [stamp(2, 8, 12), stamp(1, 0, 9), stamp(3, 13, 20)]), 12);
});
