import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { LightMyRequestResponse } from 'fastify';
import { ACCOUNT_LIMITS } from '../../src/core/account/limits.ts';
import { type ComposedServer, type Person, startComposedServer } from '../support/composed-server.ts';
import { PASSWORD } from '../support/people.ts';

/* What a browser without scripts does with the forms of an account's and an operator's pages. */

const HOSTILE = `"'><script>alert(1)</script>`;
const SHOWN = '&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;';
const FORM_TYPE = 'application/x-www-form-urlencoded';
const GUESSES = ACCOUNT_LIMITS.guessAddress.count;

let server: ComposedServer;
let owner: Person;

before(async () => {
  server = await startComposedServer('pglite');
  owner = await server.signUp();
});
after(() => server?.[Symbol.asyncDispose]());

const get = (url: string, { cookie }: Pick<Person, 'cookie'>) => server.ask({ url, headers: { cookie } });

/** Posts a form of a page; the fields are those that were typed or chosen. */
function post(
  url: string,
  fields: Readonly<Record<string, string | readonly string[]>>,
  headers: Readonly<Record<string, string>> = { cookie: owner.cookie },
  remoteAddress?: string,
): Promise<LightMyRequestResponse> {
  const pairs = Object.entries(fields).flatMap(([name, values]) => [values].flat().map((value) => [name, value]));
  return server.ask({
    method: 'POST',
    url,
    headers: { origin: server.origin, 'content-type': FORM_TYPE, ...headers },
    payload: new URLSearchParams(pairs as [string, string][]).toString(),
    ...(remoteAddress !== undefined && { remoteAddress }),
  });
}

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

test('signing in and out goes by form, and leads to own pages only', async () => {
  const { email } = await server.signUp();
  const fields = { form: 'sign-in', email, password: PASSWORD };
  const signIn = (next: string) => post(`/account/sign-in?next=${encodeURIComponent(next)}`, fields, {});
  for (const next of ['//evil.example', 'https://evil.example/', '/\\evil.example']) {
    assert.equal((await signIn(next)).headers.location, '/account', next);
  }
  const signedIn = await signIn('/account/vault?q=ab');
  assert.equal(signedIn.statusCode, 303);
  assert.equal(signedIn.headers.location, '/account/vault?q=ab');
  const cookie = signedIn.cookies.map(({ name, value }) => `${name}=${encodeURIComponent(value)}`).join('; ');
  assert.equal((await get('/account', { cookie })).statusCode, 200);

  const sessions = (await get('/account/profile', { cookie })).body;
  assert.equal(sessions.split('Sign it out').length - 1, 4, 'every other session is listed with a way to end it');
  const [, form, token] = /value="(end-[^"]+)">\s*<input type="hidden" name="token" value="([^"]+)"/.exec(sessions)!;
  assert.equal((await post('/account/profile', { form: form!, token: token! }, { cookie })).statusCode, 303);
  assert.equal((await get('/account/profile', { cookie })).body.split('Sign it out').length - 1, 3);

  const signedOut = await post('/account/usage', { form: 'sign-out' }, { cookie });
  assert.equal(signedOut.headers.location, '/account/sign-in');
  assert.equal((await get('/account', { cookie })).statusCode, 303);
  const late = await post('/account/keys', KEY, { cookie });
  assert.equal(
    late.headers.location,
    '/account/sign-in?next=%2Faccount%2Fkeys',
    'who was signed out is sent to sign in',
  );
});

test('webhooks are added for the sandbox or not, changed, switched and deleted by forms', async () => {
  const url = 'https://hooks.example.org/in';
  const add = { form: 'add-trackorigin', url, events: ['cert.issued', 'cert.revoked'], description: '' };
  const none = await post('/account/webhooks', { ...add, events: [], mode: 'test' });
  assert.equal(none.statusCode, 400);
  assert.match(none.body, /id="add-trackorigin-events-error"[^>]*>This must be a list/);
  assert.match(none.body, /<option value="test" selected *>/);

  const made = await post('/account/webhooks', { ...add, mode: 'test', ordered: 'true' });
  assert.match(made.body, /id="secret-text"[^>]*>whk_/);
  const list = async () =>
    (await server.ask({ url: '/api/v1/me/webhooks', headers: { cookie: owner.cookie } })).json().webhooks;
  const [webhook] = await list();
  assert.deepEqual([webhook.url, webhook.events, webhook.mode, webhook.ordered], [url, add.events, 'test', true]);
  const page = `/account/webhooks/trackorigin/${webhook.id}`;
  assert.equal((await post(page, { form: 'switch', enabled: 'false' })).statusCode, 303);
  assert.equal((await list())[0].enabled, false);
  const change = { form: 'change', url, events: 'cert.issued', description: 'Ours' };
  assert.equal((await post(page, change)).statusCode, 303);
  assert.deepEqual(
    (await list()).map(({ events, ordered, description }: Record<string, unknown>) => [events, ordered, description]),
    [[['cert.issued'], false, 'Ours']],
  );
  assert.match((await post(page, { form: 'rotate', overlap_seconds: '3600' })).body, /id="secret-text"[^>]*>whk_/);
  assert.equal((await post(page, { form: 'delete' })).headers.location, '/account/webhooks');
  assert.deepEqual(await list(), []);
});

