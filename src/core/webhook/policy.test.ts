import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DOCUMENTED_DELIVERY_POLICY, nextPauseMs } from './policy.ts';
import { parseRetryAfter } from './transport.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const pauses = (retryAfterMs: number | null, chance: number) =>
  Array.from({ length: 7 }, (_, i) => nextPauseMs(DOCUMENTED_DELIVERY_POLICY, i + 1, retryAfterMs, chance));

test('a delivery is tried again after 1, 5 and 15 minutes, 1, 4 and 6 hours, and then never; ten that fail disable', () => {
  const documented = [MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS, HOUR_MS, 4 * HOUR_MS, 6 * HOUR_MS];
  assert.deepEqual(pauses(null, 0), [...documented, null]);
  assert.equal(DOCUMENTED_DELIVERY_POLICY.disableAfter, 10);
});

test('chance makes a pause up to a tenth longer, and never shorter', () => {
  assert.deepEqual(pauses(null, 1).slice(0, 2), [66_000, 330_000]);
  assert.deepEqual(pauses(null, 0.5).slice(0, 2), [63_000, 315_000]);
});

test('a receiver may ask for a longer pause, up to twice the documented one, and not for a shorter one', () => {
  assert.deepEqual(pauses(90_000, 0).slice(0, 2), [90_000, 5 * MINUTE_MS]);
  assert.deepEqual(pauses(1, 0).slice(0, 1), [MINUTE_MS]);
  assert.deepEqual(pauses(24 * HOUR_MS, 0).slice(0, 2), [2 * MINUTE_MS, 10 * MINUTE_MS]);
  assert.equal(pauses(24 * HOUR_MS, 0)[6], null);
});

test('Retry-After is seconds or a date, and anything else is nothing', () => {
  const now = Date.UTC(2026, 5, 1, 12, 0, 0);
  assert.equal(parseRetryAfter('120', now), 120_000);
  assert.equal(parseRetryAfter('Mon, 01 Jun 2026 12:00:30 GMT', now), 30_000);
  assert.equal(parseRetryAfter('Mon, 01 Jun 2026 11:00:00 GMT', now), 0);
  for (const junk of [null, '', '-1', '1.5', '1e9', 'soon', '9999999999', 'Mon, 99 Jun 2026 12:00:30 GMT']) {
    assert.equal(parseRetryAfter(junk, now), null, String(junk));
  }
});
