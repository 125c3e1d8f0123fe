import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { systemClock, systemRandom } from '../../src/app/system.ts';
import type { Store, Writers } from '../../src/core/store.ts';
import { createCertifier } from '../../src/core/works/certifier.ts';
import { checkRegistration } from '../../src/core/works/check-registration.ts';
import { ENGINES } from '../support/databases.ts';
import { type OrigimarkServer, randomHash, registration, startOrigimarkServer } from '../support/origimark-server.ts';

/** Each step that a transaction of a certificate writes by. */
const STEPS = [
  (writers: Writers, fail: () => never) => ({ work: { ...writers.work, claim: fail } }),
  (writers: Writers, fail: () => never) => ({ work: { ...writers.work, takePlaces: fail } }),
  (writers: Writers, fail: () => never) => ({ work: { ...writers.work, insert: fail } }),
  (_: Writers, fail: () => never) => ({ webhookEvent: { publish: fail } }),
  (writers: Writers, fail: () => never) => ({ log: { ...writers.log, append: fail } }),
  (writers: Writers, fail: () => never) => ({ certificate: { ...writers.certificate, insert: fail } }),
];

for (const engine of ENGINES) {
  describe(`faults while certifying on ${engine}`, () => {
    let server: OrigimarkServer;
    before(async () => {
      server = await startOrigimarkServer(engine);
    });
    after(() => server[Symbol.asyncDispose]());

    function certifierOver(store: Store) {
      const publicLog = {
        awaitPublished: async (size: number) => ({
          size,
          rootHash: new Uint8Array(32),
          note: new Uint8Array(),
          publishedAt: 0,
        }),
      };
      return createCertifier({ store, issuer: server.issuer, publicLog, clock: systemClock, random: systemRandom });
    }

    async function count() {
      const { json } = await server.ask('GET', '/api/v1/registry');
      const events = await server.listEvents();
      return { total: json.total, log: await server.store.log.size(), events: events.length };
    }

    test('whichever step fails, nothing of the certificate is kept, and the same hash can be certified afterwards', async () => {
      const author = await server.createAuthor();
      for (const step of STEPS) {
        const hash = randomHash();
        const before = await count();
        const failing = certifierOver({
          ...server.store,
          transact: (work) =>
            server.store.transact((writers) => {
              const fail = () => {
                throw new Error('the disk is gone');
              };
              return work({ ...writers, ...step(writers, fail) });
            }),
        });
        const wanted = checkRegistration(registration({ hash }), Date.now());
        await assert.rejects(failing.certify(author.ownerId, wanted), /the disk is gone/);
        assert.deepEqual(await count(), before);
        assert.equal((await server.ask('POST', '/api/v1/verify-by-hash', { hash })).json.matched, false);
        await server.certify(author, { hash });
      }
    });

    test('a commit whose answer was lost is one certificate: found by its hash, and not made twice', async () => {
      const author = await server.createAuthor();
      const hash = randomHash();
      const before = await count();
      const losing = certifierOver({
        ...server.store,
        async transact(work) {
          await server.store.transact(work);
          throw new Error('the connection was lost');
        },
      });
      const wanted = checkRegistration(registration({ hash }), Date.now());
      await assert.rejects(losing.certify(author.ownerId, wanted), /the connection was lost/);
      assert.deepEqual(await count(), {
        total: before.total + 1,
        log: before.log + 1,
        events: before.events + 1,
      });
      const again = await server.ask('POST', '/api/v1/certify', registration({ hash }), author.headers);
      assert.equal(again.status, 409);
      const found = await server.ask('POST', '/api/v1/verify-by-hash', { hash });
      const own = await server.ask('GET', '/api/v1/me/certs', undefined, author.headers);
      assert.deepEqual(
        own.json.items.map(({ cert_id }: { cert_id: string }) => cert_id),
        [found.json.cert_id],
      );
    });

    test('a transaction that the engine runs again makes one certificate of each', async () => {
      const author = await server.createAuthor();
      const first = await server.certify(author);
      const before = await count();
      let runs = 0;
      const retrying = certifierOver({
        ...server.store,
        async transact(work) {
          await server.store
            .transact(async (writers) => {
              await work(writers);
              throw new Error('to be run again');
            })
            .catch(() => {});
          runs++;
          return server.store.transact(work);
        },
      });
      const made = await Promise.all(
        [{}, { work_id: first.work_id }, { work_id: first.work_id }].map((fields) =>
          retrying.certify(author.ownerId, checkRegistration(registration(fields), Date.now())),
        ),
      );
      assert.ok(runs > 0);
      assert.deepEqual(
        made.map(({ version }) => version.version),
        [1, 2, 3],
      );
      assert.deepEqual(await count(), { total: before.total + 3, log: before.log + 3, events: before.events + 3 });
    });

    test('a process that stops answers what it has taken and refuses what comes then', async () => {
      const author = await server.createAuthor();
      const certifier = certifierOver(server.store);
      const certify = () => certifier.certify(author.ownerId, checkRegistration(registration(), Date.now()));
      const taken = [certify(), certify(), certify()];
      const closed = certifier.close();
      await assert.rejects(certify(), { code: 'registry-closing' });
      await closed;
      assert.equal((await Promise.all(taken)).length, 3);
    });
  });
}
