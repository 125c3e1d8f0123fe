import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  CANONICAL_JSON_MAX_DEPTH,
  CanonicalJsonError,
  encodeCanonical,
  formatCanonical,
  type JsonValue,
  parseCanonical,
} from './canonical-json.ts';
import { decodeHex, encodeHex } from './hex.ts';

const FOLDER = new URL('../../vectors/canonical-json/', import.meta.url);

describe('a value has one canonical form, which reads back as it', () => {
  for (const { name, json, canonical } of readCases<{ name: string; json: string; canonical: string }>('valid')) {
    test(name, () => {
      const value = JSON.parse(new TextDecoder('utf-8', { ignoreBOM: true }).decode(decodeHex(json)!));
      assert.equal(encodeHex(encodeCanonical(value)), canonical);
      assert.equal(encodeHex(encodeCanonical(parseCanonical(decodeHex(canonical)!))), canonical);
      if (json !== canonical)
        assert.equal(
          codeOf(() => parseCanonical(decodeHex(json)!)),
          'not-canonical',
        );
    });
  }
});

describe('what is not canonical is refused with the code of its fault', () => {
  for (const { name, hex, error } of readCases<{ name: string; hex: string; error: string }>('invalid')) {
    test(name, () =>
      assert.equal(
        codeOf(() => parseCanonical(decodeHex(hex)!)),
        error,
      ),
    );
  }
});

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.string({
    unit: fc.constantFrom('a', 'B', '"', '\\', '\0', '\u001f', '\u2028', 'é', '\uff01', '\u{1f3b5}'),
    maxLength: 5,
  }),
  fc.constantFrom('__proto__', 'constructor', 'toJSON', '0', '10', '9'),
);
const { value: anyValue } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, depthSize: 'small' },
    fc.constantFrom(null, true, false),
    fc.maxSafeInteger(),
    text,
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(text, tie('value'), { maxKeys: 6 }),
  ),
}));

test('reading and writing are inverse, and the order of names in memory is of no effect', () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      const bytes = encodeCanonical(value);
      assert.deepEqual(encodeCanonical(parseCanonical(bytes)), bytes);
      assert.deepEqual(encodeCanonical(reverseNames(value)), bytes);
      assert.equal(JSON.stringify(JSON.parse(new TextDecoder().decode(bytes))).length, formatCanonical(value).length);
    }),
  );
});

test('no two texts that differ in a byte are both read as the same value', () => {
  fc.assert(
    fc.property(anyValue, fc.nat(), fc.integer({ min: 1, max: 255 }), (value, at, change) => {
      const bytes = encodeCanonical(value);
      const changed = Uint8Array.from(bytes);
      changed[at % bytes.length]! ^= change;
      let read: JsonValue;
      try {
        read = parseCanonical(changed);
      } catch (error) {
        assert.ok(error instanceof CanonicalJsonError);
        return;
      }
      assert.notDeepEqual(encodeCanonical(read), bytes);
    }),
  );
});

test('no bytes make the reader fail with anything but a coded error', () => {
  const unit = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '\\',
    'u',
    'd',
    '8',
    '0',
    '1',
    '-',
    '.',
    'e',
    'a',
    ' ',
  );
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 30 }), (source) => {
      const code = codeOf(() => parseCanonical(new TextEncoder().encode(source)));
      assert.notEqual(code, 'bad-value');
    }),
    { numRuns: 1000 },
  );
});

describe('nothing is dropped or converted on writing', () => {
  class Point {
    x = 1;
  }
  const cycle: unknown[] = [];
  cycle.push(cycle);
  const refused: [string, unknown, string][] = [
    ['undefined', undefined, 'bad-value'],
    ['an undefined member', { a: undefined }, 'bad-value'],
    ['a hole in an array', Array(2), 'bad-value'],
    ['a function', { toJSON: () => 1 }, 'bad-value'],
    ['a symbol', [Symbol('a')], 'bad-value'],
    ['a bigint', [1n], 'bad-value'],
    ['a date', [new Date(0)], 'bad-value'],
    ['a map', new Map([['a', 1]]), 'bad-value'],
    ['bytes', Uint8Array.of(1), 'bad-value'],
    ['an instance of a class', new Point(), 'bad-value'],
    ['a boxed string', [new String('a')], 'bad-value'],
    ['NaN', { a: [Number.NaN] }, 'bad-number'],
    ['infinity', Number.POSITIVE_INFINITY, 'bad-number'],
    ['a fraction', 0.1, 'bad-number'],
    ['2^53', 2 ** 53, 'bad-number'],
    ['a lone surrogate', '\ud800', 'lone-surrogate'],
    ['a cycle', cycle, 'too-deep'],
  ];
  for (const [name, value, code] of refused) {
    test(name, () =>
      assert.equal(
        codeOf(() => formatCanonical(value)),
        code,
      ),
    );
  }
  test('an object without a prototype is plain', () => {
    assert.equal(formatCanonical(Object.assign(Object.create(null), { b: 1, a: -0 })), '{"a":0,"b":1}');
  });
});

test('the cap on depth is exact on writing', () => {
  const nest = (levels: number): JsonValue => (levels === 0 ? 1 : [nest(levels - 1)]);
  assert.ok(formatCanonical(nest(CANONICAL_JSON_MAX_DEPTH)));
  assert.equal(
    codeOf(() => formatCanonical(nest(CANONICAL_JSON_MAX_DEPTH + 1))),
    'too-deep',
  );
});

function readCases<T>(folder: string): T[] {
  return readdirSync(new URL(folder, FOLDER)).map((file) =>
    JSON.parse(readFileSync(new URL(`${folder}/${file}`, FOLDER), 'utf8')),
  );
}

function codeOf(run: () => unknown): string | null {
  try {
    run();
    return null;
  } catch (error) {
    if (error instanceof CanonicalJsonError) return error.code;
    throw error;
  }
}

function reverseNames(value: JsonValue): JsonValue {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(reverseNames);
  const names = Object.entries(value as Record<string, JsonValue>).reverse();
  return Object.fromEntries(names.map(([name, member]) => [name, reverseNames(member)]));
}
