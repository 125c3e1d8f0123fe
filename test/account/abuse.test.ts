import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { mintCredential } from '../../src/core/key/mint.ts';
import { type AccountServer, PUBLIC_URL, startAccountServer } from '../support/account-server.ts';
import { ENGINES } from '../support/databases.ts';
import { PASSWORD } from '../support/people.ts';

const EMAIL = 'ada@example.com';
const HOSTILE = [
  `<script>alert(1)</script>`,
  `'; drop table account_holder; --`,
  `" onerror="alert(1)`,
  '{{7*7}}',
  '%27%20or%201=1',
];

for (const engine of ENGINES) {
  describe(`bad input and abuse of accounts on ${engine}`, () => {
    let server: AccountServer;
    let network = 0;

    before(async () => {
      server = await startAccountServer(engine);
      await server.register(EMAIL);
    });
    after(() => server[Symbol.asyncDispose]());

    /** Each test comes from a network of its own, so that limits of one do not meet the next. */
    const fromElsewhere = () => ({ 'x-forwarded-for': `10.1.${++network}.1` });

    async function signIn(email = EMAIL) {
      const page = server.browser();
      const answer = await page.post('/api/auth/sign-in/email', { email, password: PASSWORD });
      assert.equal(answer.status, 200, answer.text);
      return page;
    }

    test('a forged role in a sign-up or an update is ignored', async () => {
      const email = 'forger@example.com';
      const forged = { role: 'operator', emailVerified: true, id: 'mine', email_verified: true };
      const body = { name: 'Mallory', email, password: PASSWORD, ...forged };
      const answer = await server.ask('POST', '/api/auth/sign-up/email', body, fromElsewhere());
      assert.equal(answer.status, 200);
      const account = await server.store.account.findByEmail(email);
      assert.equal(account?.role, 'member');
      assert.equal(account?.isEmailVerified, false);
      assert.notEqual(account?.id, 'mine');

      const page = await signIn();
      await page.post('/api/auth/update-user', { name: 'Ada', role: 'operator' });
      await page.put('/api/account/profile', { display_name: 'Ada', role: 'operator', email: 'other@example.com' });
      const after = await server.store.account.findByEmail(EMAIL);
      assert.equal(after?.role, 'member');
    });

    test('an operator is one from the next request on, and no longer after that is taken away', async () => {
      const page = await signIn();
      for (const role of ['operator', 'member'] as const) {
        await server.store.transact(({ account }) => account.setRole(EMAIL.toUpperCase(), role));
        assert.equal((await page.get('/api/account/profile')).json.role, role);
        assert.equal((await server.accounts.sessions.find({ cookie: page.cookie }))?.role, role);
      }
    });

    test('a session cookie somebody planted is not taken over by a sign-in', async () => {
      const attacker = await signIn();
      const planted = attacker.cookie;
      await server.register('victim@example.com');
      const victim = server.browser();
      victim.cookie = planted;
      const answer = await server.ask(
        'POST',
        '/api/auth/sign-in/email',
        { email: 'victim@example.com', password: PASSWORD },
        { cookie: planted, origin: PUBLIC_URL },
      );
      const [fresh] = answer.headers.getSetCookie();
      assert.ok(fresh !== undefined && !planted.includes(fresh.split(';')[0]!), 'the sign-in makes its own session');
      assert.equal((await server.accounts.sessions.find({ cookie: planted }))?.email, EMAIL);

      const chosen = 'touchmark.session_token=chosen-by-the-attacker';
      const other = await server.ask(
        'POST',
        '/api/auth/sign-in/email',
        { email: 'victim@example.com', password: PASSWORD },
        { cookie: chosen, origin: PUBLIC_URL },
      );
      assert.ok(!other.headers.getSetCookie()[0]!.includes('chosen-by'));
      assert.equal(await server.accounts.sessions.find({ cookie: chosen }), null);
    });

    test('a request with a cookie has to come from a page of this server', async () => {
      const { cookie } = await signIn();
      const requests: [string, string, object][] = [
        ['POST', '/api/auth/sign-out', {}],
        ['POST', '/api/auth/update-user', { name: 'Mallory' }],
        ['POST', '/api/auth/change-email', { newEmail: 'mallory@example.com' }],
        ['POST', '/api/auth/change-password', { currentPassword: PASSWORD, newPassword: 'mallory mallory' }],
        ['POST', '/api/auth/delete-user', { password: PASSWORD }],
        ['POST', '/api/auth/revoke-sessions', {}],
        ['PUT', '/api/account/profile', { display_name: 'Mallory' }],
      ];
      for (const [method, path, body] of requests) {
        for (const origin of ['https://evil.example', 'null', `${PUBLIC_URL}.evil.example`, 'http://127.0.0.1:8081']) {
          const answer = await server.ask(method, path, body, { cookie, origin });
          assert.equal(answer.status, 403, `${path} from ${origin}`);
        }
        assert.equal((await server.ask(method, path, body, { cookie })).status, 403, `${path} from nowhere`);
      }
      const profile = await server.ask('GET', '/api/account/profile', undefined, { cookie });
      assert.equal(profile.json.display_name, 'Ada');
      assert.equal(profile.headers.get('access-control-allow-origin'), null);
      assert.equal(profile.headers.get('cache-control'), 'no-store');
    });

    test('another site cannot sign a browser in as somebody else', async () => {
      const body = { email: EMAIL, password: PASSWORD };
      const foreign = await server.ask('POST', '/api/auth/sign-in/email', body, { origin: 'https://evil.example' });
      assert.equal(foreign.status, 403);
      const form = await fetch(`${server.url}/api/auth/sign-in/email`, {
        method: 'POST',
        body: new URLSearchParams(body),
      });
      assert.equal(form.status, 415);
    });

    test('no link of ours leads to another site', async () => {
      const headers = fromElsewhere();
      for (const url of ['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)']) {
        const reset = { email: EMAIL, redirectTo: url };
        assert.equal((await server.ask('POST', '/api/auth/request-password-reset', reset, headers)).status, 403, url);
        const verify = `/api/auth/verify-email?token=x&callbackURL=${encodeURIComponent(url)}`;
        assert.equal((await server.ask('GET', verify)).status, 403, url);
        const callback = `/api/auth/reset-password/abc?callbackURL=${encodeURIComponent(url)}`;
        assert.equal((await server.ask('GET', callback)).status, 403, url);
      }
    });

    test('HTML and SQL in every field are kept as they are typed, or refused', async () => {
      const page = await signIn();
      for (const text of HOSTILE) {
        const saved = await page.put('/api/account/profile', { display_name: text, bio: text, location: text });
        assert.equal(saved.status, 200, saved.text);
        const { display_name, bio, location } = (await page.get('/api/account/profile')).json;
        assert.deepEqual([display_name, bio, location], [text, text, text]);
        assert.match(saved.headers.get('content-type')!, /^application\/json/);
        assert.equal((await page.put('/api/account/profile', { display_name: 'Ada', handle: text })).status, 400);
        assert.equal((await page.put('/api/account/profile', { display_name: 'Ada', avatar_url: text })).status, 400);
        assert.equal((await page.post('/api/auth/update-user', { name: text })).status, 200);
        assert.equal((await page.get('/api/auth/get-session')).json.user.name, text);
      }
      await page.put('/api/account/profile', { display_name: 'Ada' });
    });

    test('hostile text never makes the server fail', async () => {
      const page = await signIn();
      const bad = [...HOSTILE, 'a\u0000b', '\ud800', 'é'.repeat(3000), '\u202egnp.exe', {}, [], 5, null, true];
      for (const value of bad) {
        const headers = fromElsewhere();
        const answers = [
          await server.ask(
            'POST',
            '/api/auth/sign-up/email',
            { name: value, email: 'x@example.com', password: 'p'.repeat(200) },
            headers,
          ),
          await server.ask('POST', '/api/auth/sign-up/email', { name: 'X', email: value, password: PASSWORD }, headers),
          await server.ask('POST', '/api/auth/sign-in/email', { email: EMAIL, password: value }, headers),
          await server.ask('POST', '/api/auth/sign-in/email', { email: value, password: PASSWORD }, headers),
          await server.ask('POST', '/api/auth/reset-password', { newPassword: PASSWORD, token: value }, headers),
          await server.ask('POST', '/api/auth/request-password-reset', { email: value }, headers),
          await server.ask('GET', `/api/auth/verify-email?token=${encodeURIComponent(JSON.stringify(value))}`),
          await server.ask(
            'GET',
            `/api/auth/reset-password/${encodeURIComponent(JSON.stringify(value))}?callbackURL=/`,
          ),
          await page.post('/api/auth/revoke-session', { token: value }),
          await page.post('/api/auth/change-email', { newEmail: value }),
          await page.post('/api/auth/delete-user', { password: value ?? 'wrong' }),
          await page.put('/api/account/profile', { display_name: 'Ada', bio: value, handle: value, avatar_url: value }),
        ];
        for (const [i, { status, text }] of answers.entries()) {
          assert.ok(status < 500, `${JSON.stringify(value)?.slice(0, 40)} in request ${i}: ${status} ${text}`);
        }
      }
      for (const body of ['', '{', '[]', '"x"', 'null', '{"a":1}}']) {
        const answer = await server.ask('POST', '/api/auth/sign-in/email', body, fromElsewhere());
        assert.equal(answer.status, 400, body);
      }
      const large = await server.ask('POST', '/api/auth/sign-in/email', { email: EMAIL, password: 'x'.repeat(9000) });
      assert.equal(large.status, 413);
      for (const header of [
        'Bearer',
        'Bearer x',
        'Bearer a.b',
        'Bearer %00.%00',
        'Bearer a.b.c',
        `Bearer ${'x'.repeat(5000)}`,
      ]) {
        assert.equal(
          (await server.ask('GET', '/api/account/profile', undefined, { authorization: header })).status,
          401,
        );
      }
      for (const cookie of [
        'touchmark.session_token=%',
        'touchmark.session_token=a.b',
        ';;;=',
        'touchmark.session_token',
      ]) {
        assert.equal((await server.ask('GET', '/api/account/profile', undefined, { cookie })).status, 401, cookie);
      }
      assert.ok(await server.store.account.findByEmail(EMAIL));
    });

    test('a bearer stands alone: beside a bad one a good cookie does not count', async () => {
      const { cookie } = await signIn();
      const headers = { cookie, authorization: 'Bearer nonsense' };
      assert.equal((await server.ask('GET', '/api/account/profile', undefined, headers)).status, 401);
      assert.equal((await server.ask('GET', '/api/auth/get-session', undefined, headers)).json, null);
    });

    test('what the database holds of a session is not enough to use it', async () => {
      const page = await signIn();
      const { token } = (await page.get('/api/auth/get-session')).json.session;
      const forged = createHmac('sha256', 'better-auth-secret-12345678901234567890').update(token).digest('base64');
      for (const bearer of [token, `${token}.${forged}`]) {
        const answer = await server.ask('GET', '/api/account/profile', undefined, {
          authorization: `Bearer ${bearer}`,
        });
        assert.equal(answer.status, 401);
      }
    });

    test('a handle is one account only, also when two ask at once', async () => {
      const emails = ['h1@example.com', 'h2@example.com', 'h3@example.com'];
      for (const email of emails) await server.register(email);
      const pages = await Promise.all(emails.map((email) => signIn(email)));
      const body = { display_name: 'Ada', handle: 'the-one' };
      const answers = await Promise.all(pages.map((page) => page.put('/api/account/profile', body)));
      assert.deepEqual(answers.map(({ status }) => status).toSorted(), [200, 409, 409]);
      assert.equal(answers.find(({ status }) => status === 409)!.json.code, 'HANDLE_TAKEN');
      const winner = pages[answers.findIndex(({ status }) => status === 200)]!;
      assert.equal((await winner.put('/api/account/profile', body)).status, 200, 'its own handle is not taken');
    });

    test('an account that is deleted takes its keys with it', async () => {
      const email = 'leaver@example.com';
      await server.register(email);
      const page = await signIn(email);
      const second = await signIn(email);
      const { id } = (await server.store.account.findByEmail(email))!;
      const request = { accountId: id, name: null, scopes: null, expiresAt: null };
      const how = { now: Date.now(), random: (length: number) => new Uint8Array(randomBytes(length)) };
      await server.store.transact(async (writers) => {
        for (const kind of ['origimark', 'orphograph-pack'] as const) {
          await mintCredential(writers, { ...request, kind }, how);
        }
      });
      assert.equal((await page.post('/api/auth/delete-user', { password: PASSWORD })).status, 200);
      assert.equal(await server.accounts.sessions.find({ cookie: second.cookie }), null);
      assert.equal(await server.store.account.findByEmail(email), null);
      const keys = await server.store.key.listOfAccount(id, 10);
      const live = keys.filter(({ revokedAt }) => revokedAt === null).map(({ kind }) => kind);
      assert.deepEqual(live, ['orphograph-pack'], 'a pack was paid for');
      assert.equal((await second.get('/api/auth/get-session')).json, null);
      assert.equal((await second.post('/api/auth/update-user', { name: 'Ghost' })).status, 401);
    });

    test('unknown paths and wrong methods below /api/auth are answered in its own form', async () => {
      const unknown = await server.ask('GET', '/api/auth/sign-in/social');
      assert.equal(unknown.status, 404);
      assert.equal(unknown.json.code, 'NOT_FOUND');
      const wrong = await server.ask('GET', '/api/auth/sign-in/email');
      assert.equal(wrong.status, 405);
      assert.equal(wrong.headers.get('allow'), 'POST, OPTIONS');
    });
  });
}

