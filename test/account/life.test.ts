import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { SMTPServer } from 'smtp-server';
import { createMailOutbox } from '../../src/app/account-mails.ts';
import { systemRandom } from '../../src/app/system.ts';
import type { Mail, Mailer } from '../../src/core/account/account.ts';
import { createSmtpMailer } from '../../src/net/mail.ts';
import { type AccountServer, linkIn, startAccountServer } from '../support/account-server.ts';
import { ENGINES } from '../support/databases.ts';
import { PASSWORD } from '../support/people.ts';

const EMAIL = 'Ada.Lovelace@example.com';
const NEW_EMAIL = 'countess@example.com';
const NEW_PASSWORD = 'another horse battery';

/** A real mail server on this machine that keeps what it takes. */
async function startMailServer() {
  const mails: (Mail & { raw: string; from: string })[] = [];
  let wake = () => {};
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, session, done) {
      let raw = '';
      stream.on('data', (chunk) => (raw += chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          raw,
          from: mailFrom ? mailFrom.address : '',
          to: rcptTo.map(({ address }) => address).join(),
          subject: /^Subject: (.*)$/m.exec(raw)![1]!.trim(),
          text: decodeBody(raw),
        });
        done();
        wake();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as { port: number };
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    async next(): Promise<Mail & { raw: string; from: string }> {
      while (mails.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      return mails.shift()!;
    },
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

function decodeBody(raw: string): string {
  const [head, ...rest] = raw.split('\r\n\r\n');
  const body = rest.join('\r\n\r\n').replaceAll('\r\n', '\n');
  if (!/quoted-printable/i.test(head!)) return body;
  return body
    .replaceAll('=\n', '')
    .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
}

for (const engine of ENGINES) {
  describe(`an account's whole life on ${engine}`, () => {
    let smtp: Awaited<ReturnType<typeof startMailServer>>;
    let server: AccountServer;
    let mailer: Mailer;
    let isMailDown = false;

    before(async () => {
      smtp = await startMailServer();
      const working = createSmtpMailer({ url: smtp.url, from: 'Touchmark <mail@touchmark.example>' });
      const gone = createSmtpMailer({ url: 'smtp://127.0.0.1:9', from: 'mail@touchmark.example' });
      mailer = { send: (mail) => (isMailDown ? gone : working).send(mail) };
      server = await startAccountServer(engine, { mailer });
    });
    after(async () => {
      await server[Symbol.asyncDispose]();
      await smtp[Symbol.asyncDispose]();
    });

    test('sign-up to deletion, with mail through a real mail server', async () => {
      const page = server.browser();
      const signUp = await page.post('/api/auth/sign-up/email', { name: 'Ada', email: EMAIL, password: PASSWORD });
      assert.equal(signUp.status, 200, signUp.text);
      assert.equal(signUp.json.token, null);
      assert.equal(page.cookie, '', 'signing up is not signing in');

      const early = await page.post('/api/auth/sign-in/email', { email: EMAIL, password: PASSWORD });
      assert.equal(early.status, 403);
      assert.equal(early.json.code, 'EMAIL_NOT_VERIFIED');

      const verification = await smtp.next();
      assert.equal(verification.to, EMAIL.toLowerCase());
      assert.equal(verification.from, 'mail@touchmark.example');
      assert.match(verification.raw, /^Auto-Submitted: auto-generated\r$/m);
      const verified = await page.get(linkIn(verification));
      assert.equal(verified.status, 302);
      assert.equal(page.cookie, '', 'a link that confirms an address does not sign in');

      const signIn = await page.post('/api/auth/sign-in/email', { email: EMAIL, password: PASSWORD });
      assert.equal(signIn.status, 200, signIn.text);
      assert.match(signIn.headers.getSetCookie()[0]!, /HttpOnly/i);
      assert.match(signIn.headers.getSetCookie()[0]!, /SameSite=Lax/i);
      assert.equal((await page.get('/api/auth/get-session')).json.user.email, EMAIL.toLowerCase());

      const bearer = { authorization: `Bearer ${signIn.json.token}` };
      const profile = await server.ask('GET', '/api/account/profile', undefined, bearer);
      assert.equal(profile.status, 200);
      assert.equal(profile.json.display_name, 'Ada');
      assert.match(profile.json.id, /^[0-9a-f]{8}-[0-9a-f]{4}-7/);
      assert.equal(signIn.headers.get('set-auth-token'), signIn.json.token);

      const saved = await page.put('/api/account/profile', {
        display_name: 'Ada Lovelace',
        handle: 'Ada-L',
        bio: 'Notes.\nMore notes.',
        location: 'London',
        avatar_url: 'https://example.com/ada.png',
      });
      assert.equal(saved.status, 200, saved.text);
      assert.deepEqual((await page.get('/api/account/profile')).json, saved.json);
      assert.equal(saved.json.handle, 'ada-l');

      await signOut();
      await changeEmail(page);
      await resetPassword(page);
      await deleteAccount(page);
    });

    test('while the mail server is down a mail waits, sealed, and it arrives once when it is up again', async () => {
      const later = (ms: number) => {
        const clock = { now: () => Date.now() + ms, sleep: async () => {} };
        const { store, secret } = server;
        return createMailOutbox({ store, mailer, secret, clock, random: systemRandom });
      };
      const waiting = () => server.database.kysely.selectFrom('account_mail').selectAll().execute();
      const run = (ms: number) => later(ms).run(new AbortController().signal);
      const email = 'waits@example.com';
      const page = server.browser();
      isMailDown = true;
      const signUp = await page.post('/api/auth/sign-up/email', { name: 'Grace', email, password: PASSWORD });
      assert.equal(signUp.status, 200, signUp.text);
      while (!server.log.some((line) => line.includes('will be tried again'))) await nextTurn();
      const [kept] = await waiting();
      assert.doesNotMatch(Buffer.from(kept!.sealed, 'base64').toString('latin1'), /waits|token|http/);
      await assert.rejects(run(11_000), { code: 'not-sent' });
      assert.equal((await waiting())[0]!.attempts, 2);
      assert.equal(smtp.mails.length, 0);

      isMailDown = false;
      await run(60_000);
      const mail = await smtp.next();
      assert.equal(mail.to, email);
      assert.equal((await page.get(linkIn(mail))).status, 302);
      assert.equal((await page.post('/api/auth/sign-in/email', { email, password: PASSWORD })).status, 200);
      assert.deepEqual(await waiting(), []);

      // As of a process that ended before it could send.
      await later(0).keep({ to: email, subject: 'Kept', text: 'Kept' });
      await run(60_000);
      assert.equal(smtp.mails.length, 0, 'who keeps it may still be sending it');
      await run(11 * 60_000);
      assert.equal((await smtp.next()).subject, 'Kept');
      await later(0).keep({ to: email, subject: 'Too late', text: 'Its link has ended.' });
      await run(61 * 60_000);
      assert.deepEqual([await waiting(), smtp.mails], [[], []]);
    });

    async function signOut(): Promise<void> {
      const page = server.browser();
      await page.post('/api/auth/sign-in/email', { email: EMAIL, password: PASSWORD });
      const { cookie } = page;
      assert.equal((await page.post('/api/auth/sign-out', {})).status, 200);
      assert.equal(page.cookie, '');
      const kept = await server.ask('GET', '/api/account/profile', undefined, { cookie });
      assert.equal(kept.status, 401, 'a cookie that somebody kept is dead too');
    }

    async function changeEmail(page: ReturnType<AccountServer['browser']>): Promise<void> {
      const asked = await page.post('/api/auth/change-email', { newEmail: NEW_EMAIL });
      assert.equal(asked.status, 200, asked.text);
      const allow = await smtp.next();
      assert.equal(allow.to, EMAIL.toLowerCase(), 'the present address is asked first');
      assert.equal((await server.ask('GET', linkIn(allow))).status, 302);
      const confirm = await smtp.next();
      assert.equal(confirm.to, NEW_EMAIL);
      const stranger = server.browser();
      assert.equal((await stranger.get(linkIn(confirm))).status, 302);
      assert.equal(stranger.cookie, '', 'who reads the mail of the new address is not signed in by it');
      assert.equal((await page.get('/api/auth/get-session')).json.user.email, NEW_EMAIL);
      assert.equal((await page.get('/api/auth/list-sessions')).json.length, 1);
    }

    async function resetPassword(page: ReturnType<AccountServer['browser']>): Promise<void> {
      const asked = await server.ask('POST', '/api/auth/request-password-reset', { email: NEW_EMAIL });
      assert.equal(asked.status, 200);
      const mail = await smtp.next();
      assert.equal(mail.to, NEW_EMAIL);
      const opened = await server.ask('GET', linkIn(mail));
      assert.equal(opened.status, 302);
      const target = new URL(opened.headers.get('location')!);
      assert.equal(target.pathname, '/account/reset');
      const body = { newPassword: NEW_PASSWORD, token: target.searchParams.get('token') };
      assert.equal((await server.ask('POST', '/api/auth/reset-password', body)).status, 200);
      assert.equal((await server.ask('POST', '/api/auth/reset-password', body)).status, 400, 'a link works once');
      assert.equal((await page.get('/api/auth/get-session')).json, null, 'a reset ends every session');
      const old = await page.post('/api/auth/sign-in/email', { email: NEW_EMAIL, password: PASSWORD });
      assert.equal(old.status, 401);
      const fresh = await page.post('/api/auth/sign-in/email', { email: NEW_EMAIL, password: NEW_PASSWORD });
      assert.equal(fresh.status, 200);
    }

    async function deleteAccount(page: ReturnType<AccountServer['browser']>): Promise<void> {
      const wrong = await page.post('/api/auth/delete-user', { password: PASSWORD });
      assert.equal(wrong.status, 400);
      const native = await server.ask('POST', '/api/auth/sign-in/email', { email: NEW_EMAIL, password: NEW_PASSWORD });
      const bearer = { authorization: `Bearer ${native.json.token}` };
      const issued = await server.ask('GET', '/api/auth/token', undefined, bearer);
      assert.equal(issued.status, 200, issued.text);
      const jwt = issued.json.token;
      assert.equal((await server.accounts.tokens.verify(jwt)).ok, true);
      const cookie = page.cookie;
      assert.equal((await page.post('/api/auth/delete-user', { password: NEW_PASSWORD })).status, 200);
      const gone = await server.ask('GET', '/api/account/profile', undefined, { cookie });
      assert.equal(gone.status, 401, 'its cookie is dead at once');
      assert.equal((await server.ask('GET', '/api/account/profile', undefined, bearer)).status, 401);
      assert.deepEqual(await server.accounts.tokens.verify(jwt), { ok: false, refusal: 'invalid' });
      const again = await page.post('/api/auth/sign-in/email', { email: NEW_EMAIL, password: NEW_PASSWORD });
      assert.equal(again.status, 401);
    }
  });
}
