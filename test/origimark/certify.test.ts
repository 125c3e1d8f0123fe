import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { encodeCanonical } from '../../src/base/canonical-json.ts';
import { verifyEd25519 } from '../../src/config/ed25519.ts';
import { createWorks } from '../../src/core/works/works.ts';
import { createDocumentPresenter } from '../../src/http/origimark/document.ts';
import type { CertificateDocument } from '../../src/proof/certificate/document.ts';
import { ENGINES } from '../support/databases.ts';
import {
  type OrigimarkServer,
  PUBLIC_URL,
  randomHash,
  registration,
  startOrigimarkServer,
} from '../support/origimark-server.ts';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

for (const engine of ENGINES) {
  describe(`certify on ${engine}`, () => {
    let server: OrigimarkServer;
    before(async () => {
      server = await startOrigimarkServer(engine);
    });
    after(() => server[Symbol.asyncDispose]());

    test('a certificate has the ids and addresses of the contract, and a signature that anybody can check', async () => {
      const author = await server.createAuthor();
      const made = await server.certify(author);
      assert.match(made.cert_id, UUID_V7);
      assert.match(made.work_id, UUID_V7);
      assert.equal(made.version, 1);
      assert.equal(made.verify_url, `${PUBLIC_URL}/cert/${made.cert_id}`);
      assert.equal(made.pdf_url, `${made.verify_url}/certificate.pdf`);
      assert.equal(made.badge_url, `${made.verify_url}/badge.svg`);
      assert.equal(made.qr_url, `${made.verify_url}/qr.svg`);
      const { json } = await server.ask('GET', `/api/v1/verify/${made.cert_id}`);
      assert.deepEqual(json.manifest, made.manifest);
      const signature = Buffer.from(json.signature, 'base64');
      assert.ok(verifyEd25519(server.signingKey.publicKey, encodeCanonical(json.manifest), signature));
      assert.equal(json.manifest.cert_id, made.cert_id);
      assert.equal(json.manifest.hash, json.hash);
      // The format of the commitments, from their description alone.
      for (const [name, value] of [
        ['title', '"My Novel"'],
        ['author', '{"country":"si","first_name":"Jane","last_name":"Doe"}'],
      ] as const) {
        const digest = createHash('sha256')
          .update(Buffer.from(json.openings[name].salt, 'hex'))
          .update(`{"name":"${name}","value":${value}}`)
          .digest('hex');
        assert.equal(json.manifest[`${name}_commitment`], digest);
      }
    });

    test('every certificate is an event of the log, and each number is one event', async () => {
      const author = await server.createAuthor();
      const before = await server.store.log.size();
      const made = await Promise.all(Array.from({ length: 40 }, () => server.certify(author)));
      const numbers = made.map(({ log_sequence }) => log_sequence).toSorted((a, b) => a - b);
      assert.deepEqual(
        numbers,
        Array.from({ length: 40 }, (_, i) => before + 1 + i),
      );
      assert.equal(await server.store.log.size(), before + 40);
    });

    test('of the same hash at once exactly one is certified, whoever asks, and the others of the group are not hurt', async () => {
      const authors = await Promise.all(Array.from({ length: 6 }, () => server.createAuthor()));
      const hash = randomHash();
      const size = await server.store.log.size();
      const asked = authors.flatMap((author) => [
        server.ask('POST', '/api/v1/certify', registration({ hash }), author.headers),
        server.ask('POST', '/api/v1/certify', registration({ hash: hash.toUpperCase() }), author.headers),
        server.ask('POST', '/api/v1/certify', registration(), author.headers),
      ]);
      const answers = await Promise.all(asked);
      const same = answers.filter((_, i) => i % 3 !== 2);
      assert.equal(same.filter(({ status }) => status === 201).length, 1);
      assert.equal(same.filter(({ status }) => status === 409).length, 11);
      assert.ok(same.every(({ status, json }) => status === 201 || json.error.code === 'already_certified'));
      assert.ok(answers.every(({ status }, i) => i % 3 !== 2 || status === 201));
      assert.equal(await server.store.log.size(), size + 7);
      const won = same.find(({ status }) => status === 201)!;
      const found = await server.ask('POST', '/api/v1/verify-by-hash', { hash });
      assert.equal(found.json.cert_id, won.json.cert_id);
    });

    test('versions of a work added at once are numbered without gaps, in the order of the chain', async () => {
      const author = await server.createAuthor();
      const first = await server.certify(author);
      const { work_id } = first;
      const added = await Promise.all(Array.from({ length: 12 }, () => server.certify(author, { work_id })));
      const versions = added.map(({ version }) => version).toSorted((a, b) => a - b);
      assert.deepEqual(
        versions,
        Array.from({ length: 12 }, (_, i) => i + 2),
      );
      const { json } = await server.ask('GET', `/api/v1/chain/${work_id}`);
      const chain: { version: number; cert_id: string; status: string }[] = json.versions;
      assert.deepEqual(
        chain.map(({ version }) => version),
        Array.from({ length: 13 }, (_, i) => i + 1),
      );
      assert.ok(chain.every(({ status }) => status === 'active'));
      const previous = new Map(added.map(({ version, manifest }) => [version, manifest.previous_cert_id]));
      for (const { version } of added) assert.equal(previous.get(version), chain[version - 2]!.cert_id);
    });

    test('the document of an older version names the newest one, and none that was revoked', async () => {
      const author = await server.createAuthor();
      const first = await server.certify(author, {});
      const [second, third] = [
        await server.certify(author, { work_id: first.work_id }),
        await server.certify(author, { work_id: first.work_id }),
      ];
      const present = createDocumentPresenter(createWorks(server.store));
      const status = { status: 'active', checked_at: '2026-05-27T00:00:00.000Z', revoked_at: null, reason: null };
      const successors = () =>
        Promise.all(
          [first, second, third].map(async ({ cert_id }) => {
            const record = (await server.store.certificate.find(cert_id))!;
            return (await present(record, { status } as CertificateDocument)).status?.superseded_by;
          }),
        );
      assert.deepEqual(await successors(), [third.cert_id, third.cert_id, undefined]);
      await server.ask('POST', `/api/v1/certs/${third.cert_id}/revoke`, undefined, author.headers);
      assert.deepEqual(await successors(), [second.cert_id, undefined, undefined]);
    });

    test('a version cannot be added to somebody else’s work, nor to one that nobody has', async () => {
      const [owner, other] = [await server.createAuthor(), await server.createAuthor()];
      const { work_id, cert_id } = await server.certify(owner);
      const hash = randomHash();
      for (const id of [work_id, cert_id, '01890000-0000-7000-8000-000000000000']) {
        const answer = await server.ask('POST', '/api/v1/certify', registration({ hash, work_id: id }), other.headers);
        assert.deepEqual([answer.status, answer.json.error.code], [404, 'work_not_found']);
      }
      // The hash was not taken by what was refused.
      assert.equal((await server.certify(owner, { hash, work_id })).version, 2);
    });

    test('a refused version leaves no gap in the numbers, and an equal hash in the same work is refused', async () => {
      const author = await server.createAuthor();
      const { work_id, hash } = await server.certify(author);
      const again = await server.ask('POST', '/api/v1/certify', registration({ work_id, hash }), author.headers);
      assert.equal(again.status, 409);
      assert.equal((await server.certify(author, { work_id })).version, 2);
    });

    test('all versions of a work are of one privacy level', async () => {
      const author = await server.createAuthor();
      const { work_id } = await server.certify(author, { privacy_level: 'anonymous' });
      for (const privacy_level of ['public', 'private']) {
        const body = registration({ work_id, privacy_level });
        const answer = await server.ask('POST', '/api/v1/certify', body, author.headers);
        assert.equal(answer.status, 400);
        assert.deepEqual(
          answer.json.error.details.errors.map(({ field }: { field: string }) => field),
          ['privacy_level'],
        );
      }
      assert.equal((await server.certify(author, { work_id, privacy_level: 'anonymous' })).version, 2);
    });

    test('wrong input is a 400 that names every wrong field, and nothing is kept', async () => {
      const author = await server.createAuthor();
      const size = await server.store.log.size();
      for (const [body, fields] of [
        [registration({ title: '\ud83d', hash: 'g'.repeat(64) }), ['hash', 'title']],
        [registration({ title: 'a'.repeat(10_000) }), ['title']],
        [registration({ title: 'line\u0007' }), ['title']],
        [registration({ creation_date: '2031-02-30', colour: 'red' }), ['creation_date', 'colour']],
        [registration({ creation_date: '2999-01-01' }), ['creation_date']],
        [registration({ work_id: 'mine' }), ['work_id']],
        ['null', ['']],
        ['[]', ['']],
      ] as const) {
        const answer = await server.ask('POST', '/api/v1/certify', body, author.headers);
        assert.deepEqual([answer.status, answer.json.error.code], [400, 'validation_error'], answer.text);
        const named = answer.json.error.details.errors.map(({ field }: { field: string }) => field);
        assert.deepEqual(named, fields);
      }
      for (const body of ['{', '{"title":"\ud800"', '']) {
        const answer = await server.ask('POST', '/api/v1/certify', body, author.headers);
        assert.equal(answer.json.error.code, 'invalid_json', body);
      }
      const large = await server.ask(
        'POST',
        '/api/v1/certify',
        registration({ title: 'x'.repeat(70_000) }),
        author.headers,
      );
      assert.equal(large.status, 413);
      assert.equal(await server.store.log.size(), size);
    });

    test('titles of every script come back as they were sent', async () => {
      const author = await server.createAuthor();
      for (const title of ['👩‍🚀🏳️‍🌈', 'שלום, עולם', 'قصيدة طويلة', '小さな家', 'é'.repeat(500), '🪶'.repeat(500)]) {
        const { cert_id } = await server.certify(author, { title });
        assert.equal((await server.ask('GET', `/api/v1/verify/${cert_id}`)).json.title, title.normalize('NFC'));
      }
    });

    test('when the log is not published in time the answer says so, and the certificate is there', async () => {
      const author = await server.createAuthor();
      const hash = randomHash();
      server.log.isStuck = true;
      const answer = await server.ask('POST', '/api/v1/certify', registration({ hash }), author.headers).finally(() => {
        server.log.isStuck = false;
      });
      assert.deepEqual([answer.status, answer.json.error.code], [503, 'not_published_yet']);
      assert.ok(Number(answer.headers.get('retry-after')) >= 1);
      assert.equal((await server.ask('POST', '/api/v1/verify-by-hash', { hash })).json.matched, true);
    });

    test('a signer that fails for one registration fails it alone, and nothing of it is kept', async () => {
      const author = await server.createAuthor();
      const hash = randomHash();
      const { sign } = server.issuer;
      Object.assign(server.issuer, {
        sign: (draft: Parameters<typeof sign>[0]) => {
          if (Buffer.from(draft.workSha256).toString('hex') === hash) throw new Error('the signer is gone');
          return sign(draft);
        },
      });
      try {
        const [failed, made] = await Promise.all([
          server.ask('POST', '/api/v1/certify', registration({ hash }), author.headers),
          server.ask('POST', '/api/v1/certify', registration(), author.headers),
        ]);
        assert.deepEqual([failed.status, failed.json.error.code], [500, 'internal_error']);
        assert.equal(made.status, 201);
      } finally {
        Object.assign(server.issuer, { sign });
      }
      assert.equal((await server.certify(author, { hash })).version, 1);
    });

    test('owners are told of new certificates and of new versions, in the transaction that makes them', async () => {
      const author = await server.createAuthor();
      const first = await server.certify(author, { title: 'Secret title', author_last_name: 'Hidden' });
      const second = await server.certify(author, { work_id: first.work_id });
      const events = (await server.listEvents()).filter(({ account_id }) => account_id === author.ownerId);
      assert.deepEqual(
        events.map(({ type, data }) => [type, JSON.parse(data).cert_id, JSON.parse(data).version]),
        [
          ['cert.created', first.cert_id, 1],
          ['version.added', second.cert_id, 2],
        ],
      );
      for (const { data } of events) assert.doesNotMatch(data, /Secret|Hidden/);
    });
  });
}
