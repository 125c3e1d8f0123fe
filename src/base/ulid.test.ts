import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeUlid } from './ulid.ts';

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

function decode(ulid: string): bigint {
  return [...ulid].reduce((value, digit) => value * 32n + BigInt(CROCKFORD.indexOf(digit)), 0n);
}

const times = fc.integer({ min: 0, max: 2 ** 48 - 1 });
const randoms = fc.uint8Array({ minLength: 10, maxLength: 10 });

test('a ULID holds exactly its time and its random bytes', () => {
  fc.assert(
    fc.property(times, randoms, (time, random) => {
      const ulid = encodeUlid(time, random);
      assert.match(ulid, /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
      assert.equal(decode(ulid), (BigInt(time) << 80n) | BigInt(`0x${Buffer.from(random).toString('hex')}`));
    }),
  );
});

test('a later ULID sorts after an earlier one', () => {
  fc.assert(
    fc.property(times, times, randoms, randoms, (a, b, ra, rb) => {
      fc.pre(a < b);
      assert.ok(encodeUlid(a, ra) < encodeUlid(b, rb));
    }),
  );
});

test('the time part agrees with the published example', () => {
  assert.equal(encodeUlid(1469918176385, new Uint8Array(10)).slice(0, 10), '01ARYZ6S41');
});