test('a work is certified by its digest as text, and a track is submitted, without a script', async () => {
  const hash = randomBytes(32).toString('hex');
  const work = { form: 'certify', hash, title: 'Salt marsh', author_first_name: 'Ada', author_last_name: 'Weber' };
  const others = { author_country: '', source_language: '', creation_date: '', work_type: 'photograph' };
  const choices = { privacy_level: 'public', ownership_type: 'sole' };
  const wrong = await post('/account/works/new', { ...work, ...others, ...choices, hash: 'abc' });
  assert.equal(wrong.statusCode, 400);
  assert.match(wrong.body, /id="certify-hash-error"[^>]*>This /);
  const certified = await post('/account/works/new', { ...work, ...others, ...choices });
  assert.match(String(certified.headers.location), /^\/cert\/[0-9a-f-]{36}$/, certified.body);
  const overview = (await get('/account', owner)).body;
  assert.ok(overview.includes(`<a href="${certified.headers.location}"><bdi>Salt marsh</bdi></a>`));

  const track = {
    ...{ form: 'submit', sha256: randomBytes(32).toString('hex'), duration_ms: '180000', title: 'Northern Line' },
    ...{ fingerprint: '', fingerprint2: '', 'artist.handle': 'mara-vex', 'artist.display_name': 'Mara Vex' },
    ...{ 'declarations.human_composition': 'true', 'declarations.ai_use': 'none' },
    ...{ 'metadata.isrc': '', 'metadata.release': 'Lines', 'metadata.label': '' },
  };
  const late = await post('/account/tracks/new', { ...track, duration_ms: '3 min' });
  assert.match(late.body, /id="submit-duration_ms-error"[^>]*>This /);
  const sent = await post('/account/tracks/new', track);
  assert.equal(sent.headers.location, '/account/tracks', sent.body);
  const { submissions } = (
    await server.ask({ url: '/api/account/submissions', headers: { cookie: owner.cookie } })
  ).json();
  assert.deepEqual(
    [submissions[0].track.title, submissions[0].declarations.human_performance, submissions[0].metadata],
    ['Northern Line', false, { release: 'Lines' }],
  );
  assert.ok((await get('/account', owner)).body.includes('Northern Line'));
});

test('an operator decides by form, and nobody else can', async () => {
  const operator = await server.signUp();
  const queue = await server.ask({ url: '/api/account/submissions', headers: { cookie: owner.cookie } });
  const { id } = queue.json().submissions[0];
  const page = `/operator/submissions/${id}`;
  const decision = { form: 'decision', verdict: 'rejected', reason: 'A test of the form.' };
  assert.equal((await post(page, decision, { cookie: operator.cookie })).statusCode, 403);
  await server.store.transact(({ account }) => account.setRole(operator.email, 'operator'));
  const bare = await post(page, { ...decision, reason: '' }, { cookie: operator.cookie });
  assert.equal(bare.statusCode, 400);
  assert.match(bare.body, /id="decision-reason"[^>]* aria-invalid="true"/);
  const done = await post(page, decision, { cookie: operator.cookie });
  assert.equal(done.headers.location, `${page}?done=decision`, done.body);
  assert.match((await get(page, operator)).body, /A test of the form\./);
  const accept = { form: 'accept', policy: '{"a":', cohort: '', reason: 'x' };
  const broken = await post('/operator/policies', accept, { cookie: operator.cookie });
  assert.match(broken.body, /id="accept-policy-error"[^>]*>This is no JSON/);
  assert.ok(broken.body.includes('{&quot;a&quot;:</textarea>'));
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
