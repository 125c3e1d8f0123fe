import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseCoin, isUnminable } from './coins.ts';
import type { Coin, Stamp } from './stamp.ts';

const POLICY = { minConfirmations: 6, maxFeeSats: 1_000 };
const BEST = 1_000;

const coin = (id: number, changes: Partial<Coin> = {}): Coin => ({
  txid: new Uint8Array(32).fill(id),
  vout: 0,
  valueSats: 100_000,
  coinbase: false,
  minedHeight: 500,
  lostHeight: null,
  spentHeight: null,
  ...changes,
});

const stampOf = (input: Coin, abandoned = false): Stamp => ({
  id: 1,
  fromPosition: 0,
  toPosition: 1,
  openedAt: 0,
  input,
  currentVersion: 1,
  minedHeight: null,
  abandoned,
  versions: [],
});

test('the deepest coin that lasts for every bump is taken', () => {
  const deep = coin(1, { minedHeight: 300 });
  assert.equal(chooseCoin([coin(2), deep, coin(3, { minedHeight: 100, valueSats: 900 })], [], BEST, POLICY, 200), deep);
});

test('without a lasting coin the largest that pays is taken', () => {
  const large = coin(2, { valueSats: 900 });
  assert.equal(chooseCoin([coin(1, { valueSats: 800 }), large], [], BEST, POLICY, 200), large);
  assert.equal(chooseCoin([coin(1, { valueSats: 400 })], [], BEST, POLICY, 200), null, 'change would be dust');
});

test('a coin that is spent, unmined, too fresh or in another stamp is not taken', () => {
  const busy = coin(5);
  const coins = [
    coin(1, { spentHeight: 900 }),
    coin(2, { minedHeight: null, lostHeight: 990 }),
    coin(3, { minedHeight: BEST - 4 }),
    coin(4, { minedHeight: BEST - 98, coinbase: true }),
    busy,
  ];
  assert.equal(chooseCoin(coins, [stampOf(busy)], BEST, POLICY, 200), null);
  assert.equal(chooseCoin(coins, [stampOf(busy, true)], BEST, POLICY, 200), busy);
  assert(chooseCoin([coin(3, { minedHeight: BEST - 5 })], [], BEST, POLICY, 200));
  assert(chooseCoin([coin(4, { minedHeight: BEST - 99, coinbase: true })], [], BEST, POLICY, 200));
});

test('a stamp is given up on only when its coin is spent elsewhere, or gone, and deep enough', () => {
  const give = (changes: Partial<Coin>) => isUnminable(stampOf(coin(1)), [coin(1, changes)], BEST, 6);
  assert.equal(give({}), false);
  assert.equal(give({ spentHeight: BEST - 4 }), false);
  assert.equal(give({ spentHeight: BEST - 5 }), true);
  assert.equal(give({ minedHeight: null, lostHeight: BEST - 99 }), false);
  assert.equal(give({ minedHeight: null, lostHeight: BEST - 100 }), true);
  assert.equal(isUnminable(stampOf(coin(1)), [], BEST, 6), true);
});
