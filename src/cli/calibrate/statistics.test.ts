import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createNoise } from './effects.ts';
import { splitReleases, takeInTurn } from './split.ts';
import { bootstrapUpperRate, countInSteps, fitTail, quantile, upperRate } from './statistics.ts';
import { drawChart } from './svg.ts';

const near = (actual: number, expected: number, share: number) =>
  assert.ok(Math.abs(actual - expected) <= share * expected, `${actual} is not ${expected}`);

test('the upper bound of a rate is that of Clopper and Pearson', () => {
  // One-sided 95 %: 1 - 0.05^(1/n) without a hit; others from the quantiles of the beta distribution.
  near(upperRate(0, 60), 1 - 0.05 ** (1 / 60), 1e-6);
  near(upperRate(0, 300_000), 9.9857e-6, 1e-3);
  near(upperRate(1, 20), 0.2161, 1e-3);
  near(upperRate(5, 100), 0.1023, 1e-2);
  assert.equal(upperRate(3, 3), 1);
  assert.equal(upperRate(0, 0), 1);
});

test('the tail model finds the tail that values were drawn from', () => {
  const next = createNoise(7);
  const count = 200_000;
  // Exponential depth below 0.5, so that the share below 0.5 - x is exp(-x / 0.01).
  const values = Float64Array.from({ length: count }, () => 0.5 + 0.01 * Math.log((next() + 1) / 2 + 1e-12)).sort();
  const tail = fitTail(values);
  for (const depth of [0.05, 0.07, 0.09]) near(tail.probability(0.5 - depth), Math.exp(-depth / 0.01), 0.6);
  assert.equal(fitTail(values.subarray(0, 100)).probability(0), 1, 'too few values promise nothing');
});

test('quantiles and steps count every value once', () => {
  const values = Float64Array.of(0, 0.1, 0.2, 0.3, 1);
  assert.deepEqual([quantile(values, 0), quantile(values, 0.5), quantile(values, 1)], [0, 0.2, 1]);
  assert.deepEqual(countInSteps(values, 2), [4, 1]);
});

test('a bootstrap over recordings is wider than one over pairs when one recording makes all false matches', () => {
  const names = Array.from({ length: 50 }, (_, i) => `track ${i}`);
  const pairs = names.slice(1, 11).map((name) => [names[0]!, name] as const);
  const next = createNoise(3);
  const upper = bootstrapUpperRate(names, pairs, 1225, () => (next() + 1) / 2);
  assert.ok(upper > 10 / 1225 && upper < 60 / 1225, String(upper));
  assert.equal(bootstrapUpperRate(names, [], 1225, Math.random), 0);
});

test('releases are split whole, evenly and the same way every time', () => {
  const counts = new Map(Array.from({ length: 40 }, (_, i) => [`release ${i}`, 1 + (i % 7)]));
  const halves = splitReleases(counts);
  assert.deepEqual(splitReleases(new Map([...counts].reverse())), new Map([...halves].map((entry) => entry)));
  const sizes = { development: 0, 'held-out': 0 };
  for (const [release, half] of halves) sizes[half] += counts.get(release)!;
  assert.ok(Math.abs(sizes.development - sizes['held-out']) <= 7);
});

test('releases take turns', () => {
  const items = ['a1', 'a2', 'a3', 'b1'].map((name) => ({ name, release: name[0]! }));
  assert.deepEqual(
    takeInTurn(items, 3).map(({ name }) => name),
    ['a1', 'b1', 'a2'],
  );
  assert.equal(takeInTurn(items, 9).length, 4);
});

test('a chart is well-formed and escapes what it is told', () => {
  const axis = { label: 'a < b', min: 0, max: 1, ticks: [[0.5, '½']] as const };
  const svg = drawChart({
    title: 'x & y',
    ...{ x: axis, y: axis, marks: [[0.2, 'limit']] as const },
    series: [
      {
        label: 'one',
        colour: '#000',
        points: [
          [0, 0],
          [1, 1],
        ],
      },
    ],
  });
  assert.match(svg, /^<svg [^>]+>[\s\S]+<\/svg>\n$/);
  assert.ok(svg.includes('x &amp; y') && svg.includes('a &lt; b') && !svg.includes('NaN'));
});
