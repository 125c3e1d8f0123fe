import assert from 'node:assert/strict';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { systemSha256Hex } from '../../src/app/system.ts';
import type { Clock } from '../../src/base/clock.ts';
import type { CredentialKind } from '../../src/core/key/credential.ts';
import { createKeys, type Keys } from '../../src/core/key/keys.ts';
import { mintCredential } from '../../src/core/key/mint.ts';
import { CREDENTIAL_KINDS, generateSecret } from '../../src/core/key/secret.ts';
import type { Store } from '../../src/core/store.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { createStore } from '../../src/store/store.ts';
import { createTestDatabase, ENGINES, type TestDatabase } from '../support/databases.ts';

const START = Date.parse('2026-05-14T14:00:00Z');
const MINUTE_MS = 60_000;
const random = (length: number) => new Uint8Array(randomBytes(length));

const MINTED: readonly CredentialKind[] = CREDENTIAL_KINDS.filter((kind) => kind !== 'orphograph-pack');

/** A store that counts what it is asked about keys. */
function countQueries(store: Store) {
  const asked = { digests: 0, lookups: 0, changes: 0 };
  const counted: Store = {
    ...store,
    key: {
      ...store.key,
      findByDigests(digests) {
        asked.lookups++;
        asked.digests += digests.length;
        return store.key.findByDigests(digests);
      },
      listChanges(...args) {
        asked.changes++;
        return store.key.listChanges(...args);
      },
    },
  };
  return { counted, asked };
}

