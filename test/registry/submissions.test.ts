import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { ENGINES } from '../support/databases.ts';
import {
  type RegistryPerson,
  type RegistryServer,
  sampleSubmission,
  startRegistryServer,
} from '../support/registry-server.ts';

interface Submission {
  id: string;
  status: string;
  artist: { id: string; handle: string; display_name: string };
  track: { id: string; title: string };
  master: { sha256: string };
  metadata: Record<string, unknown>;
}
interface Failure {
  error: { code: string; type: string; details?: { errors: { field: string; message: string }[] } };
}
interface CertificatePage {
  certificates: { cert_id: string }[];
  next_cursor: string | null;
}

for (const engine of ENGINES) {
  describe(`submissions and artists (${engine})`, () => {
    let server: RegistryServer;
    let partner: RegistryPerson;
    let stranger: RegistryPerson;
    let operator: RegistryPerson;
    before(async () => {
      server = await startRegistryServer(engine);
      partner = await server.signUp({ handle: 'the-partner' });
      stranger = await server.signUp();
      operator = await server.signUp({ operator: true });
    });
    after(() => server?.[Symbol.asyncDispose]());

    const post = (body: unknown, key: string | null = partner.keys.sk_live, headers = {}) =>
      server.ask('POST', '/api/v1/submissions', key, body, headers);
    const submit = async (changes = {}, key = partner.keys.sk_live) => {
      const answer = await post(sampleSubmission(changes), key);
      assert.equal(answer.status, 201, JSON.stringify(answer.body));
      return answer.body as Submission;
    };
    const codeOf = ({ body }: { body: unknown }) => (body as Failure).error.code;
    const fieldsOf = ({ body }: { body: unknown }) => (body as Failure).error.details!.errors.map(({ field }) => field);

    test('who may submit: a secret key that may write; and who may look: the account that did', async () => {
      const body = sampleSubmission();
      assert.deepEqual([(await post(body, null)).status, (await post(body, 'to_sk_live_x')).status], [401, 401]);
      assert.equal((await post(body, partner.keys.pk_live)).status, 403);
      const reader = await server.mint(partner.id, 'trackorigin-secret-live', ['read']);
      assert.equal((await post(body, reader)).status, 403);
      const { id } = await submit();
      const path = `/api/v1/submissions/${id}`;
      assert.equal((await server.ask('GET', path, reader)).status, 200);
      assert.equal((await server.ask('GET', path, stranger.keys.sk_live)).status, 404);
      assert.equal((await server.ask('GET', path, partner.keys.sk_test)).status, 404);
      assert.equal((await server.ask('GET', '/api/v1/submissions/nothing', partner.keys.sk_live)).status, 404);
      assert.equal((await server.ask('GET', `/api/account/submissions/${id}`, partner.session)).status, 200);
      assert.equal((await server.ask('GET', `/api/account/submissions/${id}`, stranger.session)).status, 404);
    });

    test('what is wrong with a submission is said field by field, all at once', async () => {
      const answer = await post({
        title: 'x'.repeat(10_000),
        sha256: 'zz',
        duration_ms: 0,
        fingerprint: 'AQAD',
        fingerprint2: '====',
        artist: { handle: 'a', display_name: 'b' },
        metadata: {
          isrc: 'nope',
          upc: '1',
          release: '\u202eevil',
          release_date: '2026-02-30',
          language: 'english',
          contributors: [{ name: ' ', role: 'composer' }],
        },
        declarations: { human_composition: true, human_performance: true, rights_held: true, ai_use: 'none' },
      });
      assert.equal(answer.status, 400);
      assert.equal(codeOf(answer), 'validation_error');
      assert.deepEqual(fieldsOf(answer), [
        'artist/handle',
        'title',
        'sha256',
        'duration_ms',
        'fingerprint',
        'fingerprint2',
        'metadata/isrc',
        'metadata/upc',
        'metadata/release',
        'metadata/release_date',
        'metadata/language',
        'metadata/contributors/0/name',
      ]);
    });

    test('bad input is a 400 or 413 or 415, never more', async () => {
      const good = sampleSubmission();
      const { declarations } = good as { declarations: object };
      for (const change of [
        { title: null },
        { title: 7 },
        { title: '' },
        { title: '  ' },
        { title: '\ud800' },
        { title: 'a\u0007b' },
        { title: 'line\nbreak' },
        { sha256: 'é'.repeat(32) },
        { duration_ms: 1.5 },
        { duration_ms: -1 },
        { duration_ms: 1e300 },
        { duration_ms: '187' },
        { fingerprint: '' },
        { fingerprint: 'AAA' },
        { fingerprint: 'AAAA' },
        { fingerprint: Buffer.alloc(30_000).toString('base64') },
        { fingerprint: undefined, fingerprint2: 'AAAAAA==' },
        { artist: 'marasings' },
        { artist: {} },
        { artist: { handle: 'admin', display_name: 'x' } },
        { artist: { handle: 'brand-new-one' } },
        { artist: { id: 'art_1' } },
        { artist: { id: `art_${'0'.repeat(26)}` } },
        { artist: { handle: 'fine-handle', display_name: 'x', avatar_url: 'http://example.org/a.png' } },
        { metadata: { release_date: '9999-12-31' } },
        { metadata: { release_date: '0000-00-00' } },
        { metadata: { unknown: 1 } },
        { metadata: { contributors: Array(51).fill({ name: 'x', role: 'other' }) } },
        { metadata: [] },
        { declarations: { ...declarations, ai_use: 'some' } },
        { declarations: { ...declarations, human_composition: 'yes' } },
        { declarations: {} },
        { declarations: undefined },
        { extra: true },
      ]) {
        const answer = await post({ ...good, ...change });
        assert.equal(answer.status, 400, `${JSON.stringify(change)}: ${JSON.stringify(answer.body)}`);
        assert.ok(['validation_error', 'unknown_artist'].includes(codeOf(answer)));
      }
      for (const body of ['', '[]', 'null', '"x"', '{', '{"title":'])
        assert.equal((await post(body)).status, 400, body);
      assert.equal((await post(JSON.stringify({ ...good, title: 'x'.repeat(200_000) }))).status, 413);
      assert.equal((await post(good, undefined, { 'content-type': 'text/plain' })).status, 415);
      for (const key of ['', 'x'.repeat(201), 'a b']) {
        const answer = await post(good, undefined, { 'idempotency-key': key });
        assert.deepEqual([answer.status, codeOf(answer)], [400, 'invalid_idempotency_key']);
      }
    });

    test('titles of any script are kept as they are, in one normal form', async () => {
      for (const title of ['Leuchtturm 🗼👩‍👩‍👧', 'منارة', 'x'.repeat(200), 'e\u0301te']) {
        const submission = await submit({ title, artist: { handle: 'scripts', display_name: 'Scripts' } });
        assert.equal(submission.track.title, title.normalize('NFC'));
      }
    });

    test('a repeated request with an idempotency key is one submission, also when both come at once', async () => {
      const body = sampleSubmission();
      const headers = { 'idempotency-key': `order-${randomBytes(4).toString('hex')}` };
      const answers = await Promise.all(Array.from({ length: 6 }, () => post(body, undefined, headers)));
      assert.deepEqual(
        answers.map(({ status }) => status),
        Array(6).fill(201),
      );
      assert.equal(new Set(answers.map((answer) => (answer.body as Submission).id)).size, 1);
      const other = await post({ ...body, title: 'Another' }, undefined, headers);
      assert.deepEqual([other.status, codeOf(other)], [409, 'idempotency_mismatch']);
      assert.equal(
        (await post({ ...body, sha256: 'cd'.repeat(32) }, stranger.keys.sk_live, { ...headers })).status,
        409,
      );
    });

    test('of the same recording submitted at once by one account, one waits and the others are told so', async () => {
      const body = sampleSubmission();
      const answers = await Promise.all(Array.from({ length: 5 }, () => post(body)));
      assert.deepEqual(answers.map(({ status }) => status).toSorted(), [201, 409, 409, 409, 409]);
      for (const answer of answers) if (answer.status === 409) assert.equal(codeOf(answer), 'submission_pending');
    });

    test('a handle is one artist’s: of accounts that name it at once, one gets it', async () => {
      const people = await Promise.all(Array.from({ length: 4 }, () => server.signUp()));
      const artist = { handle: 'contested', display_name: 'Contested' };
      const answers = await Promise.all(people.map(({ keys }) => post(sampleSubmission({ artist }), keys.sk_live)));
      assert.deepEqual(answers.map(({ status }) => status).toSorted(), [201, 409, 409, 409]);
      for (const answer of answers) if (answer.status === 409) assert.equal(codeOf(answer), 'artist_handle_taken');
      const taken = await post(
        sampleSubmission({ artist: { handle: 'the-partner', display_name: 'x' } }),
        stranger.keys.sk_live,
      );
      assert.equal(codeOf(taken), 'artist_handle_taken');
      const name = { handle: 'contested', displayName: 'x', bio: null, location: null, avatarUrl: null };
      const outcome = await server.store.transact(({ account }) => account.saveProfile(stranger.id, name));
      assert.equal(outcome, 'handle-taken');
    });

    test('an artist is the same by handle, by id, and for the account itself', async () => {
      const one = await submit({ artist: { handle: 'twice', display_name: 'Twice', bio: 'Two of us.' } });
      const byHandle = await submit({ artist: { handle: 'TWICE' } });
      const byId = await submit({ artist: { id: one.artist.id } });
      assert.deepEqual([byHandle.artist, byId.artist], [one.artist, one.artist]);
      assert.deepEqual(
        fieldsOf(await post(sampleSubmission({ artist: { handle: 'twice', display_name: 'Thrice' } }))),
        ['artist/display_name'],
      );
      assert.equal(
        codeOf(await post(sampleSubmission({ artist: { id: one.artist.id } }), stranger.keys.sk_live)),
        'unknown_artist',
      );
      const own = await submit({ artist: undefined });
      const named = await submit({ artist: { handle: 'the-partner' } });
      assert.equal(own.artist.id, named.artist.id);
      assert.equal(own.artist.handle, 'the-partner');
      assert.deepEqual(fieldsOf(await post(sampleSubmission({ artist: null }), stranger.keys.sk_live)), ['artist']);
    });

    test('an account submits by session, from our own pages, and lists what it submitted page by page', async () => {
      const person = await server.signUp({ handle: 'pager' });
      const path = '/api/account/submissions';
      const byCookie = (headers: object) =>
        server.ask('POST', path, null, sampleSubmission({ artist: null }), { cookie: person.cookie, ...headers });
      assert.equal((await byCookie({})).status, 403);
      assert.equal((await server.ask('POST', path, null, sampleSubmission())).status, 401);
      assert.equal((await server.ask('POST', path, person.keys.sk_live, sampleSubmission())).status, 401);
      const made: string[] = [];
      for (let i = 0; i < 5; i++) made.unshift(((await byCookie({ origin: server.origin })).body as Submission).id);
      const seen: string[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const answer = await server.ask('GET', `${path}?limit=2${cursor && `&cursor=${cursor}`}`, person.session);
        const page = answer.body as { submissions: Submission[]; next_cursor: string | null };
        seen.push(...page.submissions.map(({ id }) => id));
        cursor = page.next_cursor;
      }
      assert.deepEqual(seen, made);
      for (const query of ['limit=0', 'limit=101', 'limit=x', 'limit=-1', 'cursor=AAAA']) {
        assert.equal((await server.ask('GET', `${path}?${query}`, person.session)).status, 400, query);
      }
    });

    test('certificates of an artist come newest first; a new one moves no page, and no cursor can be made up', async () => {
      const artist = { handle: 'prolific', display_name: 'Prolific' };
      const issue = async () => {
        const { id } = await submit({ artist });
        const path = `/api/operator/submissions/${id}/decision`;
        const answer = await server.ask('POST', path, operator.session, { verdict: 'verified', reason: 'Fine.' });
        return (answer.body as { cert_id: string }).cert_id;
      };
      const ids: string[] = [];
      for (let i = 0; i < 5; i++) ids.unshift(await issue());
      const path = '/api/v1/artists/prolific/certificates';
      const read = async (query: string) => (await server.ask('GET', `${path}?${query}`, null)).body as CertificatePage;
      const first = await read('limit=2');
      const late = await issue();
      const second = await read(`limit=2&cursor=${first.next_cursor}`);
      const third = await read(`limit=2&cursor=${second.next_cursor}`);
      const listed = [first, second, third].flatMap((page) => page.certificates.map(({ cert_id }) => cert_id));
      assert.deepEqual(listed, ids);
      assert.equal(third.next_cursor, null);
      assert.equal((await read('')).certificates[0]!.cert_id, late);
      const cursor = first.next_cursor!;
      const swapped = cursor.slice(0, 20) + (cursor[20] === 'A' ? 'B' : 'A') + cursor.slice(21);
      for (const bad of [swapped, cursor.slice(1), `${cursor}A`, 'x', encodeURIComponent('💥')]) {
        const answer = await server.ask('GET', `${path}?cursor=${bad}`, null);
        assert.deepEqual([answer.status, codeOf(answer)], [400, 'invalid_cursor'], bad);
      }
      await submit({ artist: { handle: 'other-one', display_name: 'Other' } });
      const elsewhere = await server.ask('GET', `/api/v1/artists/the-partner/certificates?cursor=${cursor}`, null);
      assert.equal(elsewhere.status, 400);
      for (const limit of ['0', '101', '1e2', '-1', '']) {
        assert.equal((await server.ask('GET', `${path}?limit=${limit}`, null)).status, 400, limit);
      }
      assert.equal((await server.ask('GET', '/api/v1/artists/nobody/certificates', null)).status, 404);
      // Under review is nobody's business.
      assert.equal((await server.ask('GET', '/api/v1/artists/other-one', null)).status, 404);
    });

    test('a flood of submissions ends at a limit, and decisions make room', async () => {
      const flooder = await server.signUp();
      await submit({}, flooder.keys.sk_test);
      await server.database.kysely
        .updateTable('registry_account')
        .set({ pending: 1000 })
        .where('account_id', '=', flooder.id)
        .execute();
      const answer = await post(sampleSubmission(), flooder.keys.sk_test);
      assert.deepEqual([answer.status, codeOf(answer)], [409, 'too_many_pending_submissions']);
    });
  });
}
