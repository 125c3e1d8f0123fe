import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GENESIS_HEADER, HEADER_100000 } from '../../../test/support/bitcoin-blocks.ts';
import { hash, mineHeader } from '../../../test/support/proofs.ts';
import { encodeHex } from '../../base/hex.ts';
import { formatHeaders, headersFile } from './headers-file.ts';

const text = (value: string) => new TextEncoder().encode(value);
const one = mineHeader(hash('sha256', 'one'), 1);
const two = mineHeader(hash('sha256', 'two'), 2);

test('headers written as text read back, in the order of heights', async () => {
  const written = formatHeaders(
    new Map([
      [9, two],
      [3, one],
    ]),
  );
  assert.ok(written.startsWith('3 '));
  const source = headersFile(text(written), 'regtest');
  assert.deepEqual(await source.headerAt(3), one);
  assert.deepEqual(await source.headerAt(9), two);
  assert.equal(await source.headerAt(4), null);
  assert.equal(await source.tipHeight(), null);
});

test('comments, empty lines and Windows line ends are allowed', async () => {
  const source = headersFile(text(`# a comment\r\n\r\n100000 ${encodeHex(HEADER_100000)}\r\n`), 'mainnet');
  assert.deepEqual(await source.headerAt(100_000), HEADER_100000);
});

test('a line that is not a height and a header is refused with its number', () => {
  for (const line of [
    'x',
    `1 ${'00'.repeat(79)}`,
    `-1 ${encodeHex(one)}`,
    `1  ${encodeHex(one)}`,
    `1 ${encodeHex(one)} x`,
  ]) {
    assert.throws(() => headersFile(text(`${line}\n`), 'regtest'), { code: 'headers-malformed', message: /Line 1 / });
  }
});

test('two headers at one height are refused, even when they are the same', () => {
  const line = `1 ${encodeHex(one)}\n`;
  assert.throws(() => headersFile(text(line + line), 'regtest'), { code: 'headers-malformed' });
});

test('a header that carries the work of its time is not believed at a height of later times', () => {
  assert.throws(() => headersFile(text(`840000 ${encodeHex(HEADER_100000)}\n`), 'mainnet'), {
    code: 'headers-without-work',
  });
});

test('an archive starts at the first block of its network and ends with a whole header', async () => {
  const source = headersFile(GENESIS_HEADER, 'mainnet');
  assert.deepEqual(await source.headerAt(0), GENESIS_HEADER);
  assert.equal(await source.tipHeight(), 0);
  assert.throws(() => headersFile(GENESIS_HEADER, 'signet'), { code: 'headers-not-linked' });
  assert.throws(() => headersFile(GENESIS_HEADER.subarray(0, 79), 'mainnet'), { code: 'headers-malformed' });
});
