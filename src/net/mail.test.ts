import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { SMTPServer } from 'smtp-server';
import { createSmtpMailer } from './mail.ts';

test('a mail program can end what it does not want with one click, where there is something to end', async () => {
  const mails: string[] = [];
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData(stream, _session, done) {
      text(stream).then((mail) => {
        mails.push(mail);
        done();
      }, done);
    },
  });
  const listening = server.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const { port } = listening.address() as { port: number };
  const mailer = createSmtpMailer({ url: `smtp://127.0.0.1:${port}`, from: 'mail@example.com' });
  const mail = { to: 'a@example.com', subject: 's', text: 't' };
  await mailer.send({ ...mail, unsubscribeUrl: 'https://touchmark.example/api/v1/relay/block?token=x' });
  await mailer.send(mail);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  const [relayed, other] = mails as [string, string];
  assert.match(relayed, /^List-Unsubscribe: <https:\/\/touchmark\.example\/api\/v1\/relay\/block\?token=x>\r?$/m);
  assert.match(relayed, /^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r?$/m);
  assert.match(other, /^Auto-Submitted: auto-generated\r?$/m);
  assert.doesNotMatch(other, /^List-Unsubscribe/m);
});

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