for (const engine of ENGINES) {
  describe(`keys on ${engine}`, () => {
    let files: TestDatabase;
    let database: Database;
    let store: Store;
    before(async () => {
      files = await createTestDatabase(engine);
      database = await openDatabase(files.location);
      store = createStore(database);
    });
    after(async () => {
      await database[Symbol.asyncDispose]();
      await files[Symbol.asyncDispose]();
    });

    /** A node with a clock of its own, and an account nobody else has. */
    function startNode(over: Store = store) {
      const clock: Clock & { time: number } = { time: START, now: () => clock.time, sleep: async () => {} };
      const { counted, asked } = countQueries(over);
      const lost: unknown[] = [];
      const keys = createKeys({
        store: counted,
        clock,
        random,
        sha256Hex: systemSha256Hex,
        onUseLost: (error) => void lost.push(error),
      });
      const ask = async (secret: string, kinds: readonly CredentialKind[] = CREDENTIAL_KINDS) => {
        const answer = await keys.authenticator.authenticate(secret, kinds);
        return answer.ok ? 'ok' : answer.refusal;
      };
      return { keys, clock, ask, asked, lost };
    }

    const mint = (
      keys: Keys,
      kind: CredentialKind,
      accountId: string = randomUUID(),
      expiresAt: number | null = null,
    ) => keys.service.mint({ kind, accountId, name: null, scopes: null, expiresAt });

    test('a key of every kind works from the moment it was made, and its secret is nowhere in the database', async () => {
      const { keys, ask } = startNode();
      for (const kind of MINTED) {
        const { secret, credential } = await mint(keys, kind);
        assert.equal(await ask(secret), 'ok');
        assert.ok(secret.startsWith(credential.displayPrefix) && secret.length > credential.displayPrefix.length + 20);
        const { rows } = await sql<{ row: string }>`
          select credential::text as row from credential where id = ${credential.id}`.execute(database.kysely);
        const row = rows[0]!.row;
        assert.ok(row.includes(createHash('sha256').update(secret).digest('hex')));
        assert.ok(!row.includes(secret.slice(credential.displayPrefix.length)));
      }
    });

    test('each reason for a refusal is told apart', async () => {
      const { keys, clock, ask } = startNode();
      const { secret, credential } = await mint(keys, 'trackorigin-publishable-live');
      assert.equal(await ask(`${secret.slice(0, -1)}!`), 'malformed');
      assert.equal(await ask(''), 'malformed');
      assert.equal(await ask(generateSecret('origimark', random)), 'unknown');
      assert.equal(await ask(secret, ['trackorigin-secret-live']), 'wrong-kind');
      await keys.service.revoke(credential.accountId!, credential.id);
      assert.equal(await ask(secret), 'revoked');
      assert.equal(await ask(secret, ['trackorigin-secret-live']), 'revoked');
      const expiring = await mint(keys, 'origimark', randomUUID(), START + MINUTE_MS);
      assert.equal(await ask(expiring.secret), 'ok');
      clock.time += MINUTE_MS;
      assert.equal(await ask(expiring.secret), 'expired');
    });

    test('what is malformed never reaches the database, and what is invented reaches it once', async () => {
      const { ask, asked } = startNode();
      const real = generateSecret('proofd', random);
      await ask(real);
      const { lookups, changes } = asked;
      assert.equal(lookups, 1);
      for (let i = 0; i < 1000; i++) {
        assert.equal(await ask(`proofd_live_${randomBytes(32).toString('hex')}`), 'malformed');
      }
      for (let i = 0; i < 100; i++) assert.equal(await ask(real), 'unknown');
      assert.deepEqual([asked.lookups, asked.changes], [lookups, changes]);
    });

    test('keys that nobody has seen and that come together are looked up together', async () => {
      const { ask, asked } = startNode();
      await ask(generateSecret('proofd', random));
      const secrets = Array.from({ length: 400 }, () => generateSecret('proofd', random));
      assert.deepEqual(new Set(await Promise.all(secrets.map((secret) => ask(secret)))), new Set(['unknown']));
      assert.equal(asked.digests, 401);
      assert.ok(asked.lookups <= 4, `${asked.lookups} queries`);
    });

    test('a key in use costs one query each half second at most, however many requests and keys there are', async () => {
      const { keys, clock, ask, asked } = startNode();
      const accountId = randomUUID();
      const secrets = await Promise.all(
        Array.from({ length: 20 }, async () => (await mint(keys, 'origimark', accountId)).secret),
      );
      for (const secret of secrets) await ask(secret);
      const { lookups, changes } = asked;
      for (let ms = 0; ms < 5000; ms += 25) {
        clock.time += 25;
        for (const secret of secrets) assert.equal(await ask(secret), 'ok');
      }
      assert.equal(asked.lookups, lookups);
      assert.ok(asked.changes - changes <= 10, `${asked.changes - changes} queries in five seconds`);
    });

    test('a revocation on one node is known on every other one within a second, whatever those remember', async () => {
      const [one, other] = [startNode(), startNode()];
      const { secret, credential } = await mint(one.keys, 'trackorigin-secret-live');
      assert.equal(await other.ask(secret), 'ok');
      for (let ms = 0; ms < 3000; ms += 100) {
        other.clock.time += 100;
        assert.equal(await other.ask(secret), 'ok');
      }
      await one.keys.service.revoke(credential.accountId!, credential.id);
      assert.equal(await one.ask(secret), 'revoked');
      other.clock.time += 1000;
      assert.equal(await other.ask(secret), 'revoked');
    });

    test('under steady use a revocation gets through without anybody waiting for it', async () => {
      const [one, other] = [startNode(), startNode()];
      const { secret, credential } = await mint(one.keys, 'origimark');
      await other.ask(secret);
      await one.keys.service.revoke(credential.accountId!, credential.id);
      const answers: string[] = [];
      for (let ms = 0; ms <= 900; ms += 50) {
        other.clock.time += 50;
        answers.push(await other.ask(secret));
        // Real time for the query beside; the node's own clock stands still.
        await delay(10);
      }
      assert.equal(answers.at(-1), 'revoked');
    });

    test('a revocation that is committed while the key is being looked up is not covered by what was read before', async () => {
      const one = startNode();
      const gate = Promise.withResolvers<void>();
      let isHeld = true;
      const slow = startNode({
        ...store,
        key: {
          ...store.key,
          async findByDigests(digests) {
            const rows = await store.key.findByDigests(digests);
            if (isHeld) await gate.promise;
            return rows;
          },
        },
      });
      const { secret, credential } = await mint(one.keys, 'origimark');
      const early = slow.ask(secret);
      await delay(50);
      await one.keys.service.revoke(credential.accountId!, credential.id);
      slow.clock.time += 600;
      // Learns of the change while the lookup is still out.
      const invented = slow.ask(generateSecret('origimark', random));
      await delay(100);
      isHeld = false;
      gate.resolve();
      assert.deepEqual(await Promise.all([early, invented]), ['ok', 'unknown']);
      assert.equal(await slow.ask(secret), 'revoked');
    });

    test('while the database cannot be asked nobody is let in on what was known a second ago', async () => {
      let isDown = false;
      const failing = startNode({
        ...store,
        key: {
          ...store.key,
          listChanges(...args) {
            return isDown ? Promise.reject(new Error('database down')) : store.key.listChanges(...args);
          },
        },
      });
      const { secret } = await mint(failing.keys, 'origimark');
      assert.equal(await failing.ask(secret), 'ok');
      isDown = true;
      failing.clock.time += 999;
      assert.equal(await failing.ask(secret), 'ok');
      failing.clock.time += 1;
      await assert.rejects(failing.ask(secret), /database down/);
      isDown = false;
      assert.equal(await failing.ask(secret), 'ok');
    });

    test('a clock that is set back does not keep an old answer fresh', async () => {
      const [one, other] = [startNode(), startNode()];
      const { secret, credential } = await mint(one.keys, 'origimark');
      assert.equal(await other.ask(secret), 'ok');
      await one.keys.service.revoke(credential.accountId!, credential.id);
      other.clock.time -= 24 * 3600_000;
      assert.equal(await other.ask(secret), 'revoked');
    });

    test('a rotated key takes over at once; the old one goes on for as long as was asked, on every node', async () => {
      const [one, other] = [startNode(), startNode()];
      const old = await one.keys.service.mint({
        kind: 'origimark',
        accountId: randomUUID(),
        name: 'press',
        scopes: ['read'],
        expiresAt: null,
      });
      const { accountId, id } = old.credential;
      assert.equal(await other.ask(old.secret), 'ok');
      const fresh = await one.keys.service.rotate(accountId!, id, 10 * MINUTE_MS);
      assert.deepEqual([fresh.credential.name, fresh.credential.scopes], ['press', ['read']]);
      for (const node of [one, other]) {
        node.clock.time += 10 * MINUTE_MS - 1;
        assert.deepEqual([await node.ask(old.secret), await node.ask(fresh.secret)], ['ok', 'ok']);
        node.clock.time += 1;
        assert.deepEqual([await node.ask(old.secret), await node.ask(fresh.secret)], ['expired', 'ok']);
      }
      const last = await one.keys.service.rotate(accountId!, fresh.credential.id, 0);
      assert.deepEqual([await one.ask(fresh.secret), await one.ask(last.secret)], ['revoked', 'ok']);
    });

    test('grace never makes a key live longer than it would have', async () => {
      const { keys, clock, ask } = startNode();
      const old = await mint(keys, 'origimark', randomUUID(), START + MINUTE_MS);
      const fresh = await keys.service.rotate(old.credential.accountId!, old.credential.id, 60 * MINUTE_MS);
      assert.equal(fresh.credential.expiresAt, START + MINUTE_MS);
      clock.time += MINUTE_MS;
      assert.equal(await ask(old.secret), 'expired');
    });

    test('an account has one active proofd key: the old one is dead when the new one is there', async () => {
      const { keys, clock, ask } = startNode();
      const accountId = randomUUID();
      const first = await mint(keys, 'proofd', accountId);
      const second = await mint(keys, 'proofd', accountId);
      assert.deepEqual([await ask(first.secret), await ask(second.secret)], ['revoked', 'ok']);
      await assert.rejects(keys.service.rotate(accountId, second.credential.id, 1), { code: 'grace-not-possible' });
      const third = await keys.service.rotate(accountId, second.credential.id, 0);
      assert.deepEqual([await ask(second.secret), await ask(third.secret)], ['revoked', 'ok']);
      const expiring = await mint(keys, 'proofd', accountId, START + MINUTE_MS);
      clock.time += MINUTE_MS;
      const last = await mint(keys, 'proofd', accountId);
      assert.deepEqual([await ask(expiring.secret), await ask(last.secret)], ['revoked', 'ok']);
    });

    test('whoever rotates at once with others is left with one proofd key, and with as many keys as allowed', async () => {
      const nodes = [startNode(), startNode(), startNode()];
      const accountId = randomUUID();
      const made = await Promise.all(
        nodes.flatMap(({ keys }) => [mint(keys, 'proofd', accountId), mint(keys, 'proofd', accountId)]),
      );
      const fresh = startNode();
      const answers = await Promise.all(made.map(({ secret }) => fresh.ask(secret)));
      assert.deepEqual(answers.sort(), ['ok', ...Array.from({ length: 5 }, () => 'revoked')]);
      const tries = Array.from({ length: 110 }, (_, i) => mint(nodes[i % 3]!.keys, 'origimark', accountId));
      const results = await Promise.allSettled(tries);
      assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 99);
      for (const result of results) if (result.status === 'rejected') assert.equal(result.reason.code, 'too-many-keys');
      await mint(nodes[0]!.keys, 'proofd', accountId);
    });

    test('what is not the account’s is not there, to read or to change', async () => {
      const { keys, ask } = startNode();
      const { secret, credential } = await mint(keys, 'origimark');
      const stranger = randomUUID();
      const unknown = { code: 'key-unknown' };
      await assert.rejects(keys.service.revoke(stranger, credential.id), unknown);
      await assert.rejects(keys.service.rotate(stranger, credential.id, 0), unknown);
      await assert.rejects(keys.service.rename(stranger, credential.id, 'mine'), unknown);
      assert.deepEqual(await keys.service.list(stranger), []);
      assert.equal(await ask(secret), 'ok');
    });

    test('an ended key is not rotated back to life', async () => {
      const { keys, clock } = startNode();
      const { credential } = await mint(keys, 'origimark', randomUUID(), START + MINUTE_MS);
      clock.time += MINUTE_MS;
      await assert.rejects(keys.service.rotate(credential.accountId!, credential.id, 0), { code: 'key-ended' });
      await keys.service.revoke(credential.accountId!, credential.id);
      await assert.rejects(keys.service.rotate(credential.accountId!, credential.id, 0), { code: 'key-ended' });
    });

    test('no key is made or rotated for an account that is gone', async () => {
      const { keys } = startNode();
      const { credential } = await mint(keys, 'origimark');
      const accountId = credential.accountId!;
      await store.transact(({ key }) => key.closeAccount(accountId));
      await assert.rejects(mint(keys, 'origimark', accountId), { code: 'account-gone' });
      await assert.rejects(keys.service.rotate(accountId, credential.id, 0), { code: 'account-gone' });
    });

    test('a key that works is never pushed out of the list by keys that have ended', async () => {
      const { keys } = startNode();
      const first = await mint(keys, 'origimark');
      const accountId = first.credential.accountId!;
      let last = (await mint(keys, 'origimark', accountId)).credential.id;
      for (let i = 0; i < 205; i++) last = (await keys.service.rotate(accountId, last, 0)).credential.id;
      const listed = (await keys.service.list(accountId)).map(({ id }) => id);
      assert.ok(listed.includes(first.credential.id) && listed.includes(last));
    });

    test('packs are minted inside the transaction that sells them, and by nothing else', async () => {
      const { keys, ask } = startNode();
      await assert.rejects(mint(keys, 'orphograph-pack'), { code: 'kind-not-issued' });
      const request = { kind: 'orphograph-pack', accountId: null, name: null, scopes: null, expiresAt: null } as const;
      const { secret } = await store.transact((writers) => mintCredential(writers, request, { now: START, random }));
      assert.equal(await ask(secret), 'ok');
      let unsold = '';
      const sale = store.transact(async (writers) => {
        unsold = (await mintCredential(writers, request, { now: START, random })).secret;
        throw new Error('not paid');
      });
      await assert.rejects(sale, /not paid/);
      assert.equal(await ask(unsold), 'unknown');
    });

    test('a key’s last use is written outside its request, once a minute at most, and never moves back', async () => {
      const { keys, clock, ask, lost } = startNode();
      const { secret, credential } = await mint(keys, 'origimark');
      const lastUsed = async () => {
        await keys[Symbol.asyncDispose]();
        return (await keys.service.list(credential.accountId!))[0]!.lastUsedAt;
      };
      assert.equal(await lastUsed(), null);
      await ask(secret);
      assert.equal(await lastUsed(), START);
      clock.time += MINUTE_MS - 1;
      await ask(secret);
      assert.equal(await lastUsed(), START);
      clock.time += 1;
      await ask(secret);
      assert.equal(await lastUsed(), START + MINUTE_MS);
      await store.transact(({ key }) => key.saveUses([{ id: credential.id, usedAt: START }]));
      assert.equal(await lastUsed(), START + MINUTE_MS);
      await keys.service.revoke(credential.accountId!, credential.id);
      clock.time += MINUTE_MS;
      await ask(secret);
      assert.equal(await lastUsed(), START + MINUTE_MS, 'a refused key was not used');
      assert.deepEqual(lost, []);
    });

    test('a use that cannot be written is told, and refuses nobody', async () => {
      const node = startNode({ ...store, transact: () => Promise.reject(new Error('disk full')) });
      const { secret } = await mint(startNode().keys, 'origimark');
      assert.equal(await node.ask(secret), 'ok');
      await node.keys[Symbol.asyncDispose]();
      assert.equal(node.lost.length, 1);
      assert.equal(await node.ask(secret), 'ok');
    });

    test('a revocation whose commit is not confirmed is found out, whichever way it went', async () => {
      for (const isPersisted of [true, false]) {
        const node = startNode({
          ...store,
          async transact(work) {
            if (isPersisted) await store.transact(work);
            throw new Error('connection lost');
          },
        });
        const { secret, credential } = await mint(startNode().keys, 'origimark');
        assert.equal(await node.ask(secret), 'ok');
        await assert.rejects(node.keys.service.revoke(credential.accountId!, credential.id), /connection lost/);
        node.clock.time += 1000;
        assert.equal(await node.ask(secret), isPersisted ? 'revoked' : 'ok');
      }
    });
  });
}
