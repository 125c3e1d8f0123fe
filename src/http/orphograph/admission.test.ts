import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  createOrphographServer,
  type OrphographServer,
  PACK_TOKEN,
  SUBSCRIBER_KEY,
} from '../../../test/support/orphograph-server.ts';
import { isMailAddress } from './mail-address.ts';

const HASH = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
const PACK = { 'x-pack-token': PACK_TOKEN };
const HOUR_MS = 60 * 60 * 1000;

async function post({ app }: OrphographServer, headers: Record<string, string>, body: object) {
  const payload = { hash_hex: HASH, ...body };
  const answer = await app.inject({ method: 'POST', url: '/api/anchor', headers, payload });
  return { status: answer.statusCode, body: answer.json() };
}

test('the receipt of a pack is mailed to the address it names, without words of the sender', async () => {
  const server = createOrphographServer({ credits: 2 });
  const { body } = await post(server, PACK, { notify_email: 'someone@example.org', client_label: 'Buy now!' });
  await server.app.close();
  assert.deepEqual([body.pack_consumed, body.pack_remaining], [true, 1]);
  const [mail] = server.mailer.sent;
  assert.equal(mail!.to, 'someone@example.org');
  assert.match(mail!.text, new RegExp(`/api/receipt/${body.receipt_id}\\.zip`));
  assert.match(mail!.text, new RegExp(HASH));
  assert.doesNotMatch(mail!.subject + mail!.text, /Buy now/);
});

test('mail is for packs only', async () => {
  const server = createOrphographServer({ credits: 0 });
  for (const headers of [{}, PACK, { 'x-orpho-api-key': SUBSCRIBER_KEY }]) {
    for (const notify_email of ['someone@example.org', 'nobody', 7]) {
      assert.equal((await post(server, headers, { notify_email })).status, 200);
    }
  }
  await server.app.close();
  assert.deepEqual(server.mailer.sent, []);
});

test('a wrong address is refused before anything is paid', async () => {
  const server = createOrphographServer({ credits: 1 });
  for (const notify_email of [
    '',
    'nobody',
    'a@b',
    'a b@example.org',
    'a@example.org,b@example.org',
    'a@example.org\r\nBcc: b@example.org',
    '<a@example.org>',
    'a..b@example.org',
    'a@-example.org',
    7,
    ['a@example.org'],
  ]) {
    const { status, body } = await post(server, PACK, { notify_email });
    assert.deepEqual([status, body.error], [400, 'invalid_notify_email'], String(notify_email));
  }
  assert.equal((await post(server, PACK, { notify_email: null })).body.pack_consumed, true);
  assert.deepEqual(server.mailer.sent, []);
});

test('mail that cannot be sent is nobody’s failure but the log’s, which does not name the address', async () => {
  const server = createOrphographServer({ credits: 1 });
  server.mailer.fault = new Error('no mail today');
  assert.equal((await post(server, PACK, { notify_email: 'someone@example.org' })).status, 200);
  await server.app.close();
  assert.ok(server.log.some(({ msg }) => msg === 'a receipt could not be sent by mail'));
  assert.doesNotMatch(JSON.stringify(server.log), /someone/);
});

test('a pack mails twenty times an hour at the most, and anchors on', async () => {
  const server = createOrphographServer({ credits: 100 });
  for (let i = 0; i < 25; i++) {
    assert.equal((await post(server, PACK, { notify_email: 'someone@example.org' })).status, 200);
  }
  server.clock.time += HOUR_MS;
  await post(server, PACK, { notify_email: 'someone@example.org' });
  await server.app.close();
  assert.equal(server.mailer.sent.length, 21);
});

test('addresses are what mail can be sent to', () => {
  for (const good of ['a@example.org', "o'neil+tag@mail.example.co.uk", `${'a'.repeat(64)}@example.org`]) {
    assert.ok(isMailAddress(good), good);
  }
  for (const bad of [
    `${'a'.repeat(65)}@example.org`,
    `a@${'b'.repeat(64)}.org`,
    `a@${'b.'.repeat(130)}org`,
    '"a b"@example.org',
    'a@[127.0.0.1]',
    'a@example.org.',
    'ä@example.org',
  ]) {
    assert.ok(!isMailAddress(bad), bad);
  }
});

test('over its fair share a key is left with the allowance of its network, and still makes receipts of its account', async () => {
  const DAY_MS = 24 * HOUR_MS;
  const server = createOrphographServer({
    freeTier: { count: 1, periodMs: DAY_MS },
    fairUse: { count: 5, periodMs: DAY_MS },
  });
  const headers = { 'x-orpho-api-key': SUBSCRIBER_KEY };
  const batch = async (items: number) => {
    const payload = { hashes: Array.from({ length: items }, () => ({ hash_hex: HASH })) };
    return (await server.app.inject({ method: 'POST', url: '/api/anchor/batch', headers, payload })).statusCode;
  };
  assert.equal(await batch(3), 200);
  // Three are more than the two that are left: the network's token goes.
  assert.equal(await batch(3), 200);
  assert.equal(await batch(3), 429);
  // The two are still there.
  assert.equal(await batch(2), 200);
  assert.equal((await post(server, headers, {})).status, 429);
  const owned = await server.anchors.listOwned({
    accountId: 'alice',
    before: null,
    digestPrefix: null,
    label: null,
    isPrivate: null,
    limit: 100,
  });
  assert.equal(owned.length, 8);
});

test('what the calendars did not take costs a key nothing of its fair share', async () => {
  const server = createOrphographServer({
    freeTier: { count: 1, periodMs: HOUR_MS },
    fairUse: { count: 1, periodMs: HOUR_MS },
  });
  server.anchors.fault = 'calendars-unreachable';
  for (let i = 0; i < 3; i++) {
    assert.equal((await post(server, { 'x-orpho-api-key': SUBSCRIBER_KEY }, {})).status, 503);
  }
  server.anchors.fault = null;
  assert.equal((await post(server, { 'x-orpho-api-key': SUBSCRIBER_KEY }, {})).status, 200);
  assert.equal((await post(server, {}, {})).status, 200, 'the network still has its token');
});
