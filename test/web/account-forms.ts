import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import type { LightMyRequestResponse } from 'fastify';
import { linkIn } from '../support/account-server.ts';
import { PASSWORD } from '../support/people.ts';
import { type FormsWorld, problemIn } from './forms-world.ts';

const NEW_PASSWORD = 'another good one';
const LINK_ENDED = /That link does not work any more/;

/** Making, keeping and ending an account. */
export function testAccountForms({ server, get, post, press, read }: FormsWorld): void {
  const signIn = (email: string, password: string) => press('/account/sign-in', 'sign-in', { email, password });
  const newAddress = () => `${randomUUID()}@example.org`;
  const mailTo = (address: string) => server.mails.findLast(({ to }) => to === address);

  /** The page to which a mailed link leads. */
  async function follow(path: string, who?: { cookie: string }): Promise<string> {
    const { origin, href } = new URL(String((await get(path, who)).headers.location), server.origin);
    assert.equal(origin, server.origin);
    return href.slice(origin.length);
  }

  test('signing in and out goes by form, and leads to own pages only', async () => {
    const { email } = await server.signUp();
    const fields = { form: 'sign-in', email, password: PASSWORD };
    const goOn = (next: string) => post(`/account/sign-in?next=${encodeURIComponent(next)}`, fields, {});
    for (const next of ['//evil.example', 'https://evil.example/', '/\\evil.example']) {
      assert.equal((await goOn(next)).headers.location, '/account', next);
    }
    const signedIn = await goOn('/account/vault?q=ab');
    assert.equal(signedIn.statusCode, 303);
    assert.equal(signedIn.headers.location, '/account/vault?q=ab');
    const session = { cookie: cookieOf(signedIn) };

    const sessions = await read('/account/profile', session);
    assert.equal(sessions.split('Sign it out').length - 1, 4, 'every other session is listed with a way to end it');
    const [, form] = /<form id="(end-[^"]+)"/.exec(sessions)!;
    assert.equal((await press('/account/profile', form!, {}, session)).statusCode, 303);
    assert.equal((await read('/account/profile', session)).split('Sign it out').length - 1, 3);
    assert.equal((await press('/account/profile', 'sign-out-others', {}, session)).statusCode, 303);
    assert.doesNotMatch(await read('/account/profile', session), /Sign it out/);

    const signedOut = await press('/account/usage', 'sign-out', {}, session);
    assert.equal(signedOut.headers.location, '/account/sign-in');
    assert.equal((await get('/account', session)).statusCode, 303);
    const late = await post('/account/keys', { form: 'make' }, session);
    const { location } = late.headers;
    assert.equal(location, '/account/sign-in?next=%2Faccount%2Fkeys', 'who was signed out is sent to sign in');
  });

  test('an account is made, confirmed by the mailed link and used; a link that is wrong is told as such', async () => {
    const email = newAddress();
    const typed = { name: 'Lio', email, password: PASSWORD };
    const wrong = await press('/account/sign-up', 'sign-up', { ...typed, email: 'lio' });
    assert.equal(wrong.statusCode, 400);
    assert.equal(problemIn(wrong.body, 'sign-up', 'email'), 'This is not an e-mail address.');
    const short = await press('/account/sign-up', 'sign-up', { ...typed, password: 'short' });
    assert.equal(problemIn(short.body, 'sign-up', 'password'), 'This password is too short.');
    assert.equal(await server.store.account.findByEmail(email), null);

    const made = await press('/account/sign-up', 'sign-up', typed);
    assert.match(await read(String(made.headers.location)), /role="status">Look into your mail/);
    const early = await signIn(email, PASSWORD);
    assert.equal(early.statusCode, 403);
    assert.match(problemIn(early.body, 'sign-in'), /not confirmed yet/);

    const ended = await read(await follow(linkIn(mailTo(email)).replace('token=', 'token=x')));
    assert.match(ended, LINK_ENDED);
    assert.match(ended, /<details open><summary>No mail to confirm/);
    const mails = server.mails.length;
    const again = await press('/account/sign-in', 'again', { email });
    assert.match(await read(String(again.headers.location)), /a new mail is on its way/);
    assert.equal(server.mails.length, mails + 1);
    assert.match(await read(await follow(linkIn(mailTo(email)))), /Your e-mail address is confirmed/);
    const session = { cookie: cookieOf(await signIn(email, PASSWORD)) };
    assert.match(await read('/account', session), /You are <bdi>Lio<\/bdi>/);
  });

  test('a forgotten password is set anew once, which ends every session; who has no account is told the same', async () => {
    const { email, ...session } = await server.signUp();
    const mails = server.mails.length;
    const [asked, nobody] = await Promise.all([
      press('/account/forgot', 'forgot', { email }),
      press('/account/forgot', 'forgot', { email: newAddress() }),
    ]);
    assert.deepEqual([asked.statusCode, asked.headers.location], [nobody.statusCode, nobody.headers.location]);
    assert.match(await read(String(asked.headers.location)), /If this address has an account/);
    assert.equal(server.mails.length, mails + 1);

    const link = linkIn(mailTo(email));
    const page = await follow(link);
    const short = await press(page, 'reset', { newPassword: 'short' });
    assert.equal(problemIn(short.body, 'reset', 'newPassword'), 'This password is too short.');
    const set = await press(page, 'reset', { newPassword: NEW_PASSWORD });
    assert.match(await read(String(set.headers.location)), /Your new password is set/);
    assert.equal((await get('/account', session)).statusCode, 303, 'who was signed in is no more');
    assert.equal((await signIn(email, PASSWORD)).statusCode, 401);
    assert.equal((await signIn(email, NEW_PASSWORD)).headers.location, '/account');

    const late = await press(page, 'reset', { newPassword: PASSWORD });
    assert.equal(late.statusCode, 400);
    assert.match(problemIn(late.body, 'reset'), /This link does not work any more/);
    assert.equal((await signIn(email, PASSWORD)).statusCode, 401, 'a link sets one password');
    assert.equal(await follow(await follow(link)), '/account/forgot?error');
    assert.match(await read('/account/forgot?error'), LINK_ENDED);
  });

  test('a password is changed by who knows the present one, and other browsers are signed out', async () => {
    const { email, ...session } = await server.signUp();
    const other = { cookie: cookieOf(await signIn(email, PASSWORD)) };
    const typed = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
    const wrong = await press('/account/profile', 'password', { ...typed, currentPassword: 'wrong horse' }, session);
    assert.equal(problemIn(wrong.body, 'password', 'currentPassword'), 'This is not your password.');
    assert.match(wrong.body, /<details open><summary>Change the password/);
    const short = await press('/account/profile', 'password', { ...typed, newPassword: 'short' }, session);
    assert.equal(problemIn(short.body, 'password', 'newPassword'), 'This password is too short.');
    assert.equal((await get('/account', other)).statusCode, 200, 'until then nothing has changed');

    const changed = await press('/account/profile', 'password', typed, session);
    const present = { cookie: cookieOf(changed) };
    assert.match(await read(String(changed.headers.location), present), /role="status">Your new password is set/);
    for (const gone of [other, session]) assert.equal((await get('/account', gone)).statusCode, 303);
    assert.equal((await signIn(email, PASSWORD)).statusCode, 401);
    assert.equal((await signIn(email, NEW_PASSWORD)).statusCode, 303);
  });

  test('an address is changed when the old and the new one were asked, and a link that is wrong is told as such', async () => {
    const { email, ...session } = await server.signUp();
    const newEmail = newAddress();
    const wrong = await press('/account/profile', 'email', { newEmail: 'x' }, session);
    assert.equal(problemIn(wrong.body, 'email', 'newEmail'), 'This is not an e-mail address.');
    const asked = await press('/account/profile', 'email', { newEmail }, session);
    assert.match(await read(String(asked.headers.location), session), /role="status">Look into your mail/);
    assert.equal(mailTo(newEmail), undefined, 'the present address is asked first');

    const allow = linkIn(mailTo(email));
    const ended = await read(await follow(allow.replace('token=', 'token=x'), session), session);
    assert.match(ended, LINK_ENDED);
    assert.ok(ended.includes(email));
    assert.match(await read(await follow(allow, session), session), /Your link has worked/);
    const changed = await read(await follow(linkIn(mailTo(newEmail)), session), session);
    assert.ok(changed.includes(newEmail) && !changed.includes(email));
    assert.equal((await signIn(email, PASSWORD)).statusCode, 401);
    assert.equal((await signIn(newEmail, PASSWORD)).statusCode, 303);
  });

  test('a profile keeps what is typed, and an account is deleted by who knows its password', async () => {
    const { email, ...session } = await server.signUp();
    const typed = { display_name: 'Ine Moor', handle: 'ine-moor', bio: 'Reeds.\r\nMarsh.', location: 'Ghent' };
    assert.equal((await press('/account/profile', 'profile', typed, session)).statusCode, 303);
    const page = await read('/account/profile', session);
    for (const value of ['value="Ine Moor"', 'value="ine-moor"', 'Reeds.\nMarsh.</textarea>', 'value="Ghent"']) {
      assert.ok(page.includes(value), value);
    }
    assert.match(await read('/u/ine-moor'), /Ine Moor[\s\S]*Reeds\./);

    const wrong = await press('/account/profile', 'delete', { password: 'wrong horse' }, session);
    assert.equal(problemIn(wrong.body, 'delete', 'password'), 'This is not your password.');
    assert.equal((await get('/account', session)).statusCode, 200);
    const gone = await press('/account/profile', 'delete', { password: PASSWORD }, session);
    assert.match(await read(String(gone.headers.location)), /Your account is deleted/);
    assert.equal((await get('/account', session)).statusCode, 303);
    assert.equal((await signIn(email, PASSWORD)).statusCode, 401);
    assert.equal((await get('/u/ine-moor')).statusCode, 404);
  });
}

function cookieOf({ cookies }: LightMyRequestResponse): string {
  return cookies.map(({ name, value }) => `${name}=${encodeURIComponent(value)}`).join('; ');
}
