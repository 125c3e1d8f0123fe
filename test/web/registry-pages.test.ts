import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import { renderCertificate } from '../../src/web/pages/certificate.ts';
import { renderSitePage } from '../../src/web/pages/site-layout.ts';
import { findCertificateView } from '../../src/web/registry/certificate-view.ts';
import { type ComposedServer, type Person, startComposedServer } from '../support/composed-server.ts';
import { ENGINES } from '../support/databases.ts';

const HOSTILE = `"'><script>alert(1)</script>`;
const RENDER_MAX_MS = 3;
/** Of one address. All others ask once each. */
const PAGES_MAX = 5;
const PRICES = {
  TOUCHMARK_FREE_ANCHORS_PER_DAY: '7',
  TOUCHMARK_PACKS: 'small=75:41,large=1200:333.50',
  TOUCHMARK_PERSONAL_MONTHLY_USD: '11',
  TOUCHMARK_PERSONAL_ANNUAL_USD: '88',
  TOUCHMARK_CREATOR_MONTHLY_USD: '23',
  TOUCHMARK_FREE_CALLS_PER_MONTH: '1234',
  TOUCHMARK_CALLS_PER_CREDIT: '77',
  TOUCHMARK_PROOFD_QUOTAS: 'free=6,pro=321,business=4321',
};
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

