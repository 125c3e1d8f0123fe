import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseOwnPath } from './own-path.ts';

test('own paths are kept with their query', () => {
  assert.equal(parseOwnPath('/account/vault?q=ab&label=a%20b'), '/account/vault?q=ab&label=a%20b');
  assert.equal(parseOwnPath('/'), '/');
  assert.equal(parseOwnPath('/account/../cert/x#y'), '/cert/x');
});

test('what leads elsewhere is nothing', () => {
  const elsewhere = [
    ...['https://evil.example', '//evil.example', '/\\evil.example', '\\/evil.example', '///evil.example'],
    ...['/.//evil.example', '/a/..//evil.example', '/\t/evil.example', '/\n/evil.example', ' //evil.example'],
    ...['javascript:alert(1)', 'account', '', '/%0a\r\nset-cookie: a=b', `/${'a'.repeat(1000)}`, '/ä'],
    ...['/%2e//evil.example', '/%2e%2e//evil.example'],
  ];
  for (const text of elsewhere) assert.equal(parseOwnPath(text), null, text);
});

test('no text leads to another origin', () => {
  const piece = fc.constantFrom('/', '\\', '.', '..', '@', ':', 'evil.example', '%2f', '%5c', '\t', 'https:', '?', '#');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const path = parseOwnPath(pieces.join(''));
      if (path !== null) assert.equal(new URL(path, 'https://own.example').origin, 'https://own.example');
    }),
  );
});
