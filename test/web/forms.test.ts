import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { ACCOUNT_LIMITS } from '../../src/core/account/limits.ts';
import { PASSWORD } from '../support/people.ts';
import { testAccountForms } from './account-forms.ts';
import { FORM_TYPE, openFormsWorld } from './forms-world.ts';
import { testOperatorForms } from './operator-forms.ts';
import { testOwnerForms } from './owner-forms.ts';

/* What a browser without scripts does with the forms of an account's and an operator's pages. */

const HOSTILE = `"'><script>alert(1)</script>`;
const SHOWN = '&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;';
const GUESSES = ACCOUNT_LIMITS.guessAddress.count;

const world = await openFormsWorld();
after(() => world[Symbol.asyncDispose]());
const { server, owner, get, post } = world;

const KEY = { form: 'make', kind: 'origimark', name: '', scopes: '', expires_at: '' };

async function countKeys(): Promise<number> {
  return (await server.ask({ url: '/api/account/keys', headers: { cookie: owner.cookie } })).json().keys.length;
}

test('a key is made by a form; its secret is in that one answer, and works', async () => {
  const made = await post('/account/keys', { ...KEY, name: HOSTILE, scopes: 'write' });
  assert.equal(made.statusCode, 200);
  assert.equal(made.headers['cache-control'], 'no-store');
  assert.doesNotMatch(made.body, /<section id="secret"[^>]* hidden/);
  const secret = /id="secret-text"[^>]*>([^<]+)</.exec(made.body)![1]!;
  assert.ok(made.body.includes(SHOWN) && !made.body.includes(HOSTILE), 'the new key is listed as text');
  const page = await get('/account/keys', owner);
  assert.ok(!page.body.includes(secret));
  assert.match(page.body, /<section id="secret"[^>]* hidden/);
  const payload = { hash: randomBytes(32).toString('hex') };
  const used = await server.ask({
    method: 'POST',
    url: '/api/v1/verify-by-hash',
    headers: { 'x-api-key': secret },
    payload,
  });
  assert.equal(used.json().error?.code, 'insufficient_scope', 'it may only write, as was chosen');
});

test('a form that a page of this server did not send does nothing, whoever is signed in', async () => {
  const before = await countKeys();
  const { cookie } = owner;
  for (const headers of [
    { cookie, origin: 'https://evil.example' },
    { cookie, origin: 'null' },
    { cookie, origin: `${server.origin}.evil.example` },
    { cookie, 'sec-fetch-site': 'cross-site' },
    { cookie, 'sec-fetch-site': 'same-site' },
  ]) {
    const answer = await post('/account/keys', KEY, headers);
    assert.equal(answer.statusCode, 403, JSON.stringify(headers));
    assert.match(answer.body, /<h1>Not from here<\/h1>/);
  }
  const unsaid = await server.ask({
    method: 'POST',
    url: '/account/keys',
    headers: { cookie, 'content-type': FORM_TYPE },
    payload: new URLSearchParams(KEY).toString(),
  });
  assert.equal(unsaid.statusCode, 403);
  assert.equal(await countKeys(), before);

  const { email } = owner;
  const stranger = { origin: 'https://evil.example' };
  const signedIn = await post('/account/sign-in', { form: 'sign-in', email, password: PASSWORD }, stranger);
  assert.equal(signedIn.statusCode, 403, 'nobody is signed in by another site, though no cookie is sent');
  assert.equal(signedIn.headers['set-cookie'], undefined);
});

test('a form is read strictly: its own fields, each once, as a form, and no more than it may hold', async () => {
  const before = await countKeys();
  const refused = async (fields: Parameters<typeof post>[1], status: number, says: RegExp) => {
    const answer = await post('/account/keys', fields);
    assert.equal(answer.statusCode, status, JSON.stringify(fields).slice(0, 100));
    assert.match(answer.body, says);
  };
  await refused({ ...KEY, role: 'operator' }, 400, /This form has no such field/);
  await refused({ ...KEY, ['__proto__']: 'x', constructor: 'x' }, 400, /This form has no such field/);
  await refused({ ...KEY, kind: ['origimark', 'origimark'] }, 400, /A field came twice/);
  await refused({ ...KEY, name: 'x'.repeat(70_000) }, 413, /<h1>Too much<\/h1>/);
  await refused({ ...KEY, form: 'rename-of-nobody' }, 409, /no such form/);
  await refused({}, 409, /no such form/);
  for (const [contentType, payload] of [
    ['application/json', JSON.stringify(KEY)],
    ['text/plain', 'form=make'],
    ['multipart/form-data; boundary=x', '--x--'],
  ] as const) {
    const headers = { cookie: owner.cookie, origin: server.origin, 'content-type': contentType };
    const answer = await server.ask({ method: 'POST', url: '/account/keys', headers, payload });
    assert.equal(answer.statusCode, 415, contentType);
  }
  for (const payload of ['%', '%ff%fe', '&&&===', 'form=make&kind=%00', '\ufeff']) {
    const headers = { cookie: owner.cookie, origin: server.origin, 'content-type': FORM_TYPE };
    const { statusCode } = await server.ask({ method: 'POST', url: '/account/keys', headers, payload });
    assert.ok(statusCode >= 400 && statusCode < 500, `${payload}: ${statusCode}`);
  }
  assert.equal(await countKeys(), before);
});

test('a form that stands in another account’s page is not there', async () => {
  await post('/account/keys', KEY);
  const id = / id="revoke-([^"]+)"/.exec((await get('/account/keys', owner)).body)![1]!;
  const stranger = await server.signUp();
  const before = await countKeys();
  const answer = await post('/account/keys', { form: `revoke-${id}` }, { cookie: stranger.cookie });
  assert.equal(answer.statusCode, 409);
  assert.equal(await countKeys(), before);
  const own = await post('/account/keys', { form: `revoke-${id}` });
  assert.equal(own.headers.location, `/account/keys?done=revoke-${id}`);
  assert.doesNotMatch((await get('/account/keys', owner)).body, new RegExp(` id="revoke-${id}"`));
});

