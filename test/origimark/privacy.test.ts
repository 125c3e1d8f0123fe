import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { CertificateRecord } from '../../src/core/certificate/certificate.ts';
import { parseAuthorQuery } from '../../src/core/works/author-words.ts';
import { createWorks } from '../../src/core/works/works.ts';
import { createDocumentPresenter } from '../../src/http/origimark/document.ts';
import type { CertificateDocument } from '../../src/proof/certificate/document.ts';
import { countMatches, selectPlaces } from '../../src/store/work-query.ts';
import { ENGINES } from '../support/databases.ts';
import { type Author, type OrigimarkServer, startOrigimarkServer } from '../support/origimark-server.ts';

type Level = 'public' | 'anonymous' | 'private';

interface Secret {
  readonly author: Author;
  readonly first: string;
  readonly last: string;
  readonly title: string;
  readonly certId: string;
  readonly workId: string;
  readonly hash: string;
}

/** As `core/certificate/documents.ts` composes it, but for the log. */
function documentOf({ manifestJson, keyId, signature, salt }: CertificateRecord): CertificateDocument {
  return {
    format: 'touchmark/certificate/1',
    manifest: JSON.parse(manifestJson),
    key_id: keyId,
    signature: Buffer.from(signature).toString('base64'),
    public_key: '',
    salt: Buffer.from(salt!).toString('hex'),
    log: null,
    status: null,
  };
}

const word = () => `q${randomBytes(6).toString('hex')}`;

