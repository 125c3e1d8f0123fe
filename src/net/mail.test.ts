import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { createSmtpMailer } from './mail.ts';

test('no header or second receiver can be smuggled into a mail', async () => {
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const mailer = createSmtpMailer({ url: `smtp://127.0.0.1:${port}`, from: 'mail@example.com' });
  const addresses = [
    'a@example.com\r\nBcc: b@example.com',
    'a@example.com, b@example.com',
    'a@example.com;b@example.com',
    '<a@example.com>',
    'A <a@example.com>',
    '"a b"@example.com',
    'a@b@example.com',
    'a@example.com\0',
    'group: a@example.com',
    'a@[127.0.0.1]',
    'a@example.com ORCPT=x',
    '',
  ];
  for (const to of addresses) {
    await assert.rejects(mailer.send({ to, subject: 's', text: 't' }), { code: 'address-malformed' }, to);
  }
  for (const subject of ['a\r\nBcc: b@example.com', 'a\nb', 'a\0b']) {
    await assert.rejects(mailer.send({ to: 'a@example.com', subject, text: 't' }), { code: 'subject-malformed' });
  }
  assert.equal(connections, 0, 'refused before anybody was asked');
  await assert.rejects(mailer.send({ to: 'a@example.com', subject: 's', text: 't' }), { code: 'not-sent' });
  await new Promise((resolve) => server.close(resolve));
});

test('a sender that is no plain address is refused at the start', () => {
  for (const from of ['', 'Touchmark', 'a@example.com, b@example.com', 'X <a@example.com>\r\nBcc: b@example.com']) {
    assert.throws(() => createSmtpMailer({ url: 'smtp://127.0.0.1', from }), { code: 'address-malformed' }, from);
  }
});
