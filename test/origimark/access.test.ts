import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { ENGINES } from '../support/databases.ts';
import {
  bearer,
  type Member,
  type OrigimarkServer,
  PUBLIC_URL,
  randomHash,
  registration,
  startOrigimarkServer,
} from '../support/origimark-server.ts';

const ORIGIN = { origin: new URL(PUBLIC_URL).origin };

for (const engine of ENGINES) {
  describe(`who may use the registry on ${engine}`, () => {
    let server: OrigimarkServer;
    let member: Member;
    before(async () => {
      server = await startOrigimarkServer(engine);
      member = await server.createMember();
    });
    after(() => server[Symbol.asyncDispose]());

    const certifyWith = (headers: Record<string, string>) =>
      server.ask('POST', '/api/v1/certify', registration(), headers);
    const refused = async (
      answer: Promise<{ status: number; json: { error: { code: string } } }>,
      expected: string,
    ) => {
      const { status, json } = await answer;
      assert.equal(`${status} ${json.error.code}`, expected);
    };

    test('a token of this server, one of an outside issuer and a key each own what they make', async () => {
      const outside = await server.createAuthor();
      const byToken = await certifyWith(member.headers);
      const byKey = await certifyWith({ 'x-api-key': member.apiKey });
      const byOutside = await certifyWith(outside.headers);
      assert.deepEqual([byToken.status, byKey.status, byOutside.status], [201, 201, 201]);
      const own = (await server.ask('GET', '/api/v1/me/certs', undefined, member.headers)).json;
      assert.deepEqual(
        own.items.map(({ cert_id }: { cert_id: string }) => cert_id),
        [byKey.json.cert_id, byToken.json.cert_id],
      );
      assert.deepEqual([own.total, own.next_cursor], [2, null]);
      const others = (await server.ask('GET', '/api/v1/me/certs', undefined, outside.headers)).json;
      assert.deepEqual([others.total, others.items[0].cert_id], [1, byOutside.json.cert_id]);
      // The next version may come in either way.
      const next = registration({ work_id: byToken.json.work_id });
      assert.equal((await server.ask('POST', '/api/v1/certify', next, { 'x-api-key': member.apiKey })).json.version, 2);
    });

    test('certifying takes a credential that is good for it', async () => {
      await refused(certifyWith({}), '401 authentication_required');
      await refused(certifyWith(bearer('nonsense')), '401 invalid_token');
      await refused(certifyWith(bearer(member.session)), '401 invalid_token');
      await refused(certifyWith(bearer(member.apiKey)), '401 invalid_token');
      await refused(certifyWith({ cookie: member.cookie, ...ORIGIN }), '401 authentication_required');
      await refused(certifyWith({ 'x-api-key': 'om_live_none' }), '401 invalid_api_key');
      await refused(certifyWith({ 'x-api-key': member.readOnlyKey }), '403 insufficient_scope');
      await refused(certifyWith({ ...member.headers, 'x-api-key': member.apiKey }), '401 invalid_credentials');
      await refused(certifyWith({ authorization: 'Basic dXNlcjpwYXNz' }), '401 invalid_api_key');
      await refused(
        server.ask('POST', `/api/v1/certify?key=${member.apiKey}`, registration(), member.headers),
        '401 invalid_api_key',
      );
      server.time.offsetMs = 3 * 3600_000;
      const expired = await certifyWith((await server.createAuthor()).headers);
      server.time.offsetMs = 0;
      assert.equal(expired.json.error.code, 'expired_token');
    });

    test('a wrong credential is refused also where none is needed, and a good one changes nothing of what is shown', async () => {
      const { cert_id, work_id, hash } = await server.certify(member, { privacy_level: 'private' });
      for (const path of [`/api/v1/verify/${cert_id}`, `/api/v1/chain/${work_id}`, '/api/v1/registry']) {
        await refused(server.ask('GET', path, undefined, bearer('nonsense')), '401 invalid_token');
        await refused(server.ask('GET', path, undefined, { 'x-api-key': 'x' }), '401 invalid_api_key');
        const anonymous = await server.ask('GET', path);
        for (const headers of [member.headers, { 'x-api-key': member.readOnlyKey }]) {
          assert.equal((await server.ask('GET', path, undefined, headers)).text, anonymous.text);
        }
      }
      const byHash = (headers = {}) => server.ask('POST', '/api/v1/verify-by-hash', { hash }, headers);
      assert.equal((await byHash(member.headers)).text, (await byHash()).text);
      await refused(server.ask('GET', '/api/v1/me/certs'), '401 authentication_required');
      await refused(
        server.ask('GET', '/api/v1/me/certs', undefined, { 'x-api-key': member.apiKey }),
        '401 authentication_required',
      );
    });

    test('when the database fails while a token is looked at, that is the server’s failure and not the token’s', async () => {
      const fresh = await startOrigimarkServer(engine);
      const { headers } = await fresh.createMember();
      const { kysely } = fresh.database;
      await sql`alter table account_token_key rename to account_token_key_away`.execute(kysely);
      try {
        const answer = await fresh.ask('GET', '/api/v1/me/certs', undefined, headers);
        assert.equal(`${answer.status} ${answer.json.error.code}`, '500 internal_error');
      } finally {
        await sql`alter table account_token_key_away rename to account_token_key`.execute(kysely);
      }
      assert.equal((await fresh.ask('GET', '/api/v1/me/certs', undefined, headers)).status, 200);
      await fresh[Symbol.asyncDispose]();
    });

    test('ids that are none are a 400, and what nobody has is a 404', async () => {
      const none = '01890000-0000-7000-8000-000000000000';
      const get = (path: string) => server.ask('GET', `/api/v1/${path}`);
      for (const id of ['abc-123-def-456', 'cer_01', none.slice(1), `${none}0`, '..%2f']) {
        await refused(get(`verify/${id}`), '400 invalid_certificate_id');
        await refused(get(`chain/${id}`), '400 invalid_work_id');
      }
      await refused(get(`verify/${none}`), '404 certificate_not_found');
      await refused(get(`chain/${none}`), '404 work_not_found');
      await refused(get('verify/'), '400 invalid_certificate_id');
      const { cert_id } = await server.certify(member);
      assert.equal((await get(`verify/${cert_id.toUpperCase()}`)).json.cert_id, cert_id);
      for (const hash of [undefined, null, 1, '', 'a'.repeat(63), 'g'.repeat(64), ['a'.repeat(64)]]) {
        const answer = await server.ask('POST', '/api/v1/verify-by-hash', { hash });
        assert.deepEqual([answer.status, answer.json.error.details.errors[0].field], [400, 'hash']);
      }
      const missing = await server.ask('POST', '/api/v1/verify-by-hash', { hash: randomHash() });
      assert.deepEqual([missing.status, missing.json], [200, { matched: false, cert_id: null, certificate: null }]);
    });

    test('an owner revokes by token, key, session or cookie; nobody else does, and a cookie alone is not enough', async () => {
      const revoke = (id: string, headers: Record<string, string>) =>
        server.ask('POST', `/api/v1/certs/${id}/revoke`, undefined, headers);
      const stranger = await server.createMember();
      const total = async () => (await server.ask('GET', '/api/v1/registry')).json.total;
      const before = await total();
      for (const headers of [
        member.headers,
        { 'x-api-key': member.apiKey },
        bearer(member.session),
        { cookie: member.cookie, ...ORIGIN },
      ]) {
        const { cert_id, hash } = await server.certify(member);
        await refused(revoke(cert_id, {}), '401 authentication_required');
        await refused(revoke(cert_id, stranger.headers), '404 certificate_not_found');
        await refused(revoke(cert_id, { 'x-api-key': member.readOnlyKey }), '403 insufficient_scope');
        await refused(revoke(cert_id, { cookie: member.cookie }), '403 cross_site_request');
        await refused(
          revoke(cert_id, { cookie: member.cookie, origin: 'https://evil.example' }),
          '403 cross_site_request',
        );
        assert.equal((await server.ask('GET', `/api/v1/verify/${cert_id}`)).json.status, 'active');
        const revoked = await revoke(cert_id, headers);
        assert.deepEqual([revoked.status, revoked.json.status], [200, 'revoked'], revoked.text);
        const size = await server.store.log.size();
        assert.equal((await revoke(cert_id, headers)).json.revoked_at, revoked.json.revoked_at);
        assert.equal(await server.store.log.size(), size);

        const found = (await server.ask('POST', '/api/v1/verify-by-hash', { hash })).json;
        assert.deepEqual([found.cert_id, found.certificate.status], [cert_id, 'revoked']);
        assert.equal(await total(), before);
        // Its hash is its owner's to certify again, and nobody else's.
        await refused(
          server.ask('POST', '/api/v1/certify', registration({ hash }), stranger.headers),
          '409 already_certified',
        );
        const again = await server.certify(member, { hash });
        assert.equal((await server.ask('POST', '/api/v1/verify-by-hash', { hash })).json.cert_id, again.cert_id);
        assert.equal((await revoke(again.cert_id, headers)).status, 200);
      }
    });

    test('a change has to say what, and only what there is to change', async () => {
      const { cert_id } = await server.certify(member);
      for (const [body, fields] of [
        [{}, ['']],
        [{ privacy_level: 'secret' }, ['privacy_level']],
        [{ erase_author: false }, ['erase_author']],
        [{ title: 'Other', privacy_level: 7 }, ['title', 'privacy_level']],
        ['[]', ['']],
        ['null', ['']],
      ] as const) {
        const answer = await server.ask('PATCH', `/api/v1/certs/${cert_id}`, body, member.headers);
        assert.equal(answer.status, 400, answer.text);
        const named = answer.json.error.details.errors.map(({ field }: { field: string }) => field);
        assert.deepEqual(named, fields);
      }
    });

    test('one’s own list goes on by page or by cursor, newest first', async () => {
      const author = await server.createAuthor();
      const made: string[] = [];
      for (let i = 0; i < 5; i++) made.unshift((await server.certify(author)).cert_id);
      const list = async (query: string) =>
        (await server.ask('GET', `/api/v1/me/certs?${query}`, undefined, author.headers)).json;
      const ids = (page: { items: { cert_id: string }[] }) => page.items.map(({ cert_id }) => cert_id);
      assert.deepEqual(ids(await list('page_size=2&page=2')), made.slice(2, 4));
      const first = await list('page_size=3');
      assert.deepEqual([ids(first), first.total], [made.slice(0, 3), 5]);
      const second = await list(`page_size=3&cursor=${first.next_cursor}`);
      assert.deepEqual([ids(second), second.next_cursor], [made.slice(3), null]);
      const wrong = await server.ask('GET', '/api/v1/me/certs?cursor=1&page_size=99', undefined, author.headers);
      assert.deepEqual(
        wrong.json.error.details.errors.map(({ field }: { field: string }) => field),
        ['page_size', 'cursor'],
      );
    });

    test('browsers of any origin may read and certify, and never with a cookie', async () => {
      const { cert_id } = await server.certify(member);
      for (const path of [`verify/${cert_id}`, 'registry', '../../.well-known/origimark.json']) {
        const { headers, status } = await server.ask('GET', `/api/v1/${path}`, undefined, {
          origin: 'https://site.example',
        });
        assert.deepEqual([status, headers.get('access-control-allow-origin')], [200, '*']);
        assert.equal(headers.get('access-control-allow-credentials'), null);
      }
      const preflight = await server.ask('OPTIONS', '/api/v1/certify', undefined, { origin: 'https://site.example' });
      assert.deepEqual([preflight.status, preflight.headers.get('access-control-allow-methods')], [204, 'POST']);
      const owners = await server.ask('OPTIONS', `/api/v1/certs/${cert_id}`, undefined, {
        origin: 'https://site.example',
      });
      assert.equal(owners.headers.get('access-control-allow-origin'), null);
    });
  });

  test(`each kind of caller has a limit of its own (${engine})`, async () => {
    const limits = { 'origimark-address': 2, 'origimark-account': 4, 'origimark-key': 6 };
    await using server = await startOrigimarkServer(engine, { limits });
    const member = await server.createMember();
    for (const [headers, count, name] of [
      [{}, 2, 'origimark-address'],
      [member.headers, 4, 'origimark-account'],
      [{ 'x-api-key': member.apiKey }, 6, 'origimark-key'],
    ] as const) {
      for (let i = 0; i < count; i++) {
        const answer = await server.ask('GET', '/api/v1/registry', undefined, headers);
        assert.equal(answer.status, 200);
        assert.match(answer.headers.get('ratelimit')!, new RegExp(`"${name}";r=${count - 1 - i}`));
      }
      const refused = await server.ask('GET', '/api/v1/registry', undefined, headers);
      assert.deepEqual([refused.status, refused.json.error.code], [429, 'rate_limit_exceeded']);
      assert.ok(Number(refused.headers.get('retry-after')) >= 1);
    }
  });
}
