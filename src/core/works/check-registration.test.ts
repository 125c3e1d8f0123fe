import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { EXAMPLE_WORK } from '../../../test/support/example-work.ts';
import { FieldsError } from '../registry/error.ts';
import { checkRegistration, isDay } from './check-registration.ts';

const NOW = Date.UTC(2026, 3, 15, 12);
/** The contract's example. */
const EXAMPLE = {
  hash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  ...EXAMPLE_WORK,
};

function wrongFields(typed: unknown): readonly string[] {
  try {
    checkRegistration(typed, NOW);
    return [];
  } catch (error) {
    assert.ok(error instanceof FieldsError, String(error));
    return error.problems.map(({ field }) => field);
  }
}

test('the example of the contract is taken, a hash in either case', () => {
  const registration = checkRegistration({ ...EXAMPLE, hash: EXAMPLE.hash.toUpperCase() }, NOW);
  assert.equal(Buffer.from(registration.hash).toString('hex'), EXAMPLE.hash);
  assert.deepEqual(registration.author, { firstName: 'Jane', lastName: 'Doe', country: 'si' });
  assert.equal(registration.workId, null);
});

test('what may be left out may be null', () => {
  const optional = { author_country: null, source_language: null, creation_date: null, work_id: null };
  assert.deepEqual(wrongFields({ ...EXAMPLE, ...optional }), []);
});

test('every wrong field is told, in the order of the contract, and those that nobody knows', () => {
  assert.deepEqual(wrongFields({}), [
    ...['hash', 'title', 'author_first_name', 'author_last_name', 'work_type', 'privacy_level', 'ownership_type'],
  ]);
  const wrong = Object.fromEntries(Object.keys(EXAMPLE).map((field) => [field, 7]));
  assert.deepEqual(wrongFields({ ...wrong, work_id: 'x', colour: 'red' }), [
    ...Object.keys(EXAMPLE),
    'work_id',
    'colour',
  ]);
  for (const none of [null, [], 'text', 1, undefined]) assert.deepEqual(wrongFields(none), ['']);
});

test('titles of every script are taken, and what nobody can see is not', () => {
  for (const title of ['👩‍🚀 Űr', 'שלום עולם', 'رواية', '小説', 'a'.repeat(500), '👍'.repeat(500)]) {
    assert.deepEqual(wrongFields({ ...EXAMPLE, title }), [], title);
  }
  for (const title of [
    '',
    '   ',
    'a\u0000b',
    'a\nb',
    '\ud800',
    'a\udc00',
    '\u202eabc',
    'a'.repeat(501),
    'x'.repeat(10_000),
  ]) {
    assert.deepEqual(wrongFields({ ...EXAMPLE, title }), ['title'], JSON.stringify(title.slice(0, 20)));
  }
});

test('days in the future and days that do not exist are refused', () => {
  for (const day of ['2026-04-15', '0001-01-01', '2024-02-29', '1999-12-31']) {
    assert.deepEqual(wrongFields({ ...EXAMPLE, creation_date: day }), [], day);
  }
  for (const day of [
    '2026-04-16',
    '2099-01-01',
    '2026-02-30',
    '2025-02-29',
    '2026-13-01',
    '2026-00-10',
    '0000-01-01',
    '2026-4-1',
    '20260401',
    '2026-04-15T00:00:00Z',
    '+002026-04-15',
    '',
  ]) {
    assert.deepEqual(wrongFields({ ...EXAMPLE, creation_date: day }), ['creation_date'], day);
  }
});

test('codes are those of the standards', () => {
  for (const [field, good, bad] of [
    ['author_country', ['SI', 'si', 'gb'], ['xx', 'uk', 'eu', 'svn', '']],
    ['source_language', ['en', 'EN', 'sl'], ['xx', 'eng', 'si-SI', '']],
  ] as const) {
    for (const code of good) assert.deepEqual(wrongFields({ ...EXAMPLE, [field]: code }), [], code);
    for (const code of bad) assert.deepEqual(wrongFields({ ...EXAMPLE, [field]: code }), [field], code);
  }
});

test('whatever is sent is taken or refused by field, and never fails otherwise', () => {
  const field = fc.constantFrom(...Object.keys(EXAMPLE), 'work_id', '__proto__', 'constructor');
  fc.assert(
    fc.property(field, fc.jsonValue(), (name, value) => {
      wrongFields({ ...EXAMPLE, ...JSON.parse(JSON.stringify({ [name]: value })) });
    }),
  );
});

test('a day is one of the calendar', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }), (date) =>
      isDay(date.toISOString().slice(0, 10)),
    ),
  );
});
