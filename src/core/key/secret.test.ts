import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { CREDENTIAL_KINDS, displayPrefix, generateSecret, parseSecret } from './secret.ts';

const random = (length: number) => new Uint8Array(randomBytes(length));
const anyKind = fc.constantFrom(...CREDENTIAL_KINDS);

/** As the contracts' documents have them. */
const DOCUMENTED = {
  'trackorigin-publishable-live': /^to_pk_live_[0-9A-Za-z]{36}$/,
  'trackorigin-secret-live': /^to_sk_live_[0-9A-Za-z]{36}$/,
  'trackorigin-publishable-test': /^to_pk_test_[0-9A-Za-z]{36}$/,
  'trackorigin-secret-test': /^to_sk_test_[0-9A-Za-z]{36}$/,
  origimark: /^om_live_[0-9A-Za-z]{36}$/,
  orphograph: /^orpho_[0-9A-Za-z_-]{32}$/,
  proofd: /^proofd_live_[0-9a-f]{64}$/,
  'orphograph-pack': /^pack_[0-9A-Za-z]{36}$/,
} as const;

test('a secret has the documented form of its kind, and is known as that kind', () => {
  fc.assert(
    fc.property(anyKind, (kind) => {
      const secret = generateSecret(kind, random);
      assert.match(secret, DOCUMENTED[kind]);
      assert.equal(parseSecret(secret), kind);
    }),
  );
});

test('a secret with any one character changed, left out, doubled or swapped with its neighbour is malformed', () => {
  fc.assert(
    fc.property(anyKind, fc.nat(), fc.integer({ min: 0x20, max: 0x7e }), (kind, at, code) => {
      const secret = generateSecret(kind, random);
      const i = at % secret.length;
      const [before, char, after] = [secret.slice(0, i), secret[i]!, secret.slice(i + 1)];
      const swapped = before + (after[0] ?? '') + char + after.slice(1);
      const wrong = [before + String.fromCharCode(code) + after, before + after, before + char + char + after, swapped];
      for (const text of wrong) if (text !== secret) assert.equal(parseSecret(text), null, text);
    }),
    { numRuns: 500 },
  );
});

test('the random part under the prefix of another kind is malformed', () => {
  const secret = generateSecret('trackorigin-publishable-live', random);
  assert.equal(parseSecret(secret.replace('to_pk_', 'to_sk_')), null);
  assert.equal(parseSecret(secret.replace('live', 'test')), null);
});

test('no text, however strange, makes parsing fail', () => {
  const prefixed = fc.tuple(fc.constantFrom('to_pk_live_', 'orpho_', 'proofd_live_', 'pack_', ''), fc.string());
  fc.assert(
    fc.property(prefixed, ([prefix, rest]) => {
      assert.equal(parseSecret(prefix + rest), null);
    }),
    { numRuns: 1000 },
  );
});

test('every character of the random part takes every value of its alphabet, about as often as the others', () => {
  const counts = new Map<string, number>();
  const runs = 20_000;
  for (let i = 0; i < runs; i++) {
    const char = generateSecret('origimark', random)['om_live_'.length]!;
    counts.set(char, (counts.get(char) ?? 0) + 1);
  }
  assert.equal(counts.size, 62);
  // Six standard deviations of a binomial with p = 1/62.
  const mean = runs / 62;
  for (const [char, count] of counts) assert.ok(Math.abs(count - mean) < 6 * Math.sqrt(mean), `${char}: ${count}`);
});

test('what is shown of a secret gives away no more than four characters of it', () => {
  for (const kind of CREDENTIAL_KINDS) {
    const secret = generateSecret(kind, random);
    const shown = displayPrefix(secret, kind);
    assert.ok(secret.startsWith(shown));
    assert.match(shown, /_.{4}$/);
    assert.ok(shown.length < 17);
  }
});
