import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type AccountServer, startAccountServer } from '../support/account-server.ts';
import { ENGINES } from '../support/databases.ts';
import { PASSWORD } from '../support/people.ts';

for (const engine of ENGINES) {
  describe(`guessing on ${engine}`, () => {
    let server: AccountServer;

    before(async () => {
      server = await startAccountServer(engine);
    });
    after(() => server[Symbol.asyncDispose]());

    test('guessing at a password is slowed down, and locks out nobody else', async () => {
      await server.register('guessed@example.com');
      const signIn = (from: string, password: string) => {
        const body = { email: 'guessed@example.com', password };
        return server.ask('POST', '/api/auth/sign-in/email', body, { 'x-forwarded-for': from });
      };
      for (let i = 0; i < 20; i++) assert.equal((await signIn('10.2.0.1', 'wrong password')).status, 401);
      const refused = await signIn('10.2.0.2', 'wrong password');
      assert.equal(refused.status, 429);
      assert.ok(Number(refused.headers.get('retry-after')) >= 1);
      assert.equal(refused.json.code, 'TOO_MANY_ATTEMPTS');
      for (let i = 0; i < 22; i++) {
        assert.equal((await signIn('10.3.0.1', PASSWORD)).status, 200, 'who knows the password is never slowed down');
      }
    });

    test('nobody is flooded with mail by one who asks for it, and can still have a reset', async () => {
      server.mails.length = 0;
      const askFrom = async (from: string) => {
        const body = { email: 'guessed@example.com' };
        const path = '/api/auth/request-password-reset';
        return (await server.ask('POST', path, body, { 'x-forwarded-for': from })).status;
      };
      const statuses = [];
      for (let i = 0; i < 8; i++) statuses.push(await askFrom('10.4.0.1'));
      assert.deepEqual(statuses, [200, 200, 200, 200, 200, 200, 429, 429]);
      assert.equal(await askFrom('10.5.0.1'), 200);
      assert.equal(server.mails.length, 7);
    });
  });
}
