import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { checkRegistration } from '../../src/core/works/check-registration.ts';
import { ENGINES } from '../support/databases.ts';
import { type Author, type OrigimarkServer, registration, startOrigimarkServer } from '../support/origimark-server.ts';

const DAY_MS = 24 * 3600_000;
const DAYS = 6;
const TYPES = ['text', 'photograph', '3d', 'ai_prompt'];
const LEVELS = ['public', 'public', 'anonymous', 'private'];
/** Names, and the words that they are searched by, written down by hand. */
const NAMES: readonly (readonly [first: string, last: string, words: readonly string[]])[] = [
  ['Jane', 'Doe', ['jane', 'doe']],
  ['JANE', 'Doering', ['jane', 'doering']],
  ['Karel', 'Čapek', ['karel', 'capek']],
  ['Łukasz', 'Żółć', ['lukasz', 'zolc']],
  ['Anne-Marie', 'O’Brien', ['anne', 'marie', 'o', 'brien']],
  ['Marie', 'Marianelli', ['marie', 'marianelli']],
  ['Jürgen', 'Weiß', ['jurgen', 'weiss']],
  ['Ὀδυσσεύς', 'Ελύτης', ['οδυσσευσ', 'ελυτησ']],
  ['נועה', 'לוי', ['נועה', 'לוי']],
  ['小龍', '李', ['小龍', '李']],
  ['100%', '_Under_', ['100', 'under']],
];

interface Known {
  readonly certId: string;
  readonly words: readonly string[];
  readonly type: string;
  readonly level: string;
  readonly day: string;
}

interface Search {
  readonly start: number;
  readonly word: number;
  readonly chars: number;
  readonly mode: number;
  readonly type: string | null;
  readonly from: number | null;
  readonly to: number | null;
  readonly order: 'oldest' | 'newest';
  readonly size: number;
  readonly byCursor: boolean;
}

