import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AnchorList, BATCH_MAX_ITEMS, type Item } from './anchor-list.ts';

const DIGESTS = { sha256: 'a', sha512: 'b' };

function filled(count: number): AnchorList {
  const list = new AnchorList();
  for (let i = 0; i < count; i++) list.hash(list.add(`${i}`, 1).key, DIGESTS);
  return list;
}

test('whatever happens, every file is counted once, and none is sent twice without being given back', () => {
  const step = fc.oneof(
    fc.constant('add' as const),
    fc.constant('hash' as const),
    fc.constant('fail' as const),
    fc.constant('take' as const),
    fc.constant('back' as const),
    fc.constant('settle' as const),
    fc.constant('mark' as const),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const list = new AnchorList();
      const unread: string[] = [];
      const sent: Item[][] = [];
      for (const what of steps) {
        if (what === 'add') unread.push(list.add('x', 1).key);
        if (what === 'hash' && unread.length > 0) list.hash(unread.shift()!, DIGESTS);
        if (what === 'fail' && unread.length > 0) list.fail(unread.shift()!, 'unreadable');
        if (what === 'take') {
          const items = list.take(2);
          const underWay = new Set(sent.flat().map(({ key }) => key));
          assert.ok(items.every(({ key }) => !underWay.has(key)));
          if (items.length > 0) sent.push(items);
        }
        if (what === 'back' && sent.length > 0) list.giveBack(sent.shift()!);
        if (what === 'settle' && sent.length > 0) list.settle(sent.shift()!, [{ receiptId: 'r' }, { problem: 'no' }]);
        if (what === 'mark') list.mark(list.listUnpinned()[0]?.batch ?? '', 'pinned');
      }
      const all = list.first(1_000);
      const count = (stage: Item['stage']) => all.filter((item) => item.stage === stage).length;
      assert.deepEqual(list.tally(), {
        total: all.length,
        waiting: count('waiting'),
        hashed: count('hashed') + count('sent'),
        anchored: count('anchored'),
        pinned: all.filter(({ status }) => status === 'pinned').length,
        failed: count('failed'),
      });
      // And the same after the tab was closed and opened again.
      const again = new AnchorList(all);
      assert.deepEqual(again.tally(), list.tally());
      assert.equal(again.take(1_000).length, list.tally().hashed);
    }),
  );
});

test('an upload holds no more than the contract takes', () => {
  const list = filled(BATCH_MAX_ITEMS + 1);
  assert.equal(list.take().length, BATCH_MAX_ITEMS);
  assert.equal(list.take().length, 1);
  assert.equal(list.take().length, 0);
});

test('a file that the server did not answer for is not called anchored', () => {
  const list = filled(2);
  list.settle(list.take(), [{ receiptId: 'r' }]);
  assert.deepEqual(
    list.first(2).map(({ stage }) => stage),
    ['anchored', 'failed'],
  );
});

test('one receipt of a round is followed for all of them', () => {
  const list = filled(3);
  list.settle(list.take(2), [{ receiptId: 'a' }, { receiptId: 'b' }]);
  list.settle(list.take(), [{ receiptId: 'c' }]);
  assert.deepEqual(
    list.listUnpinned().map(({ receiptId }) => receiptId),
    ['a', 'c'],
  );
  list.mark(list.listUnpinned()[0]!.batch!, 'pinned');
  assert.equal(list.tally().pinned, 2);
  assert.deepEqual(
    list.listUnpinned().map(({ receiptId }) => receiptId),
    ['c'],
  );
});

test('files that were not read before the tab was closed are told of, and forgotten', () => {
  const before = new AnchorList();
  before.hash(before.add('read', 1).key, DIGESTS);
  const { key } = before.add('unread', 1);
  const list = new AnchorList(before.first(2));
  assert.deepEqual(list.dropUnread(), [key]);
  assert.equal(list.tally().total, 1);
  assert.deepEqual(
    [list.add('next', 1), ...list.first(2)].map(({ path }) => path),
    ['next', 'read', 'next'],
  );
});

test('two lists that start alike share no key and no batch, and what is stored in any order comes back in order', () => {
  const [one, other] = [filled(100), filled(100)];
  for (const list of [one, other]) list.settle(list.take(1), [{ receiptId: 'r' }]);
  assert.equal(new Set([...one.keys(), ...other.keys()]).size, 200);
  assert.notEqual(one.listUnpinned()[0]!.batch, other.listUnpinned()[0]!.batch);
  const again = new AnchorList(one.first(100).toSorted((a, b) => (a.key < b.key ? -1 : 1)));
  assert.deepEqual(again.keys(), one.keys());
});