test('what is wrong is said beside its field, and what was typed stays, but for passwords', async () => {
  const typed = {
    form: 'profile',
    display_name: HOSTILE,
    handle: 'x',
    bio: 'One\r\ntwo',
    location: '',
    avatar_url: '',
  };
  const { statusCode, body } = await post('/account/profile', typed);
  assert.equal(statusCode, 400);
  assert.match(body, /<input [^>]*id="profile-handle"[^>]* aria-invalid="true" autofocus[^>]* value="x"/);
  assert.match(body, /id="profile-handle-error"[^>]*>A handle is 3 to 30/);
  assert.ok(body.includes(`value="${SHOWN}"`) && body.includes('One\r\ntwo</textarea>') && !body.includes(HOSTILE));

  const { email } = owner;
  const wrong = await post('/account/sign-in', { form: 'sign-in', email, password: 'wrong horse' }, {});
  assert.equal(wrong.statusCode, 401);
  assert.match(wrong.body, /id="sign-in-password-error"[^>]*>This e-mail address and this password do not belong/);
  assert.ok(wrong.body.includes(`value="${email}"`) && !wrong.body.includes('wrong horse'));

  const folded = await post('/account/profile', { form: 'delete', password: 'wrong horse' });
  assert.match(folded.body, /<details open><summary>Delete the account<\/summary>/, 'it is unfolded to be seen');
  assert.doesNotMatch(folded.body, /<details open><summary>Change/);
});

test('after a form the page is asked for again, and says what its own form says, not what the address does', async () => {
  const saved = await post('/account/profile?x=1', {
    form: 'profile',
    display_name: 'Mara',
    handle: '',
    bio: '',
    location: '',
    avatar_url: '',
  });
  assert.equal(saved.statusCode, 303);
  assert.equal(saved.headers.location, '/account/profile?x=1&done=profile');
  assert.match((await get(String(saved.headers.location), owner)).body, /<p class="notice" role="status">Saved\.<\/p>/);
  const forged = await get(`/account/profile?done=${encodeURIComponent(HOSTILE)}`, owner);
  assert.match(forged.body, /<p class="notice" role="status">Done\.<\/p>/);
});

test('a script that posts a form is told what came of it', async () => {
  const accept = 'application/json';
  const headers = { cookie: owner.cookie, accept };
  const made = (await post('/account/keys', KEY, headers)).json();
  assert.match(made.secret, /^\S{20,}$/);
  assert.deepEqual((await post('/account/keys', { ...KEY, x: '1' }, headers)).json(), {
    problems: { '': 'This form has no such field.' },
  });
  const handle = { form: 'profile', display_name: 'Mara', handle: 'x', bio: '', location: '', avatar_url: '' };
  assert.deepEqual(Object.keys((await post('/account/profile', handle, headers)).json().problems), ['handle']);
  assert.deepEqual((await post('/account/profile', { ...handle, handle: '' }, headers)).json(), { say: 'Saved.' });
  const signedOut = await post('/account/keys?done=make', KEY, { accept });
  assert.match(signedOut.json().goTo, /^\/account\/sign-in\?next=/);
});

test('guesses by form count for the network that they come from', async () => {
  const fields = { form: 'sign-in', email: 'guessed@example.org', password: 'wrong horse' };
  const guess = (address: string) => post('/account/sign-in', fields, {}, address);
  const guesses = await Promise.all(Array.from({ length: GUESSES + 1 }, () => guess('203.0.113.5')));
  const refused = guesses.filter(({ statusCode }) => statusCode === 429);
  assert.equal(refused.length, 1);
  assert.match(refused[0]!.body, /role="alert">Too many tries\. Try again in \d+ minutes/);
  assert.equal((await guess('198.51.100.5')).statusCode, 401, 'another network is not held to it');
});

testAccountForms(world);
testOwnerForms(world);
testOperatorForms(world);

test('a form that is still being sent when the server ends is told that nothing was done, as a page and to a script', async () => {
  const { port } = new URL(server.url);
  const body = new URLSearchParams(KEY).toString();
  const begin = async (accept: string) => {
    const socket = connect(Number(port), '127.0.0.1');
    const lines = [
      'POST /account/keys HTTP/1.1',
      `Host: 127.0.0.1:${port}`,
      `Origin: ${server.origin}`,
      `Cookie: ${owner.cookie}`,
      `Accept: ${accept}`,
      `Content-Type: ${FORM_TYPE}`,
      `Content-Length: ${body.length}`,
      'Expect: 100-continue',
    ];
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    await once(socket, 'data');
    return socket;
  };
  const sockets = await Promise.all(['text/html', 'application/json'].map(begin));
  const ended = world[Symbol.asyncDispose]();
  for (let isOpen = true; isOpen; ) {
    isOpen = await fetch(`${server.url}/livez`).then(
      () => true,
      () => false,
    );
  }
  const [page, told] = await Promise.all(
    sockets.map((socket) => {
      socket.end(body);
      return text(socket);
    }),
  );
  await ended;
  assert.match(
    page!,
    /^HTTP\/1\.1 503 [\s\S]*<h1>The server is being restarted<\/h1>[\s\S]*Nothing was done\. Wait a minute/,
  );
  assert.match(told!, /^HTTP\/1\.1 503 [\s\S]*\{"problems":\{"":"Nothing was done\. Wait a minute/);
});
