import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { systemClock, systemRandom } from '../../src/app/system.ts';
import { createVerificationLog } from '../../src/core/works/verification-log.ts';
import { ENGINES } from '../support/databases.ts';
import { type OrigimarkServer, startOrigimarkServer } from '../support/origimark-server.ts';

const HOUR_MS = 3600_000;

for (const engine of ENGINES) {
  describe(`being told of verifications on ${engine}`, () => {
    let server: OrigimarkServer;
    before(async () => {
      server = await startOrigimarkServer(engine);
    });
    after(() => server[Symbol.asyncDispose]());

    async function toldOf(certId: string): Promise<number> {
      const events = await server.listEvents();
      return events.filter(({ type, data }) => type === 'cert.verified' && JSON.parse(data).cert_id === certId).length;
    }
    const from = (address: string) => ({ 'x-forwarded-for': address });

    test('an owner is told once an hour for each address, however a certificate is looked up', async () => {
      const author = await server.createAuthor();
      const { cert_id, hash } = await server.certify(author);
      const verify = (address: string) => server.ask('GET', `/api/v1/verify/${cert_id}`, undefined, from(address));
      await Promise.all(Array.from({ length: 5 }, () => verify('203.0.113.7')));
      await server.ask('POST', '/api/v1/verify-by-hash', { hash }, from('203.0.113.7'));
      assert.equal(await toldOf(cert_id), 1);
      await verify('203.0.113.8');
      assert.equal(await toldOf(cert_id), 2);
      // Two addresses of one customer's network.
      await verify('2001:db8::1');
      await verify('2001:db8::2');
      assert.equal(await toldOf(cert_id), 3);
      server.time.offsetMs += HOUR_MS + 1;
      await verify('203.0.113.7');
      await verify('203.0.113.7');
      assert.equal(await toldOf(cert_id), 4);
    });

    test('nobody is told of what the owner does, of lists, of HEAD, nor of what was not found', async () => {
      const author = await server.createAuthor();
      const { cert_id, work_id, hash } = await server.certify(author);
      await server.ask('GET', `/api/v1/verify/${cert_id}`, undefined, author.headers);
      await server.ask('POST', '/api/v1/verify-by-hash', { hash }, author.headers);
      await server.ask('HEAD', `/api/v1/verify/${cert_id}`);
      await server.ask('GET', `/api/v1/chain/${work_id}`);
      await server.ask('GET', '/api/v1/registry');
      assert.equal(await toldOf(cert_id), 0);
    });

    test('a second process tells nobody again, and no address is kept', async () => {
      const author = await server.createAuthor();
      const { cert_id } = await server.certify(author);
      await server.ask('GET', `/api/v1/verify/${cert_id}`, undefined, from('203.0.113.99'));
      assert.equal(await toldOf(cert_id), 1);
      const version = (await server.store.work.find(cert_id))!;
      const clock = { now: () => systemClock.now() + server.time.offsetMs, sleep: systemClock.sleep };
      const onError = (error: unknown) => assert.fail(String(error));
      const other = createVerificationLog({ store: server.store, clock, random: systemRandom, onError });
      other.note(version, '203.0.113.99', null);
      await other.close();
      assert.equal(await toldOf(cert_id), 1);
      const rows = await server.database.kysely.selectFrom('work_verification').selectAll().execute();
      assert.ok(rows.length > 0);
      assert.doesNotMatch(JSON.stringify(rows), /203\.0\.113/);
    });

    test('a verification is answered also when its event cannot be written', async () => {
      const failures: unknown[] = [];
      const author = await server.createAuthor();
      const { cert_id } = await server.certify(author);
      const version = (await server.store.work.find(cert_id))!;
      const log = createVerificationLog({
        store: { transact: () => Promise.reject(new Error('the database is gone')) },
        clock: systemClock,
        random: systemRandom,
        onError: (error) => void failures.push(error),
      });
      log.note(version, '203.0.113.1', null);
      await log.close();
      await new Promise((resolve) => setImmediate(resolve));
      assert.equal(failures.length, 1);
    });
  });
}