for (const engine of ENGINES) {
  describe(`the registry on ${engine}`, () => {
    let server: OrigimarkServer;
    let author: Author;
    const known: Known[] = [];
    const firstDay = Math.floor(Date.now() / DAY_MS) * DAY_MS - DAYS * DAY_MS;
    const dayOf = (index: number) => new Date(firstDay + index * DAY_MS).toISOString().slice(0, 10);

    before(async () => {
      server = await startOrigimarkServer(engine);
      author = await server.createAuthor();
      for (let day = 0; day < DAYS; day++) {
        server.time.offsetMs = firstDay + day * DAY_MS + 60_000 - Date.now();
        const wanted = Array.from({ length: 30 }, (_, i) => {
          const [first, last, words] = NAMES[(i * 7 + day) % NAMES.length]!;
          const [type, level] = [TYPES[(i + day) % TYPES.length]!, LEVELS[(i * 3 + day) % LEVELS.length]!];
          return { first, last, words, type, level };
        });
        // Those that come together are certified in the order in which they came.
        const certified = await Promise.all(
          wanted.map(({ first, last, type, level }) => {
            const names = { author_first_name: first, author_last_name: last };
            const body = registration({ ...names, work_type: type, privacy_level: level, creation_date: null });
            return server.certifier.certify(author.ownerId, checkRegistration(body, Date.now()));
          }),
        );
        for (const [i, { version }] of certified.entries()) {
          const { words, type, level } = wanted[i]!;
          known.push({ certId: version.certId, words, type, level, day: dayOf(day) });
        }
      }
      server.time.offsetMs = 0;
    });
    after(() => server[Symbol.asyncDispose]());

    async function browse(query: Record<string, string>) {
      const answer = await server.ask('GET', `/api/v1/registry?${new URLSearchParams(query)}`);
      assert.equal(answer.status, 200, answer.text);
      return answer.json as {
        items: { cert_id: string; registered_at: string }[];
        total: number;
        total_is_exact: boolean;
        next_cursor: string | null;
        page: number;
        page_size: number;
      };
    }

    async function walk(query: Record<string, string>, byCursor = false): Promise<readonly string[]> {
      const ids: string[] = [];
      let cursor: string | null = null;
      for (let page = 1; ; page++) {
        const place: Record<string, string> = byCursor ? (cursor === null ? {} : { cursor }) : { page: String(page) };
        const answer = await browse({ ...query, ...place });
        ids.push(...answer.items.map(({ cert_id }) => cert_id));
        cursor = answer.next_cursor;
        if (cursor === null) return ids;
      }
    }

    test('every search finds what comparing all names one by one finds, on every way through the pages', async () => {
      const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { freq: 2 });
      const searches: fc.Arbitrary<Search> = fc.record({
        start: fc.nat(NAMES.length - 1),
        word: fc.nat(3),
        chars: fc.integer({ min: 0, max: 9 }),
        mode: fc.nat(3),
        type: maybe(fc.constantFrom(...TYPES)),
        from: maybe(fc.nat(DAYS)),
        to: maybe(fc.nat(DAYS)),
        order: fc.constantFrom('oldest', 'newest'),
        size: fc.integer({ min: 1, max: 50 }),
        byCursor: fc.boolean(),
      });
      await fc.assert(
        fc.asyncProperty(searches, async (search) => {
          const { words } = { words: NAMES[search.start]![2] };
          const word = words[search.word % words.length]!;
          const start = [...word].slice(0, search.chars).join('');
          // In capitals, with an accent more, or with a second word that has to match as well.
          const typed = [start, start.toUpperCase(), `${start}\u0301`, `${start} ${words[0]!}`][search.mode]!;
          const wanted = search.mode === 3 ? [start, words[0]!] : [start];
          const [from, to] = [search.from ?? 0, search.to ?? DAYS - 1];
          fc.pre(from <= to);
          const isSearch = /[\p{L}\p{N}]/u.test(typed);
          fc.pre(isSearch || search.mode < 2);
          const expected = known.filter(
            ({ words: names, type, level, day }) =>
              level !== 'private' &&
              (search.type === null || type === search.type) &&
              day >= dayOf(from) &&
              day <= dayOf(to) &&
              (!isSearch ||
                (level === 'public' && wanted.every((part) => names.some((name) => name.startsWith(part))))),
          );
          const query = {
            ...(isSearch && { q: typed }),
            ...(search.type !== null && { work_type: search.type }),
            ...(search.from !== null && { date_from: dayOf(from) }),
            ...(search.to !== null && { date_to: dayOf(to) }),
            order: search.order,
            page_size: String(search.size),
          };
          const ids = expected.map(({ certId }) => certId);
          assert.deepEqual(await walk(query, search.byCursor), search.order === 'oldest' ? ids : ids.toReversed());
          const { total, total_is_exact: isExact } = await browse(query);
          assert.deepEqual([total, isExact], [ids.length, true]);
        }),
        { numRuns: engine === 'postgres' ? 120 : 60 },
      );
    });

    test('what no name can start with finds nothing', async () => {
      for (const q of ['!?', '%', '_', '\ufffd', "' or 1=1 --", '%%', '\u{10ffff}']) {
        const { items, total } = await browse({ q });
        assert.deepEqual([items, total], [[], 0], q);
      }
      assert.equal((await browse({ q: '' })).total, (await browse({})).total);
      assert.equal((await browse({ q: '  ' })).total, (await browse({})).total);
    });

    test('wrong parameters, and cursors that this list did not give, are a 400 that names each of them', async () => {
      const cursor = (await browse({ page_size: '1' })).next_cursor!;
      for (const [query, fields] of [
        ['page_size=51', ['page_size']],
        ['page_size=0&page=0', ['page_size', 'page']],
        ['page=-1', ['page']],
        ['page=1e9', ['page']],
        ['page=501', ['page']],
        ['page=1&page=2', ['page']],
        ['work_type=novel&date_from=2026-02-30&date_to=today', ['work_type', 'date_from', 'date_to']],
        ['date_from=2026-05-02&date_to=2026-05-01', ['date_to']],
        ['order=best', ['order']],
        ['cursor=ABC', ['cursor']],
        ['cursor=zzzzzzzzzzzzz', ['cursor']],
        ['cursor=-1', ['cursor']],
        ['cursor=abc', ['cursor']],
        [`cursor=${cursor}x`, ['cursor']],
        [`cursor=${Buffer.from(cursor, 'base64url').reverse().toString('base64url')}`, ['cursor']],
        [`cursor=${cursor}&order=newest`, ['cursor']],
        [`cursor=${cursor}&page=2`, ['page']],
        [`q=${'a'.repeat(201)}`, ['q']],
        ['q=a+b+c+d+e+f+g+h+i', ['q']],
      ] as const) {
        const answer = await server.ask('GET', `/api/v1/registry?${query}`);
        assert.deepEqual([answer.status, answer.json.error.code], [400, 'validation_error'], query);
        const named = answer.json.error.details.errors.map(({ field }: { field: string }) => field);
        assert.deepEqual(named, fields, query);
      }
      assert.equal((await browse({})).page_size, 20);
      assert.equal((await browse({ page_size: '50' })).page_size, 50);
      assert.deepEqual((await browse({ page: '200', page_size: '50' })).items, []);
    });

    test('pages stay as they are while new certificates come in', async () => {
      const before = await walk({ page_size: '50' });
      const seen: string[] = [];
      let isOver = false;
      const writing = (async () => {
        while (!isOver)
          await Promise.all(Array.from({ length: 5 }, () => server.certify(author, { work_type: 'code' })));
      })();
      for (let page = 1; seen.length < before.length; page++) {
        const { items } = await browse({ page: String(page), page_size: '7' });
        seen.push(...items.map(({ cert_id }) => cert_id));
      }
      isOver = true;
      await writing;
      assert.deepEqual(seen.slice(0, before.length), before);
      const all = await walk({ page_size: '50' });
      assert.equal(new Set(all).size, all.length);
      assert.equal(all.length, (await browse({})).total);
    });
  });
}
