import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { systemClock } from '../../src/app/system.ts';
import type { Mail } from '../../src/core/account/account.ts';
import { RelayMailWorker } from '../../src/core/relay/relay-mail.ts';
import { ENGINES } from '../support/databases.ts';
import { type OrigimarkServer, startOrigimarkServer } from '../support/origimark-server.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

for (const engine of ENGINES) {
  describe(`messages to authors, ${engine}`, () => {
    let server: OrigimarkServer;
    let mails: Mail[] = [];
    let isDown = false;
    /** How much later the worker runs. */
    let laterMs = 0;
    before(async () => {
      server = await startOrigimarkServer(engine, { limits: { 'relay-certificate': 3, 'relay-address': 4 } });
    });
    after(() => server[Symbol.asyncDispose]());

    let senders = 0;
    /** By somebody whom nobody has seen yet, unless they are named. */
    const write = (certId: unknown, body: unknown = { message: 'Hello' }, from = `192.0.2.${++senders}`) =>
      server.ask('POST', `/api/v1/relay/${String(certId)}`, body, { ...JSON_TYPE, 'x-forwarded-for': from });

    async function deliver(): Promise<Mail[]> {
      mails = [];
      const send = async (mail: Mail) => {
        if (isDown) throw new Error('down');
        mails.push(mail);
      };
      const worker = new RelayMailWorker({
        store: server.store,
        mailer: { send },
        publicUrl: 'https://touchmark.example',
        clock: { ...systemClock, now: () => systemClock.now() + laterMs },
      });
      await worker.run(new AbortController().signal);
      return mails;
    }

    async function certifyAsMember() {
      const member = await server.createMember();
      const { cert_id: certId } = (await server.certify(member)) as { cert_id: string };
      return { member, certId };
    }

    test('an author gets the event and the mail, and the sender learns nothing', async () => {
      const { certId } = await certifyAsMember();
      const answer = await write(certId, { message: 'May I use it?\nSee >> there', reply_to: 'buyer@example.org' });
      assert.equal(answer.status, 202, JSON.stringify(answer.json));
      assert.deepEqual(answer.json, { status: 'accepted' });
      const [mail, ...others] = await deliver();
      assert.equal(others.length, 0);
      assert.match(mail!.text, /^> May I use it\?\n> See >> there$/m);
      assert.match(mail!.text, /buyer@example\.org/);
      assert.ok(!JSON.stringify(answer).includes(mail!.to));
      const events = (await server.listEvents()).filter(({ type }) => type === 'relay.message');
      assert.match(events.at(-1)!.data, /May I use it/);
      assert.deepEqual(await deliver(), [], 'once');
    });

    test('a mail that was not taken is sent later', async () => {
      const { certId } = await certifyAsMember();
      await write(certId);
      isDown = true;
      await assert.rejects(deliver());
      isDown = false;
      assert.deepEqual(await deliver(), []);
      laterMs = 7 * 3_600_000;
      assert.equal((await deliver()).length, 1);
    });

    test('the link in the mail ends messages, and nobody else can make one', async () => {
      const { certId } = await certifyAsMember();
      await write(certId);
      const [mail] = await deliver();
      const { pathname, search } = new URL(mail!.unsubscribeUrl!);
      assert.ok(mail!.text.includes(mail!.unsubscribeUrl!));
      const forged = `${pathname}${search.slice(0, -3)}AAA`;
      assert.equal((await server.ask('POST', forged)).status, 404);
      // Opening the link is not enough: programs that look at mails do that.
      assert.equal((await server.ask('GET', pathname + search)).status, 200);
      assert.equal((await write(certId)).status, 202);
      // As mail programs say it (RFC 8058 section 3.1).
      const form = { 'content-type': 'application/x-www-form-urlencoded' };
      assert.equal((await server.ask('POST', pathname + search, 'List-Unsubscribe=One-Click', form)).status, 200);
      assert.deepEqual(await deliver(), [], 'what waited is not sent any more');
    });

    test('who writes cannot tell whether the author has blocked messages, and none goes through', async () => {
      const open = await certifyAsMember();
      const closed = await certifyAsMember();
      await write(closed.certId);
      const [mail] = await deliver();
      const { pathname, search } = new URL(mail!.unsubscribeUrl!);
      assert.equal((await server.ask('POST', pathname + search)).status, 200);
      const passedOn = await write(open.certId);
      assert.equal((await deliver()).length, 1);
      const events = await server.listEvents();
      const dropped = await write(closed.certId);
      assert.deepEqual([dropped.status, dropped.json], [passedOn.status, passedOn.json]);
      assert.equal(dropped.status, 202);
      assert.deepEqual(await deliver(), []);
      assert.deepEqual(await server.listEvents(), events);
      assert.equal((await write('0190163d-8694-739b-aea5-966c26f8ad90')).status, 404);
    });

    test('one address sends so many messages, to whomever, and another one goes on', async () => {
      const works = await Promise.all(Array.from({ length: 5 }, certifyAsMember));
      const spammer = '198.51.100.7';
      for (const { certId } of works.slice(0, 4)) assert.equal((await write(certId, undefined, spammer)).status, 202);
      const last = works[4]!.certId;
      assert.equal((await write(last, undefined, spammer)).status, 429);
      assert.equal((await write(last)).status, 202);
      assert.equal((await deliver()).length, 5);
    });

    test('one work takes so many messages, and what is no message is refused', async () => {
      const { certId } = await certifyAsMember();
      for (const body of [
        ...[
          {},
          { message: '' },
          { message: '  ' },
          { message: 7 },
          { message: 'x'.repeat(4001) },
          { message: 'a\u0000b' },
        ],
        ...[
          [],
          { message: 'x', reply_to: 'nobody' },
          { message: 'x', reply_to: 'a@b.c\nBcc: d@e.f' },
          { message: 'x', to: 1 },
        ],
      ]) {
        assert.equal((await write(certId, body)).status, 400, JSON.stringify(body).slice(0, 60));
      }
      assert.equal((await write(certId, { message: 'x'.repeat(40_000) })).status, 413);
      for (let i = 0; i < 3; i++) assert.equal((await write(certId)).status, 202);
      assert.equal((await write(certId)).status, 429);
    });
  });
}