for (const engine of ENGINES) {
  describe(`privacy on ${engine}`, () => {
    let server: OrigimarkServer;
    before(async () => {
      server = await startOrigimarkServer(engine);
    });
    after(() => server[Symbol.asyncDispose]());

    const presentDocument = (...args: Parameters<ReturnType<typeof createDocumentPresenter>>) =>
      createDocumentPresenter(createWorks(server.store))(...args);

    async function certifySecretly(level: Level): Promise<Secret> {
      const author = await server.createAuthor();
      const [first, last, title] = [word(), word(), word()];
      const fields = { author_first_name: first, author_last_name: last, title, privacy_level: level };
      const { cert_id: certId, work_id: workId, hash } = await server.certify(author, fields);
      await server.certify(author, { ...fields, work_id: workId });
      return { author, first, last, title, certId, workId, hash };
    }

    /** Everything that somebody else can get of a certificate or by looking for it, in one text. */
    async function readEverything({ certId, workId, hash, first, last, title }: Secret): Promise<string> {
      const stranger = await server.createAuthor();
      const member = await server.createMember();
      const paths = [
        `/api/v1/verify/${certId}`,
        `/api/v1/chain/${workId}`,
        '/api/v1/registry?page_size=50',
        '/api/v1/registry?page_size=50&order=newest',
        '/api/v1/registry?page_size=50&order=newest&work_type=text',
        ...[first, last, first.slice(0, 3), `${first} ${last}`, title].map((q) => `/api/v1/registry?q=${q}`),
      ];
      const texts: string[] = [];
      for (const headers of [{}, stranger.headers, { 'x-api-key': member.apiKey }]) {
        for (const path of paths) {
          const answer = await server.ask('GET', path, undefined, headers);
          assert.equal(answer.status, 200, `${path} ${answer.text}`);
          texts.push(answer.text, JSON.stringify([...answer.headers]));
        }
        texts.push((await server.ask('POST', '/api/v1/verify-by-hash', { hash }, headers)).text);
      }
      for (const [method, path, body] of [
        ['POST', `/api/v1/certs/${certId}/revoke`, undefined],
        ['PATCH', `/api/v1/certs/${certId}`, { privacy_level: 'private' }],
      ] as const) {
        const refused = await server.ask(method, path, body, stranger.headers);
        assert.equal(refused.status, 404);
        texts.push(refused.text);
      }
      texts.push((await server.ask('GET', '/api/v1/me/certs', undefined, stranger.headers)).text);
      // What bundles, documents and pages are made of, and what the log has.
      const records = await server.store.certificate.findMany([certId]);
      texts.push(JSON.stringify(records), ...records.map(({ manifestJson }) => manifestJson));
      const documents = await Promise.all(records.map((record) => presentDocument(record, documentOf(record))));
      texts.push(JSON.stringify(documents));
      const leaves = await server.database.kysely.selectFrom('log_event').select('leaf').execute();
      texts.push(...leaves.map(({ leaf }) => Buffer.from(leaf).toString()));
      return texts.join('\n');
    }

    const SHOWN: Readonly<Record<Level, { author: boolean; title: boolean; listed: boolean }>> = {
      public: { author: true, title: true, listed: true },
      anonymous: { author: false, title: true, listed: true },
      private: { author: false, title: false, listed: false },
    };

    function requireShown(text: string, { first, last, title, certId }: Secret, level: Level): void {
      const shown = SHOWN[level];
      // What was searched for may be repeated by nobody: the answers have no query in them.
      assert.equal(text.includes(first), shown.author, `first name, ${level}`);
      assert.equal(text.includes(last), shown.author, `last name, ${level}`);
      assert.equal(text.includes(title), shown.title, `title, ${level}`);
      assert.ok(text.includes(certId), 'the certificate itself can be found');
    }

    for (const level of ['public', 'anonymous', 'private'] as const) {
      test(`nothing that is redacted for ${level} works comes out by any route, nor from the log or the manifest`, async () => {
        const secret = await certifySecretly(level);
        requireShown(await readEverything(secret), secret, level);
      });
    }

    /** What anybody can read of the log: its entries, and so its tiles. */
    async function readLog(): Promise<readonly string[]> {
      const leaves = await server.store.log.listLeaves(0, await server.store.log.size());
      return leaves.map((leaf) => Buffer.from(leaf).toString());
    }

    test('no id of a private certificate is in the public log, neither when it is issued nor when it is revoked', async () => {
      const secret = await certifySecretly('private');
      const own = await server.ask('GET', '/api/v1/me/certs', undefined, secret.author.headers);
      const ids: readonly string[] = own.json.items.map(({ cert_id }: { cert_id: string }) => cert_id);
      assert.equal(ids.length, 2);
      const before = await readLog();
      for (const id of ids) {
        const revoked = await server.ask('POST', `/api/v1/certs/${id}/revoke`, undefined, secret.author.headers);
        assert.equal(revoked.status, 200, revoked.text);
      }
      const log = await readLog();
      for (const id of [...ids, secret.workId]) assert.ok(!log.some((entry) => entry.includes(id)), id);
      // Who has the certificate finds both of its entries by the commitment.
      const added = log.slice(before.length).map((entry) => JSON.parse(entry));
      const records = await server.store.certificate.findMany(ids);
      for (const { commitment } of records) {
        const hex = Buffer.from(commitment).toString('hex');
        assert.ok(before.some((entry) => entry.includes(hex)));
        assert.equal(
          added.filter((entry) => entry.commitment === hex && entry.type === 'certificate.revoked').length,
          1,
        );
      }
    });

    test('the log names public and anonymous certificates, so that monitors can follow them', async () => {
      for (const level of ['public', 'anonymous'] as const) {
        const { certId } = await certifySecretly(level);
        assert.ok(
          (await readLog()).some((entry) => JSON.parse(entry).certificate_id === certId),
          level,
        );
      }
    });

    async function countOf(query: string): Promise<{ total: number; ids: readonly string[] }> {
      const { json } = await server.ask('GET', `/api/v1/registry?${query}&page_size=50&order=newest`);
      return { total: json.total, ids: json.items.map(({ cert_id }: { cert_id: string }) => cert_id) };
    }

    test('counts and searches know private works in no way, and the names of anonymous authors in none', async () => {
      const all = await countOf('');
      const hidden = await certifySecretly('private');
      assert.equal((await countOf('')).total, all.total);
      const anonymous = await certifySecretly('anonymous');
      const after = await countOf('');
      assert.equal(after.total, all.total + 2);
      assert.ok(after.ids.includes(anonymous.certId) && !after.ids.includes(hidden.certId));
      for (const { first, last, title } of [hidden, anonymous]) {
        for (const q of [first, last, title, first.slice(0, 4), `${first} ${last}`]) {
          assert.deepEqual(await countOf(`q=${q}`), { total: 0, ids: [] });
        }
      }
    });

    test('what searches read has no word of anybody redacted, so that not even their time can tell of one', async () => {
      const redacted: Secret[] = [await certifySecretly('private'), await certifySecretly('anonymous')];
      for (const change of [{ privacy_level: 'private' }, { privacy_level: 'anonymous' }, { erase_author: true }]) {
        const secret = await certifySecretly('public');
        await server.ask('PATCH', `/api/v1/certs/${secret.certId}`, change, secret.author.headers);
        redacted.push(secret);
      }
      const shown = await certifySecretly('public');
      const { kysely } = server.database;
      const readSearched = async ({ workId }: Secret) => {
        const versions = await kysely.selectFrom('work_version').selectAll().where('work_id', '=', workId).execute();
        const places = versions.flatMap(({ place }) => (place === null ? [] : [place]));
        const terms = kysely.selectFrom('work_term').select('term').where('work_type', '=', versions[0]!.work_type);
        const found = places.length === 0 ? [] : await terms.where('place', 'in', places).execute();
        return { found, words: versions.map(({ author_words }) => author_words) };
      };
      for (const secret of redacted) assert.deepEqual(await readSearched(secret), { found: [], words: ['', ''] });
      const { found, words } = await readSearched(shown);
      assert.ok(found.some(({ term }) => term === shown.first) && words.every((text) => text.includes(shown.last)));

      // And no search reads anything else that is about a person, a title or a level.
      for (const q of ['jo', 'johannes', 'johannes jo', 'johannes johansson']) {
        const author = parseAuthorQuery(q)!;
        const days = { from: '2026-01-01', to: '2026-12-31' };
        const filter = { author, workTypes: ['text', 'audio'] as const, places: { from: 0, end: 9 }, days };
        const page = { order: 'oldest', after: null, offset: 0, limit: 20 } as const;
        for (const query of [selectPlaces(filter, page), countMatches(author, filter, 100)]) {
          assert.doesNotMatch(query.compile(kysely).sql, /first_name|last_name|country|title|privacy|salt/, q);
        }
      }
    });

    test('a work can be made more private, all its versions at once, and never less', async () => {
      const secret = await certifySecretly('public');
      const change = (body: object) =>
        server.ask('PATCH', `/api/v1/certs/${secret.certId}`, body, secret.author.headers);
      const total = (await countOf('')).total;
      assert.equal((await countOf(`q=${secret.first}`)).total, 2);
      const before = (await server.ask('GET', `/api/v1/verify/${secret.certId}`)).json;

      const anonymous = await change({ privacy_level: 'anonymous' });
      assert.deepEqual([anonymous.status, anonymous.json.author_last_name], [200, null]);
      requireShown(await readEverything(secret), secret, 'anonymous');
      assert.equal((await countOf(`q=${secret.first}`)).total, 0);
      assert.equal((await countOf('')).total, total);

      assert.equal((await change({ privacy_level: 'private' })).status, 200);
      requireShown(await readEverything(secret), secret, 'private');
      assert.equal((await countOf('')).total, total - 2);

      for (const privacy_level of ['public', 'anonymous']) {
        const refused = await change({ privacy_level });
        assert.equal(refused.status, 400);
        assert.equal(refused.json.error.details.errors[0].field, 'privacy_level');
      }
      assert.equal((await change({ privacy_level: 'private' })).status, 200);
      const after = (await server.ask('GET', `/api/v1/verify/${secret.certId}`)).json;
      assert.deepEqual([after.manifest, after.signature], [before.manifest, before.signature]);
      const own = await server.ask('GET', '/api/v1/me/certs', undefined, secret.author.headers);
      assert.ok(own.text.includes(secret.first) && own.text.includes(secret.title));
    });

    test('an erased author is nowhere in the database, and signature, manifest and log stay as they were', async () => {
      const secret = await certifySecretly('public');
      const { json: before } = await server.ask('GET', `/api/v1/verify/${secret.certId}`);
      const size = await server.store.log.size();
      const erased = await server.ask(
        'PATCH',
        `/api/v1/certs/${secret.certId}`,
        { erase_author: true },
        secret.author.headers,
      );
      assert.equal(erased.status, 200, erased.text);
      const { json: after } = await server.ask('GET', `/api/v1/verify/${secret.certId}`);
      assert.deepEqual([after.manifest, after.signature, after.status], [before.manifest, before.signature, 'active']);
      assert.deepEqual([after.author_first_name, after.author_country, after.openings.author], [null, null, undefined]);
      assert.equal(after.title, secret.title);
      assert.equal(await server.store.log.size(), size);
      const own = await server.ask('GET', '/api/v1/me/certs', undefined, secret.author.headers);
      assert.ok(!own.text.includes(secret.first));
      assert.equal((await countOf(`q=${secret.first}`)).total, 0);
      const { kysely } = server.database;
      const tables = ['work', 'work_version', 'work_term', 'certificate', 'webhook_event'] as const;
      for (const table of tables) {
        const rows = JSON.stringify(await kysely.selectFrom(table).selectAll().execute());
        for (const name of [secret.first, secret.last]) assert.ok(!rows.includes(name), `${name} in ${table}`);
      }
    });

    test('a work whose last word was said about its author still gets versions, with the author of each', async () => {
      const secret = await certifySecretly('public');
      await server.ask('PATCH', `/api/v1/certs/${secret.certId}`, { erase_author: true }, secret.author.headers);
      const next = await server.certify(secret.author, { work_id: secret.workId });
      assert.equal(next.version, 3);
    });
  });
}
