import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TrustedTime } from './trusted-time.ts';

const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;

function makeTime(options: { needsConfirmation?: boolean; floor?: number } = {}) {
  const world = { now: START, steadyMs: 5_000 };
  const time = new TrustedTime({
    clock: { now: () => world.now, sleep: async () => {} },
    steadyMs: () => world.steadyMs,
    needsConfirmation: options.needsConfirmation ?? false,
    floor: options.floor ?? 0,
  });
  const pass = (ms: number, drift = 0) => {
    world.steadyMs += ms;
    world.now += ms + drift;
  };
  return { time, world, pass };
}

test('a clock that runs is believed', () => {
  const { time, pass } = makeTime();
  for (let i = 0; i < 500; i++) {
    pass(10 * MINUTE);
    assert.equal(time.read(), START + (i + 1) * 10 * MINUTE);
  }
});

test('a clock that is corrected bit by bit is believed, for as long as it takes', () => {
  const { time, pass } = makeTime();
  for (let i = 0; i < 5000; i++) {
    pass(MINUTE, 20);
    assert.notEqual(time.read(), null);
  }
});

test('a clock that was put back says nothing until it is later than it ever was', () => {
  const { time, pass } = makeTime();
  assert.equal(time.read(), START);
  pass(1000, -30 * MINUTE);
  assert.equal(time.read(), null);
  pass(20 * MINUTE);
  assert.equal(time.read(), null, 'settled, and still earlier than before');
  pass(11 * MINUTE);
  assert.notEqual(time.read(), null);
});

test('a clock that was put forward says nothing until it ran for a while', () => {
  const { time, pass } = makeTime();
  pass(1000, 5000);
  assert.equal(time.read(), null);
  pass(4 * MINUTE);
  assert.equal(time.read(), null);
  pass(2 * MINUTE);
  assert.notEqual(time.read(), null);
});

test('a clock that is earlier than the newest token says nothing', () => {
  const { time, pass } = makeTime({ floor: START + MINUTE });
  assert.equal(time.read(), null);
  pass(MINUTE);
  assert.equal(time.read(), START + MINUTE);
});

test('with sources, nothing is said without a confirmation of the last hour', () => {
  const { time, pass } = makeTime({ needsConfirmation: true });
  assert.equal(time.read(), null);
  time.confirm(300);
  assert.notEqual(time.read(), null);
  for (let i = 0; i < 59; i++) pass(MINUTE);
  time.confirm(null);
  assert.notEqual(time.read(), null, 'sources that do not answer change nothing yet');
  pass(2 * MINUTE);
  assert.equal(time.read(), null);
});

test('sources that disagree with the clock silence it at once, and give it its word back', () => {
  const { time, pass } = makeTime({ needsConfirmation: true });
  time.confirm(0);
  time.confirm(-1500);
  assert.equal(time.read(), null);
  pass(1000, -1500);
  time.confirm(0);
  assert.notEqual(time.read(), null, 'it was ahead, and was put right');
});