test('without a mail server what needs one says so', async () => {
  await using server = await startAccountServer('pglite', { mailer: null });
  for (const [path, body] of [
    ['sign-up/email', { name: 'Ada', email: EMAIL, password: PASSWORD }],
    ['request-password-reset', { email: EMAIL }],
    ['send-verification-email', { email: EMAIL }],
  ] as const) {
    const answer = await server.ask('POST', `/api/auth/${path}`, body);
    assert.equal(answer.status, 503);
    assert.equal(answer.json.code, 'MAIL_NOT_CONFIGURED');
  }
  await server.register(EMAIL);
  const signIn = await server.ask('POST', '/api/auth/sign-in/email', { email: EMAIL, password: PASSWORD });
  assert.equal(signIn.status, 200);
});

test('behind https the cookie is only ever sent there', async () => {
  await using server = await startAccountServer('pglite', { publicUrl: 'https://touchmark.example/base' });
  await server.register(EMAIL);
  const answer = await server.ask('POST', '/api/auth/sign-in/email', { email: EMAIL, password: PASSWORD });
  const [cookie] = answer.headers.getSetCookie();
  assert.match(cookie!, /^__Secure-touchmark\.session_token=/);
  assert.match(cookie!, /; Secure/);
  assert.doesNotMatch(cookie!, /Domain=/i);
});
