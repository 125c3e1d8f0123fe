import assert from 'node:assert/strict';
import { test } from 'node:test';
import Fastify from 'fastify';
import { createOutbox, outboxRoutes } from '../../src/sandbox/outbox.ts';

const clock = { now: () => Date.parse('2026-05-14T14:00:00Z'), sleep: async () => {} };

test('the outbox shows mails as text, newest first, and no script of a mail runs', async () => {
  const outbox = createOutbox(clock);
  const hostile = `<script>alert(1)</script>`;
  await outbox.send({ to: 'a@example.com', subject: 'the earlier', text: 'one' });
  await outbox.send({
    to: hostile,
    subject: `"'&${hostile}`,
    text: `${hostile}\nhttp://127.0.0.1/x?a=1&b="><b>\njavascript:x`,
  });
  const app = Fastify();
  app.register(outboxRoutes(outbox), { prefix: '/sandbox' });
  const page = await app.inject('/sandbox/outbox');
  assert.match(String(page.headers['content-security-policy']), /^default-src 'none'; style-src 'sha256-/);
  assert.doesNotMatch(page.body, /<script|<b>|href="javascript/);
  assert.match(page.body, /<a href="http:\/\/127\.0\.0\.1\/x\?a=1&amp;b=&quot;&gt;&lt;b&gt;">/);
  assert.ok(page.body.indexOf('&lt;script') < page.body.indexOf('the earlier'));
  const json = await app.inject('/sandbox/outbox.json');
  assert.deepEqual(json.json()[1], {
    to: 'a@example.com',
    subject: 'the earlier',
    text: 'one',
    sent_at: '2026-05-14T14:00:00.000Z',
  });
});

test('the outbox keeps the last 200 mails', async () => {
  const outbox = createOutbox(clock);
  for (let i = 0; i < 250; i++) await outbox.send({ to: 'a@example.com', subject: `mail ${i}`, text: '' });
  assert.equal(outbox.mails.length, 200);
  assert.equal(outbox.mails[0]!.subject, 'mail 249');
});
