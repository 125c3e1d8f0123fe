import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type AccountServer, linkIn, startAccountServer } from '../support/account-server.ts';
import { ENGINES } from '../support/databases.ts';
import { PASSWORD } from '../support/people.ts';
import type { Answer } from '../support/send.ts';

const KNOWN = 'known@example.com';

/** All of an answer that could tell, without what differs in any two answers. */
function shapeOf({ status, headers, text }: Answer): unknown {
  const blurred = text
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<id>')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replaceAll(/(?:known|unknown)\d*@example\.com/g, '<email>');
  const names = [...headers.keys()].filter((name) => name !== 'date').toSorted();
  return { status, names, body: blurred };
}

for (const engine of ENGINES) {
  describe(`nobody learns who has an account on ${engine}`, () => {
    let server: AccountServer;

    before(async () => {
      server = await startAccountServer(engine);
      await server.register(KNOWN);
    });
    after(() => server[Symbol.asyncDispose]());

    /** Asks the same of a known and an unknown address; resolves with the mails of both. */
    async function compare(path: string, body: (email: string) => object, headers?: Record<string, string>) {
      const mails: string[][] = [];
      const shapes: unknown[] = [];
      for (const email of [KNOWN, 'unknown@example.com']) {
        server.mails.length = server.sleeps.length = 0;
        shapes.push(shapeOf(await server.ask('POST', path, body(email), headers)));
        mails.push(server.mails.map(({ to, subject }) => `${to}: ${subject}`));
        if (path !== '/api/auth/sign-in/email') assert.ok(server.sleeps[0]! > 0, 'the answer waits for its moment');
      }
      assert.deepEqual(shapes[0], shapes[1]);
      return mails;
    }

    test('a reset looks the same for both', async () => {
      const [known, unknown] = await compare('/api/auth/request-password-reset', (email) => ({ email }));
      assert.deepEqual(known, [`${KNOWN}: Set a new password`]);
      assert.deepEqual(unknown, []);
    });

    test('sending the confirmation again looks the same for both', async () => {
      await compare('/api/auth/send-verification-email', (email) => ({ email }));
    });

    test('a wrong password looks the same for both', async () => {
      await compare('/api/auth/sign-in/email', (email) => ({ email, password: 'not the password' }));
    });

    test('a change of address looks the same for both, in the mailbox of who asks too', async () => {
      await server.register('asker@example.com');
      const page = server.browser();
      await page.post('/api/auth/sign-in/email', { email: 'asker@example.com', password: PASSWORD });
      const headers = { cookie: page.cookie, origin: 'http://127.0.0.1:8080' };
      const [known, unknown] = await compare('/api/auth/change-email', (newEmail) => ({ newEmail }), headers);
      assert.deepEqual(known, unknown);
      assert.deepEqual(known, ['asker@example.com: Allow a change of your e-mail address']);
    });

    test('an address that is taken is told so itself, and nobody else', async () => {
      server.mails.length = 0;
      const page = server.browser();
      await page.post('/api/auth/sign-in/email', { email: 'asker@example.com', password: PASSWORD });
      await page.post('/api/auth/change-email', { newEmail: KNOWN });
      const allowed = await page.get(linkIn(server.mails.shift()));
      assert.equal(allowed.status, 302);
      assert.equal(allowed.headers.get('location'), '/account');
      assert.deepEqual(
        server.mails.map(({ to, subject }) => [to, subject]),
        [[KNOWN, 'You already have an account']],
      );
      assert.equal((await page.get('/api/auth/get-session')).json.user.email, 'asker@example.com');
    });

    test('a change to an address that somebody took meanwhile ends like a link that is too old', async () => {
      const page = server.browser();
      await page.post('/api/auth/sign-in/email', { email: 'asker@example.com', password: PASSWORD });
      await page.post('/api/auth/change-email', { newEmail: 'late@example.com' });
      await page.get(linkIn(server.mails.at(-1)));
      const confirm = linkIn(server.mails.at(-1));
      await server.register('late@example.com');
      const refused = await page.get(confirm);
      assert.equal(refused.status, 302);
      assert.match(refused.headers.get('location')!, /^\/account\?error=/);
      assert.equal((await page.get('/api/auth/get-session')).json.user.email, 'asker@example.com');
    });

    test('a sign-up looks the same for both, and changes nothing of an account that is there', async () => {
      const [known, unknown] = await compare('/api/auth/sign-up/email', (email) => ({
        name: 'Mallory',
        email,
        password: 'a password of mine',
      }));
      assert.deepEqual(known, [`${KNOWN}: You already have an account`]);
      assert.deepEqual(unknown, ['unknown@example.com: Confirm your e-mail address']);
      const old = await server.ask('POST', '/api/auth/sign-in/email', { email: KNOWN, password: PASSWORD });
      assert.equal(old.status, 200);
      assert.equal(old.json.user.name, 'Ada');
    });

    test('sign-ups for one address at the same moment look like one after the other', async () => {
      const body = { name: 'Ada', email: 'unknown7@example.com', password: PASSWORD };
      const answers = await Promise.all([1, 2, 3].map(() => server.ask('POST', '/api/auth/sign-up/email', body)));
      for (const answer of answers) assert.deepEqual(shapeOf(answer), shapeOf(answers[0]!));
      assert.equal(answers[0]!.status, 200);
    });

    test('what is wrong with a sign-up is said before it matters whether the address is known', async () => {
      for (const fault of [
        { name: 'a\u0000b' },
        { name: ' ' },
        { password: 'short' },
        { image: 'javascript:alert(1)' },
      ]) {
        const answers = [];
        for (const email of [KNOWN, 'unknown9@example.com']) {
          const body = { name: 'Ada', email, password: PASSWORD, ...fault };
          answers.push(
            shapeOf(await server.ask('POST', '/api/auth/sign-up/email', body, { 'x-forwarded-for': '10.9.0.1' })),
          );
        }
        assert.deepEqual(answers[0], answers[1]);
        assert.equal((answers[0] as { status: number }).status, 400);
      }
    });

    test('no address, password or link is in the log', () => {
      const log = server.log.join('');
      assert.ok(server.log.length > 10);
      for (const secret of ['@example.com', PASSWORD, 'token=']) assert.ok(!log.includes(secret), secret);
    });
  });
}