for (const engine of ENGINES) {
  suite(engine, () => {
    let server: ComposedServer;
    let owner: Person;
    let key: string;

    before(async () => {
      server = await startComposedServer(engine, { ...PRICES, TOUCHMARK_LIMITS: `page-address=${PAGES_MAX}` });
      owner = await server.signUp();
      key = (await server.mint(owner.id, 'origimark')).secret;
    });
    after(() => server?.[Symbol.asyncDispose]());

    async function certify(fields: Record<string, unknown> = {}): Promise<{ cert_id: string; work_id: string }> {
      const response = await server.ask({
        method: 'POST',
        url: '/api/v1/certify',
        headers: { 'x-api-key': key },
        payload: {
          hash: randomBytes(32).toString('hex'),
          title: 'Salt marsh',
          author_first_name: 'Ada',
          author_last_name: 'Weber',
          work_type: 'photograph',
          privacy_level: 'public',
          ownership_type: 'sole',
          ...fields,
        },
      });
      assert.equal(response.statusCode, 201, response.body);
      return response.json();
    }
    const get = (url: string, headers: Record<string, string> = {}) =>
      server.ask({ url, headers: { accept: 'text/html', ...headers } });

    test('what is redacted is nowhere on a page, for its owner either', async () => {
      const fields = { title: 'Hidden title', author_first_name: 'Una', author_last_name: 'Seen' };
      const secret = await certify({ ...fields, privacy_level: 'private' });
      const anonymous = await certify({ ...fields, title: 'Shown title', privacy_level: 'anonymous' });
      for (const headers of [{}, { cookie: owner.cookie }]) {
        const hidden = await get(`/cert/${secret.cert_id}`, headers);
        assert.equal(hidden.statusCode, 200);
        assert.doesNotMatch(hidden.body, /Hidden|Una|Seen/);
        assert.match(hidden.body, /<meta name="robots" content="noindex">/);
        const shown = (await get(`/cert/${anonymous.cert_id}`, headers)).body;
        assert.match(shown, /Shown title/);
        assert.doesNotMatch(shown, /Una|Seen|noindex/);
      }
      const listed = (await get('/registry')).body;
      assert.match(listed, /Shown title/);
      assert.doesNotMatch(listed, /Hidden|Una|Seen/);
      assert.doesNotMatch((await get('/registry?q=Seen')).body, /Shown title/);
    });

    test('texts of people are text, and no page allows another script than ours', async () => {
      const { cert_id: id } = await certify({ title: HOSTILE, author_first_name: HOSTILE, author_last_name: HOSTILE });
      for (const url of [
        `/cert/${id}`,
        '/registry',
        `/registry?q=${encodeURIComponent(HOSTILE)}`,
        '/registry/recordings',
      ]) {
        const { body, headers } = await get(url);
        assert.ok(!body.includes('<script>'), url);
        assert.match(
          String(headers['content-security-policy']),
          /^default-src 'none'; script-src 'self'; style-src 'self'/,
        );
        assert.doesNotMatch(String(headers['content-security-policy']), /unsafe/);
      }
    });

    test('versions lead to each other, and one that was replaced or revoked says so', async () => {
      const first = await certify();
      const second = await certify({ work_id: first.work_id, title: 'Salt marsh, again' });
      const revoked = await server.ask({
        method: 'POST',
        url: `/api/v1/certs/${first.cert_id}/revoke`,
        headers: { 'x-api-key': key },
      });
      assert.equal(revoked.statusCode, 200);
      const old = (await get(`/cert/${first.cert_id}`)).body;
      assert.match(old, /Revoked: do not rely on it[\s\S]*owner_request/);
      assert.match(old, new RegExp(`newer version of this work[\\s\\S]*/cert/${second.cert_id}`));
      assert.match((await get(`/cert/${second.cert_id}`)).body, new RegExp(`/cert/${first.cert_id}"`));
    });

    test('the page of a certificate is rendered within its budget', async () => {
      const { cert_id, work_id } = await certify();
      for (let version = 2; version <= 5; version++) await certify({ work_id });
      const { store, services } = server;
      const certificate = await findCertificateView(cert_id, {
        ...{ certificates: store.certificate, timestamps: store.timestamp, tokens: store.timestampToken },
        ...{ receipts: store.anchor, works: services.workRegistry.works, publicLog: services.log },
      });
      const page = { certificate: certificate!, script: '/static/certificate.js', publicUrl: server.url };
      // The fastest of many is what it costs, whatever else the machine does; it is some twentieth of the budget.
      const times = Array.from({ length: 100 }, () => {
        const start = performance.now();
        renderSitePage(renderCertificate(page));
        return performance.now() - start;
      });
      assert.ok(Math.min(...times) < RENDER_MAX_MS, `${Math.min(...times)} ms`);
    });

    test('what nobody has is not found, in whatever form it is asked for', async () => {
      for (const url of [
        '/cert/cer_unknown',
        '/cert/cer_%3Cscript%3E',
        '/cert/01a1ff5e-cfff-78df-9081-2a969bc9f48f',
        '/cert/TS-AAAAAA',
        `/cert/${'x'.repeat(5000)}`,
        '/u/nobody-has-this',
        '/u/%22%3E%3Cscript%3E',
      ]) {
        const { statusCode, headers } = await get(url);
        assert.equal(statusCode, 404, url);
        assert.match(String(headers['content-type']), /^text\/html/);
      }
      assert.equal((await get('/cert/cer_test_synthetic')).statusCode, 200);
    });

    test('what is free and what it costs is what was configured', async () => {
      const text = (await get('/pricing')).body.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
      for (const said of [
        ...['7 uploads a day', 'Pack of 75 $41 once', 'Pack of 1,200 $333.50 once', 'Personal $11 a month'],
        ...['$88 a year', 'Creator $23 a month', '1,234 a month', 'one credit for 77 calls'],
        ...['Timestamps 6 a month', '321 a month with Pro', '4,321 with Business'],
      ]) {
        assert.ok(text.includes(said), `${said} is not in: ${text}`);
      }
    });

    test('the registry is searched by author, kind and day, and a filter is left by its button', async () => {
      const today = new Date().toISOString().slice(0, 10);
      const later = new Date(Date.now() + 2 * 86_400_000).toISOString().slice(0, 10);
      const author = { author_first_name: 'Filippa', author_last_name: 'Sought' };
      await certify({ ...author, title: 'Sought photograph' });
      await certify({ ...author, title: 'Sought music', work_type: 'audio' });
      const listed = async (query: Record<string, string>) => {
        const { statusCode, body } = await get(`/registry?${new URLSearchParams(query)}`);
        assert.equal(statusCode, 200);
        assert.match(body, /<a class="button quiet" href="\/registry">Show all<\/a>/);
        for (const [name, value] of Object.entries(query)) {
          assert.match(
            body,
            new RegExp(name === 'work_type' ? `value="${value}" selected` : `name="${name}" value="${value}"`),
          );
        }
        return [...body.matchAll(/<bdi>(Sought [a-z]+)<\/bdi>/g)].map(([, title]) => title);
      };
      assert.deepEqual(await listed({ q: 'sought' }), ['Sought music', 'Sought photograph']);
      assert.deepEqual(await listed({ q: 'sought', work_type: 'audio' }), ['Sought music']);
      assert.deepEqual(await listed({ q: 'sought', work_type: 'photograph', date_to: later }), ['Sought photograph']);
      assert.deepEqual(await listed({ q: 'sought', work_type: 'video' }), []);
      assert.equal((await listed({ q: 'sought', date_from: today })).length, 2);
      assert.deepEqual(await listed({ q: 'sought', date_from: later }), []);
      assert.deepEqual(await listed({ q: 'somebody else' }), []);
      assert.doesNotMatch((await get('/registry')).body, /Show all/);
    });

    test('a search that makes no sense is answered in words', async () => {
      for (const query of [
        'date_from=2026-02-30',
        'date_from=2026-05-02&date_to=2026-05-01',
        'work_type=sculpture',
        'q=%2B%2B%2B',
        `q=${'x'.repeat(201)}`,
        `q=${'a%20b%20c%20d%20e%20f%20g%20h%20i'}`,
      ]) {
        const { statusCode, body } = await get(`/registry?${query}`);
        assert.ok(statusCode === 400 || statusCode === 200, query);
        assert.match(body, statusCode === 400 ? /role="alert"/ : /Nothing found/, query);
      }
      for (const before of ['x', '-1', 'zzzzzzzzzzzzzzzz', '1.cer_x', '99999999999999.cer_x']) {
        assert.equal((await get(`/registry?before=${before}`)).statusCode, 200);
        assert.equal((await get(`/registry/recordings?before=${before}`)).statusCode, 200);
      }
      const { statusCode, headers } = await get(`/registry?q=${'AB'.repeat(32)}`);
      assert.deepEqual([statusCode, headers.location], [303, `/verify/${'ab'.repeat(32)}`]);
    });

    test('a message to an author is passed on by a plain form, and what is wrong with it is said', async () => {
      const { cert_id: id } = await certify();
      const send = (certId: string, payload: string) =>
        server.ask({ method: 'POST', url: `/cert/${certId}/relay`, headers: FORM, payload });
      const sent = await send(id, 'message=Where+was+it%3F&reply_to=me%40example.org');
      assert.equal(sent.statusCode, 200);
      assert.match(sent.body, /Your message was passed on/);
      assert.doesNotMatch(sent.body, new RegExp(owner.email));
      for (const payload of [
        '',
        'message=+',
        `message=${'x'.repeat(4001)}`,
        `message=a&reply_to=${encodeURIComponent(HOSTILE)}`,
      ]) {
        const refused = await send(id, payload);
        assert.equal(refused.statusCode, 400, payload.slice(0, 30));
        assert.match(refused.body, /role="alert"/);
        assert.ok(!refused.body.includes('<script>'));
      }
      assert.equal((await send('cer_unknown', 'message=a')).statusCode, 404);
      assert.equal((await send('01a1ff5e-cfff-78df-9081-2a969bc9f48f', 'message=a')).statusCode, 404);
      assert.equal((await send(id, 'x'.repeat(70_000))).statusCode, 413);
    });

    test('one address cannot have pages and files of certificates made without end', async () => {
      const { cert_id: id } = await certify();
      const ask = (url: string, accept = 'text/html') =>
        server.ask({ url, headers: { accept }, remoteAddress: '203.0.113.7' });
      const costly = [
        `/cert/${id}`,
        `/cert/${id}/certificate.pdf`,
        `/cert/${id}/proof-bundle.zip`,
        `/cert/${id}/qr.png`,
        '/registry',
      ];
      assert.equal(costly.length, PAGES_MAX);
      for (const url of costly) assert.equal((await ask(url)).statusCode, 200, url);
      for (const url of [...costly, '/u/nobody', `/verify/${'ab'.repeat(32)}`]) {
        const refused = await ask(url);
        assert.equal(refused.statusCode, 429, url);
        assert.ok(Number(refused.headers['retry-after']) >= 1);
      }
      assert.match((await ask('/registry')).body, /Too many pages at once/);
      const forPrograms = await ask(costly[2]!, 'application/zip');
      assert.equal(forPrograms.json().error.code, 'rate_limit_exceeded');
      assert.equal((await ask(`/cert/${id}/badge.svg`)).statusCode, 200, 'others show badges of many on one page');
      assert.equal((await get(`/cert/${id}`)).statusCode, 200, 'another address');
    });

    test('days on which calls were made are drawn and written out, and shown only to their account', async () => {
      const stranger = await server.signUp();
      const { secret } = await server.mint(owner.id, 'trackorigin-secret-live');
      const asked = await server.ask({ url: '/api/v1/me', headers: { authorization: `Bearer ${secret}` } });
      assert.equal(asked.statusCode, 200);
      const day = new Date().toISOString().slice(0, 10);
      for (let i = 0; i < 100 && (await server.store.usage.listDays(owner.id, day)).length === 0; i++) {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      const [counted] = await server.store.usage.listDays(owner.id, day);
      assert.deepEqual(counted, { day, calls: 1 });
      const { body } = await get('/account/usage', { cookie: owner.cookie });
      assert.match(body, /<strong>1<\/strong> of [\d,]+ free calls used/);
      assert.ok(body.includes(`<title>${day}: 1 call</title>`), 'it is drawn');
      assert.match(body, /<\/time><\/td><td class="number">1<\/td>/, 'and written out');
      assert.doesNotMatch((await get('/account/usage', { cookie: stranger.cookie })).body, /class="chart"/);
    });

    test('pages of an account hold nothing of another, nor does the console for who is no operator', async () => {
      const stranger = await server.signUp();
      const { work_id } = await certify({ title: 'Mine alone', privacy_level: 'private' });
      assert.match((await get('/account/works', { cookie: owner.cookie })).body, /Mine alone/);
      assert.doesNotMatch((await get('/account/works', { cookie: stranger.cookie })).body, /Mine alone/);
      const next = `/account/works/new?work_id=${work_id}`;
      assert.equal((await get(next, { cookie: owner.cookie })).statusCode, 200);
      assert.equal((await get(next, { cookie: stranger.cookie })).statusCode, 404);
      for (const path of ['/operator', '/operator/accounts', '/operator/health', '/operator/submissions/x']) {
        assert.equal((await get(path, { cookie: stranger.cookie })).statusCode, 403);
        assert.equal((await get(path)).statusCode, 303);
      }
    });
  });
}
