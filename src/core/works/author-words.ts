/** Letters that Unicode does not take apart into a plain one and a mark, though people who search do. */
const PLAIN: Readonly<Record<string, string>> = {
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ħ: 'h',
  ı: 'i',
  ł: 'l',
  ŋ: 'n',
  ŧ: 't',
  þ: 'th',
  // At the end of a word it is another letter than within.
  ς: 'σ',
};

/** Of a query; names that people have and search for are shorter. */
export const QUERY_MAX_WORDS = 8;
export const QUERY_MAX_CHARS = 200;

/**
 * Starts of words up to this length are terms of their own: more names share them than can be sorted at every search.
 * Longer ones are shared by one name in a hundred at the most.
 */
const SHORT_START_CHARS = 6;

/**
 * The words of a name without case and accents: runs of letters and digits. Made here and not by the engine, since
 * engines differ in it, and versions of one as well.
 */
export function listWords(text: string): readonly string[] {
  // Upper case takes apart what lower case leaves as it is, such as the German sharp s, though not its capital.
  const lower = text.normalize('NFKD').toLowerCase();
  const folded = lower.toUpperCase().toLowerCase().normalize('NFKD').replace(/\p{M}/gu, '');
  return folded.replace(/[æœøđðħıłŋŧþς]/g, (letter) => PLAIN[letter]!).match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** What a name is found by: each of its words, and the short starts of each. */
export function listTerms(words: readonly string[]): readonly string[] {
  const terms = new Set<string>();
  for (const word of words) {
    const chars = [...word];
    for (let length = 1; length <= Math.min(chars.length, SHORT_START_CHARS); length++) {
      terms.add(chars.slice(0, length).join(''));
    }
    terms.add(word);
  }
  return [...terms];
}

/** What words of a name have to start with. */
export interface WordStart {
  readonly start: string;
  /** Whether `start` is itself a term; else it is the start of one. */
  readonly isTerm: boolean;
}

/** A search for authors. The name has to have each of these starts. */
export interface AuthorQuery {
  /** The longest, which the fewest names have. */
  readonly first: WordStart;
  readonly others: readonly WordStart[];
}

/** Null for what no name can be found by. */
export function parseAuthorQuery(text: string): AuthorQuery | null {
  const words = [...new Set(listWords(text))].map((start) => ({ start, length: [...start].length }));
  const [first, ...others] = words
    .toSorted((one, other) => other.length - one.length)
    .map(({ start, length }) => ({ start, isTerm: length <= SHORT_START_CHARS }));
  return first === undefined || words.length > QUERY_MAX_WORDS ? null : { first, others };
}
