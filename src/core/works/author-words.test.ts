import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { listTerms, listWords, parseAuthorQuery } from './author-words.ts';

test('case, accents and letters with strokes make no difference', () => {
  for (const [typed, words] of [
    ['Čapek', ['capek']],
    ['CAPEK', ['capek']],
    ['c\u030cape\u0301k', ['capek']],
    ['Łukasz Żółć', ['lukasz', 'zolc']],
    ['Straße', ['strasse']],
    ['STRASSE', ['strasse']],
    ['ΟΔΥΣΣΕΥΣ', ['οδυσσευσ']],
    ['οδυσσεύς', ['οδυσσευσ']],
    ['İpek Iğdır', ['ipek', 'igdir']],
    ['Ærø', ['aero']],
    ['ﬁnn', ['finn']],
    ['O’Brien-Smith Jr. 3rd', ['o', 'brien', 'smith', 'jr', '3rd']],
    ['נועה', ['נועה']],
    ['李小龍', ['李小龍']],
    ['👩‍🚀 !?', []],
  ] as const) {
    assert.deepEqual(listWords(typed), words, typed);
  }
});

test('normalising twice is normalising once, and words hold nothing that a query language knows', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 30 }), (text) => {
      const words = listWords(text);
      assert.deepEqual(listWords(words.join(' ')), words);
      for (const word of words) assert.match(word, /^[\p{L}\p{N}]+$/u);
    }),
    { numRuns: 2000 },
  );
});

test('a name has a term for each start of a query that asks for a term, and the word for each other one', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }), (name) => {
      const terms = listTerms(listWords(name));
      assert.equal(new Set(terms).size, terms.length);
      for (const word of listWords(name)) {
        const chars = [...word];
        for (let length = 1; length <= chars.length; length++) {
          const { first: query } = parseAuthorQuery(chars.slice(0, length).join(''))!;
          const found = query.isTerm ? terms.includes(query.start) : terms.some((term) => term.startsWith(query.start));
          assert.ok(found, `${query.start} of ${word}`);
        }
      }
    }),
    { numRuns: 1000 },
  );
});

test('the longest word of a query leads, and what has no words finds nothing', () => {
  assert.deepEqual(parseAuthorQuery('J. Doe d doe Marianelli'), {
    first: { start: 'marianelli', isTerm: false },
    others: ['doe', 'j', 'd'].map((start) => ({ start, isTerm: true })),
  });
  assert.equal(parseAuthorQuery(' ?! '), null);
  assert.equal(parseAuthorQuery('a b c d e f g h i'), null);
});
