import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeHex } from '../../base/hex.ts';
import { commitToField, opensField, presentOpening } from './disclosure.ts';

const salt = Uint8Array.from({ length: 32 }, (_, i) => i);
const author = { first_name: 'Jane', last_name: 'Doe', country: 'si' };

test('a commitment is SHA-256 of the salt and the canonical JSON of name and value', () => {
  const json = '{"name":"author","value":{"country":"si","first_name":"Jane","last_name":"Doe"}}';
  const expected = createHash('sha256').update(salt).update(json).digest('hex');
  assert.equal(encodeHex(commitToField('author', { value: author, salt })), expected);
});

test('an opening opens the commitment that was made with it and no other', () => {
  const value = fc.string({ unit: 'grapheme', maxLength: 20 });
  const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });
  fc.assert(
    fc.property(value, value, bytes, bytes, (text, otherText, one, other) => {
      const manifest = { title_commitment: encodeHex(commitToField('title', { value: text, salt: one })) };
      assert.ok(opensField(manifest, 'title', presentOpening({ value: text, salt: one })));
      assert.equal(opensField(manifest, 'title', presentOpening({ value: otherText, salt: one })), text === otherText);
      const isSame = encodeHex(one) === encodeHex(other);
      assert.equal(opensField(manifest, 'title', presentOpening({ value: text, salt: other })), isSame);
      assert.equal(opensField(manifest, 'author', presentOpening({ value: text, salt: one })), false);
    }),
  );
});

test('what is no commitment or no salt opens nothing', () => {
  const opening = presentOpening({ value: author, salt });
  const commitment = encodeHex(commitToField('author', { value: author, salt }));
  assert.ok(opensField({ author_commitment: commitment }, 'author', opening));
  for (const wrong of [commitment.toUpperCase(), commitment.slice(2), '', null, 1]) {
    assert.equal(opensField({ author_commitment: wrong }, 'author', opening), false);
  }
  for (const wrong of [opening.salt.toUpperCase(), opening.salt.slice(2), 'zz'.repeat(32), '']) {
    assert.equal(opensField({ author_commitment: commitment }, 'author', { ...opening, salt: wrong }), false);
  }
  assert.equal(opensField({}, 'author', opening), false);
});
