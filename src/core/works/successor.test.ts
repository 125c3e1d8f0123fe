import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Certified } from './certifier.ts';
import { findSuccessor } from './successor.ts';

const certified = (certId: string, status: 'active' | 'revoked' = 'active', manifestJson = '{}') =>
  ({ version: { certId }, certificate: { status, manifestJson } }) as Certified;

test('a certificate is superseded by the newest version after it, and by no other', () => {
  const chain = [certified('a'), certified('b'), certified('c')];
  assert.deepEqual(
    ['a', 'b', 'c'].map((id) => findSuccessor(chain, id)),
    ['c', 'c', null],
  );
});

test('what was revoked or erased supersedes nothing', () => {
  const chain = [certified('a'), certified('b'), certified('c', 'revoked'), certified('d', 'active', '')];
  assert.equal(findSuccessor(chain, 'a'), 'b');
  assert.equal(findSuccessor(chain, 'b'), null);
});
