import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { AnchorError } from '../../src/core/anchor/anchor.ts';
import type { Store } from '../../src/core/store.ts';
import type { CreateTimestamp } from '../../src/core/timestamp/timestamps.ts';
import { ENGINES } from '../support/databases.ts';
import { openTimestampWorld, type TimestampWorld } from '../support/proofd-server.ts';

/** As the contract's notes have it: a key is not blocked for longer than this by a process that was killed. */
const BLOCKED_AT_MOST_MS = 60_000;
const DAY_MS = 24 * 60 * 60 * 1000;

for (const engine of ENGINES) {
  describe(`making a timestamp (${engine})`, () => {
    let world: TimestampWorld;
    before(async () => {
      world = await openTimestampWorld(engine);
    });
    after(() => world[Symbol.asyncDispose]());

    const request = (over: Partial<CreateTimestamp> = {}): CreateTimestamp => ({
      accountId: randomUUID(),
      plan: 'pro',
      file: { digest: new Uint8Array(randomBytes(32)), filename: 'a.pdf', sizeBytes: 7, type: null },
      idempotencyKey: randomUUID(),
      ...over,
    });
    const countOf = (accountId: string) => world.store.timestamp.count({ accountId, status: 'all', failedBefore: 0 });
    const proofOf = (accountId: string, id: string) => world.createService().composeProof(accountId, id);

    async function all(calls: readonly Promise<{ id: string }>[]): Promise<{ ids: string[]; codes: string[] }> {
      const settled = await Promise.allSettled(calls);
      return {
        ids: settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value.id] : [])),
        codes: settled.flatMap((one) => (one.status === 'rejected' ? [one.reason.code ?? String(one.reason)] : [])),
      };
    }

    test('the same request again is the same timestamp again, for a day', async () => {
      const service = world.createService();
      const asked = request();
      const first = await service.create(asked);
      assert.deepEqual(withHex(await service.create(asked)), withHex(first));
      world.clock.time += DAY_MS - 1;
      assert.deepEqual(withHex(await service.create(asked)), withHex(first));
      world.clock.time += 1;
      await assert.rejects(service.create(asked), { code: 'timestamp-duplicate' });
      const other = { ...asked, file: { ...asked.file, digest: new Uint8Array(randomBytes(32)) } };
      assert.notEqual((await service.create(other)).id, first.id);
    });

    test('a key that was used for another request is refused, whichever field differs', async () => {
      const service = world.createService();
      const asked = request();
      await service.create(asked);
      const others = [
        { digest: new Uint8Array(randomBytes(32)) },
        { filename: 'b.pdf' },
        { sizeBytes: 8 },
        { type: '' },
      ];
      for (const other of others) {
        await assert.rejects(service.create({ ...asked, file: { ...asked.file, ...other } }), {
          code: 'idempotency-mismatch',
        });
      }
      assert.equal(await countOf(asked.accountId), 1);
    });

    test('two accounts may use one key, and timestamp one file', async () => {
      const service = world.createService();
      const mine = request();
      const theirs = { ...mine, accountId: randomUUID() };
      const [a, b] = [await service.create(mine), await service.create(theirs)];
      assert.notEqual(a.id, b.id);
      assert.notEqual(a.certificateId, b.certificateId);
    });

    test('concurrent requests with one key make one timestamp; the others are told to wait', async () => {
      const asked = request();
      const { ids, codes } = await all(Array.from({ length: 12 }, () => world.createService().create(asked)));
      assert.equal(new Set(ids).size, 1);
      assert.ok(codes.every((code) => code === 'idempotency-in-progress'));
      assert.equal(await countOf(asked.accountId), 1);
    });

    test('concurrent requests for one file without a key make one timestamp', async () => {
      const asked = request({ idempotencyKey: null });
      const { ids, codes } = await all(Array.from({ length: 6 }, () => world.createService().create(asked)));
      assert.equal(ids.length, 1);
      assert.deepEqual(new Set(codes), new Set(['timestamp-duplicate']));
      assert.equal(await countOf(asked.accountId), 1);
    });

    test('of many concurrent requests exactly those succeed that the quota has room for', async () => {
      const accountId = randomUUID();
      const service = world.createService({ quotas: { pro: 4 } });
      await all(Array.from({ length: 3 }, () => service.create(request({ accountId }))));
      assert.equal(await countOf(accountId), 3);
      const { ids, codes } = await all([request({ accountId }), request({ accountId })].map(service.create));
      assert.equal(ids.length, 1);
      assert.deepEqual(codes, ['monthly-limit-reached']);
      assert.equal(await countOf(accountId), 4);
    });

    test('a refusal by quota does not use up the key, asks no calendar, and ends with the month', async () => {
      const service = world.createService({ quotas: { pro: 1 } });
      const accountId = randomUUID();
      world.clock.time = Date.parse('2027-01-31T23:59:59.999Z');
      await service.create(request({ accountId }));
      const refused = request({ accountId });
      const before = world.calendars.submitted;
      await assert.rejects(service.create(refused), { code: 'monthly-limit-reached' });
      assert.equal(world.calendars.submitted, before);
      world.clock.time += 1;
      await service.create(refused);
    });

    test('timestamps of one millisecond have moments of their own', async () => {
      const accountId = randomUUID();
      const service = world.createService();
      const made = await Promise.all(Array.from({ length: 8 }, () => service.create(request({ accountId }))));
      assert.equal(new Set(made.map(({ createdAt }) => createdAt)).size, 8);
    });

    test('a certificate id that is taken is made longer', async () => {
      const same = (length: number) => new Uint8Array(length).fill(3);
      const { accountId, file } = request();
      const take = (ids: readonly string[]) =>
        world.store.transact(async ({ timestamp }) => {
          for (const certificateId of ids)
            await timestamp.takeCertificateId(certificateId, { accountId, id: randomUUID() });
        });
      await take(['TS-333333', 'TS-3333333']);
      const service = world.createService({ random: same });
      assert.equal(
        (await service.create({ accountId, plan: 'pro', file, idempotencyKey: null })).certificateId,
        'TS-33333333',
      );
    });

    test('while no calendar answers nothing is recorded or charged, and the key may be used again', async () => {
      const service = world.createService({ quotas: { pro: 1 } });
      const asked = request();
      world.calendars.isDown = true;
      await assert.rejects(service.create(asked), { code: 'calendars-unreachable' });
      assert.equal(await countOf(asked.accountId), 0);
      world.calendars.isDown = false;
      await service.create(asked);
      assert.equal(await countOf(asked.accountId), 1);
    });

    describe('faults', () => {
      /** `create` with a key runs two transactions, begin and commit; the third one here is the release. */
      for (const at of [1, 2]) {
        for (const isPersisted of [false, true]) {
          const what = `transaction ${at} ${isPersisted ? 'is written but reported failed' : 'fails'}`;
          test(`${what}: the same request then succeeds and counts once`, async () => {
            const asked = request();
            const failing = world.createService({ store: failAt(world.store, at, isPersisted), quotas: { pro: 1 } });
            await assert.rejects(failing.create(asked), /connection lost/);
            const stored = await countOf(asked.accountId);
            assert.equal(stored, at === 2 && isPersisted ? 1 : 0);
            const made = await world.createService({ quotas: { pro: 1 } }).create(asked);
            assert.equal(await countOf(asked.accountId), 1);
            assert.ok((await proofOf(asked.accountId, made.id)).bytes.length > 0);
          });

          test(`${what}, and nothing works after that: the key is free again within a minute`, async () => {
            const asked = request();
            const dying = world.createService({ store: failFrom(world.store, at, isPersisted), quotas: { pro: 1 } });
            await assert.rejects(dying.create(asked), /connection lost/);
            const service = world.createService({ quotas: { pro: 1 } });
            const isHeld = !(at === 1 && !isPersisted) && !(at === 2 && isPersisted);
            if (isHeld) await assert.rejects(service.create(asked), { code: 'idempotency-in-progress' });
            world.clock.time += BLOCKED_AT_MOST_MS;
            const made = await service.create(asked);
            assert.equal(await countOf(asked.accountId), 1);
            assert.equal((await service.create(asked)).id, made.id);
          });
        }
      }

      test('a process that dies after the digest was anchored leaves nothing that counts', async () => {
        const asked = request();
        const { submit } = world.anchors;
        const dying = world.createService({
          store: failFrom(world.store, 2, false),
          anchors: {
            submit: async (requests) => {
              await submit(requests);
              throw new Error('killed');
            },
          },
          quotas: { pro: 1 },
        });
        await assert.rejects(dying.create(asked), /killed/);
        assert.equal(await countOf(asked.accountId), 0);
        world.clock.time += BLOCKED_AT_MOST_MS;
        await world.createService({ quotas: { pro: 1 } }).create(asked);
        assert.equal(await countOf(asked.accountId), 1);
      });

      test('one that was only slow, and whose place another took, leaves nothing; both ask for one timestamp', async () => {
        const asked = request();
        const [entered, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
        const { submit } = world.anchors;
        const slow = world.createService({
          anchors: {
            submit: async (requests) => {
              entered.resolve();
              await gate.promise;
              return submit(requests);
            },
          },
          quotas: { pro: 2 },
        });
        const late = assert.rejects(slow.create(asked), { code: 'idempotency-in-progress' });
        await entered.promise;
        world.clock.time += BLOCKED_AT_MOST_MS;
        const made = await world.createService().create(asked);
        gate.resolve();
        await late;
        assert.equal(await countOf(asked.accountId), 1);
        assert.equal((await world.createService().create(asked)).id, made.id);
      });

      test('an overloaded or closing server charges nothing', async () => {
        for (const code of ['anchor-overloaded', 'shutting-down'] as const) {
          const asked = request();
          const submit = async () => {
            throw new AnchorError(code, 'as the test wants it');
          };
          await assert.rejects(world.createService({ anchors: { submit } }).create(asked), { code });
          assert.equal(await countOf(asked.accountId), 0);
          await world.createService().create(asked);
        }
      });
    });
  });
}

/** The transaction with this number fails: before it began, or after it was committed. */
function failAt(store: Store, failing: number, isPersisted: boolean): Store {
  let number = 0;
  return {
    ...store,
    async transact(work) {
      if (++number !== failing) return store.transact(work);
      if (isPersisted) await store.transact(work);
      throw new Error('connection lost');
    },
  };
}

/** From this transaction on every one fails, as when the process dies; the first one may still be committed. */
function failFrom(store: Store, from: number, isFirstPersisted: boolean): Store {
  let number = 0;
  return {
    ...store,
    async transact(work) {
      if (++number < from) return store.transact(work);
      if (number === from && isFirstPersisted) await store.transact(work);
      throw new Error('connection lost');
    },
  };
}

/** Drivers give bytes as different classes. */
function withHex<T extends { digest: Uint8Array }>(value: T) {
  return { ...value, digest: Buffer.from(value.digest).toString('hex') };
}
