import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { GroupCommit, GroupCommitError } from './group-commit.ts';

const LIMITS = { maxGroup: 8, maxInFlight: 1, maxWaiting: 100 };

test('every caller gets the results of its own items, in order, however they were grouped', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(fc.integer(), { maxLength: 5 }), { maxLength: 20 }), async (calls) => {
      const commits = new GroupCommit<number, string>(async (items) => items.map(String), LIMITS);
      const answers = await Promise.all(calls.map((items) => commits.add(items)));
      assert.deepEqual(
        answers,
        calls.map((items) => items.map(String)),
      );
    }),
  );
});

test('what arrives during a commit shares the next one', async () => {
  const groups: number[][] = [];
  const gate = Promise.withResolvers<void>();
  const commits = new GroupCommit<number, number>(async (items) => {
    groups.push([...items]);
    if (groups.length === 1) await gate.promise;
    return items;
  }, LIMITS);
  const answers = [1, 2, 3, 4].map((item) => commits.add([item]));
  gate.resolve();
  await Promise.all(answers);
  assert.deepEqual(groups, [[1], [2, 3, 4]]);
});

test('a group stays within its limit and never splits a caller', async () => {
  const sizes: number[] = [];
  const gate = Promise.withResolvers<void>();
  const commits = new GroupCommit<number, number>(async (items) => {
    sizes.push(items.length);
    await gate.promise;
    return items;
  }, LIMITS);
  const answers = [1, 5, 5, 20, 1].map((size) => commits.add(new Array(size).fill(0)));
  gate.resolve();
  await Promise.all(answers);
  assert.deepEqual(sizes, [1, 5, 5, 20, 1]);
});

test('a commit that fails fails its own callers only', async () => {
  let count = 0;
  const commits = new GroupCommit<number, number>(async (items) => {
    if (++count === 1) throw new Error('disk full');
    return items;
  }, LIMITS);
  const first = commits.add([1]);
  const second = commits.add([2]);
  await assert.rejects(first, /disk full/);
  assert.deepEqual(await second, [2]);
});

test('more than may wait is refused at once and leaves the others alone', async () => {
  const gate = Promise.withResolvers<void>();
  const commits = new GroupCommit<number, number>(async (items) => {
    await gate.promise;
    return items;
  }, LIMITS);
  const first = commits.add([0]);
  const waiting = commits.add(new Array(100).fill(1));
  await assert.rejects(commits.add([2]), (error) => error instanceof GroupCommitError && error.code === 'overloaded');
  gate.resolve();
  assert.equal((await first).length + (await waiting).length, 101);
});

test('closing answers everything that was accepted and refuses the rest', async () => {
  const gate = Promise.withResolvers<void>();
  const commits = new GroupCommit<number, number>(async (items) => {
    await gate.promise;
    return items;
  }, LIMITS);
  const answers = [commits.add([1]), commits.add([2])];
  const closed = commits.close();
  await assert.rejects(commits.add([3]), (error) => error instanceof GroupCommitError && error.code === 'closed');
  gate.resolve();
  await closed;
  assert.deepEqual(await Promise.all(answers), [[1], [2]]);
});

test('beside a commit that is under way only a full group starts', async () => {
  const sizes: number[] = [];
  const gate = Promise.withResolvers<void>();
  const commits = new GroupCommit<number, number>(
    async (items) => {
      sizes.push(items.length);
      await gate.promise;
      return items;
    },
    { ...LIMITS, maxInFlight: 2 },
  );
  const add = (size: number) => commits.add(new Array(size).fill(0));
  const answers = [1, 4, 3].map(add);
  assert.deepEqual(sizes, [1]);
  answers.push(add(2));
  assert.deepEqual(sizes, [1, 7]);
  answers.push(add(4));
  gate.resolve();
  await Promise.all(answers);
  assert.deepEqual(sizes, [1, 7, 6]);
});
