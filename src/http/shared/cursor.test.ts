import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CursorError, createCursors } from './cursor.ts';

const cursors = createCursors(new Uint8Array(32).fill(1));
const position = fc.record(
  { at: fc.integer({ min: 0, max: 8.64e15 }), id: fc.stringMatching(/^[0-9A-Za-z_-]{1,64}$/) },
  { noNullPrototype: true },
);

test('a cursor gives back its position', () => {
  fc.assert(
    fc.property(position, (place) => {
      assert.deepEqual(cursors.parse('list', cursors.format('list', place)), place);
    }),
  );
});

test('a cursor that was changed in any character, cut or lengthened is refused', () => {
  fc.assert(
    fc.property(position, fc.nat(), fc.constantFrom(...'Aa0_-=.% '), (place, at, character) => {
      const text = cursors.format('list', place);
      const i = at % text.length;
      const changed = text.slice(0, i) + character + text.slice(i + 1);
      for (const bad of [changed, text.slice(0, i), text + character]) {
        if (bad !== text) assert.throws(() => cursors.parse('list', bad), CursorError);
      }
    }),
  );
});

test('a cursor of another list, or of another server, is refused', () => {
  const text = cursors.format('list', { at: 1, id: 'a' });
  assert.throws(() => cursors.parse('other', text), CursorError);
  assert.throws(() => createCursors(new Uint8Array(32)).parse('list', text), CursorError);
  assert.throws(() => cursors.parse('list', 'A'.repeat(10_000)), CursorError);
  assert.throws(() => cursors.parse('list', ''), CursorError);
});
