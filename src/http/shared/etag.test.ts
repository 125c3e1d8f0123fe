import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasAlready, tagOf } from './etag.ts';

test('equal contents have the same tag and different ones do not', () => {
  assert.equal(tagOf('a'), tagOf(Buffer.from('a')));
  assert.notEqual(tagOf('a'), tagOf('b'));
});

test('a client has the answer whose tag it names, in whatever form and company', () => {
  const asks = (sent: string | undefined, etag = '"a"') => hasAlready({ headers: { 'if-none-match': sent } }, etag);
  for (const sent of ['"a"', 'W/"a"', '"b", "a"', '"b" , W/"a"', '*']) assert.ok(asks(sent), sent);
  assert.ok(asks('"a"', 'W/"a"'));
  for (const sent of [undefined, '', '"b"', 'a', '"A"', '"a', '"b", "c"']) assert.ok(!asks(sent), sent);
});
