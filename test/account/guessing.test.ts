import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type AccountServer, PASSWORD, startAccountServer } from '../support/account-server.ts';
import { ENGINES } from '../support/databases.ts';

for (const engine of ENGINES) {
  describe(`guessing on ${engine}`, () => {
    let server: AccountServer;

    before(async () => {
      server = await startAccountServer(engine);
    });
    after(() => server[Symbol.asyncDispose]());

    test('guessing at a password is slowed down for the address and for the network', async () => {
      await server.register('guessed@example.com');
      const guess = (address: string, password: string) =>
        server.ask(
          'POST',
          '/api/auth/sign-in/email',
          { email: 'guessed@example.com', password },
          {
            'x-forwarded-for': address,
          },
        );
      for (let i = 0; i < 20; i++) assert.equal((await guess(`10.2.${i}.1`, 'wrong password')).status, 401);
      const refused = await guess('10.2.99.1', 'wrong password');
      assert.equal(refused.status, 429);
      assert.ok(Number(refused.headers.get('retry-after')) >= 1);
      assert.equal(refused.json.code, 'TOO_MANY_ATTEMPTS');

      await server.register('other@example.com');
      for (let i = 0; i < 22; i++) {
        const body = { email: 'other@example.com', password: PASSWORD };
        const right = await server.ask('POST', '/api/auth/sign-in/email', body, { 'x-forwarded-for': '10.3.0.1' });
        assert.equal(right.status, 200, 'who knows the password is never slowed down');
      }
    });

    test('nobody is flooded with mail', async () => {
      server.mails.length = 0;
      const statuses = [];
      for (let i = 0; i < 10; i++) {
        const from = { 'x-forwarded-for': `10.4.${i}.1` };
        const answer = await server.ask(
          'POST',
          '/api/auth/request-password-reset',
          { email: 'other@example.com' },
          from,
        );
        statuses.push(answer.status);
      }
      assert.deepEqual(statuses, [200, 200, 200, 200, 200, 200, 429, 429, 429, 429]);
      assert.equal(server.mails.length, 6);
    });
  });
}
