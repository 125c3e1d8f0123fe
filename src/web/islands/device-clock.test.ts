import assert from 'node:assert/strict';
import { test } from 'node:test';
import { doubtClock } from './device-clock.ts';

const NOW = Date.parse('2026-05-14T14:00:00Z');
const DAY = 24 * 3_600_000;

test('a clock that differs from the server’s is doubted in either direction, and only then', () => {
  assert.equal(doubtClock({ device: NOW, server: NOW + 60_000 }, [NOW + DAY]), null);
  for (const device of [NOW - DAY, NOW + DAY]) {
    assert.match(
      doubtClock({ device, server: NOW }, [])!,
      /seems wrong: it says .*this server says 2026-05-14 14:00 UTC/,
    );
  }
});

test('without the server a clock is doubted that is behind what proofs say was already there', () => {
  assert.equal(doubtClock({ device: NOW, server: null }, []), null);
  assert.equal(doubtClock({ device: NOW, server: null }, [NOW - DAY, NOW + 3_600_000]), null);
  const says = doubtClock({ device: NOW - 2 * DAY, server: null }, [NOW - DAY, NOW]);
  assert.match(says!, /it says 2026-05-12 14:00 UTC, and what you gave was made later, at 2026-05-14 14:00 UTC/);
});
