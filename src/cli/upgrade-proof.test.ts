import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeHex } from '../base/hex.ts';
import { askOnce } from './upgrade-proof.ts';

test('what many receipts of a round wait for is asked for once, and each calendar and commitment for itself', async () => {
  const asked: string[] = [];
  const calendars = askOnce({
    async lookup(uri, commitment) {
      asked.push(`${uri} ${encodeHex(commitment)}`);
      return { found: false, reason: 'not yet' };
    },
  });
  const { signal } = new AbortController();
  for (const uri of ['https://a.example', 'https://b.example']) {
    for (const commitment of [Uint8Array.of(1), Uint8Array.of(2), Uint8Array.of(1)]) {
      assert.deepEqual(await calendars.lookup(uri, commitment, signal), { found: false, reason: 'not yet' });
    }
  }
  assert.deepEqual(asked, [
    'https://a.example 01',
    'https://a.example 02',
    'https://b.example 01',
    'https://b.example 02',
  ]);
});
