import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { ENGINES } from '../support/databases.ts';
import {
  type Fault,
  flood,
  garbage,
  hangUp,
  neverConfirm,
  refuse,
  slow,
  startFaultProxy,
} from '../support/fault-proxy.ts';
import { anchor, postAnchor, readReceipt, until } from '../support/orphograph.ts';
import { CALENDAR_NAMES, startWorld, type World } from '../support/world.ts';

for (const engine of ENGINES) {
  describe(`calendars that misbehave (${engine})`, () => {
    let world: World;
    before(async () => {
      world = await startWorld(engine, { overdueMs: 1_500 });
      world.chain.startMining(400, (error) => assert.fail(String(error)));
    });
    after(() => world[Symbol.asyncDispose]());

    // Each test starts with calendars that are well again, and known to be.
    beforeEach(async () => {
      setFaults(null);
      await until(
        () => anchor(world.url),
        ({ calendars_ok }) => calendars_ok === 5,
      );
    });

    function setFaults(fault: Fault | null, names: readonly (typeof CALENDAR_NAMES)[number][] = CALENDAR_NAMES): void {
      for (const name of names) world.calendars[name].setFault(fault);
    }
    async function countReceipts(): Promise<number> {
      const text = await (await fetch(`${world.url}/metrics`)).text();
      return Number(/touchmark_receipts (\d+)/.exec(text)![1]);
    }
    const isPinned = (receipt: { status: string }) => receipt.status === 'pinned';

    test('with all calendars down a request is refused with 503 and nothing is recorded', async () => {
      setFaults(refuse(503));
      // What the server itself was anchoring, its log for one, ends first.
      await delay(1_000);
      const receipts = await countReceipts();
      const { status, body } = await postAnchor(world.url);
      setFaults(null);
      assert.equal(status, 503);
      assert.equal(typeof (body as unknown as { error: string }).error, 'string');
      assert.equal(await countReceipts(), receipts);
    });

    for (const [name, fault] of Object.entries({
      'answers 503': refuse(503),
      garbage,
      flood,
      'hangs up half-way': hangUp,
    })) {
      test(`a receipt is pinned by the others when three calendars answer wrongly: ${name}`, async () => {
        setFaults(fault, ['a', 'b', 'alice']);
        const answer = await anchor(world.url);
        assert.deepEqual([answer.calendars_ok, answer.low_redundancy], [2, true]);
        assert.deepEqual(answer.failures.length, 3);
        await until(() => readReceipt(world.url, answer.receipt_id), isPinned);
        setFaults(null);
      });
    }

    test('a calendar that failed is asked again later and then holds the receipt too', async () => {
      setFaults(refuse(503), ['btc']);
      const { receipt_id } = await anchor(world.url);
      assert.equal((await readReceipt(world.url, receipt_id)).calendars_ok, 4);
      setFaults(null);
      await until(
        () => readReceipt(world.url, receipt_id),
        ({ calendars_ok }) => calendars_ok === 5,
      );
    });

    test('a slow calendar does not hold up the answer, and its late acceptance is kept', async () => {
      setFaults(slow(1_500), ['finney']);
      const answer = await anchor(world.url);
      assert.equal(answer.calendars_ok, 4);
      await until(
        () => readReceipt(world.url, answer.receipt_id),
        ({ calendars_ok }) => calendars_ok === 5,
      );
      setFaults(null);
    });

    test('a calendar that hands out the proof of somebody else never pins a receipt', async () => {
      const other = await anchor(world.url);
      await until(() => readReceipt(world.url, other.receipt_id), isPinned);
      const known = world.calendars.a.seen.findLast((line) => line.startsWith('GET') && line.includes('/timestamp/'))!;
      const path = known.slice('GET '.length);
      setFaults(neverConfirm, ['b', 'alice', 'finney', 'btc']);
      const foreign = await (await fetch(new URL(path, world.calendars.a.url))).bytes();
      let handedOut = 0;
      world.calendars.a.setFault(async (request, response) => {
        if (request.method !== 'GET' || request.url === path) return 'forward';
        handedOut++;
        response.end(foreign);
        return 'answered';
      });
      const { receipt_id } = await anchor(world.url);
      await until(
        async () => handedOut,
        (count) => count >= 3,
      );
      assert.notEqual((await readReceipt(world.url, receipt_id)).status, 'pinned');
      setFaults(null);
      await until(() => readReceipt(world.url, receipt_id), isPinned);
    });

    test('what calendars accept and never confirm is sent to them again and shown in health', async () => {
      setFaults(neverConfirm);
      const posts = () =>
        CALENDAR_NAMES.map((name) => world.calendars[name].seen.filter((line) => line.startsWith('POST')).length);
      const { receipt_id } = await anchor(world.url);
      const before = posts();
      await until(
        async () => posts().map((count, i) => count - before[i]!),
        (added) => added.every((count) => count >= 1),
      );
      assert.equal((await readReceipt(world.url, receipt_id)).status, 'pending');
      // What was sent again may have been another round, such as one of a checkpoint.
      await until(
        async () => (await fetch(`${world.url}/metrics`)).text(),
        (metrics) => /touchmark_calendar_overdue\{calendar="alice"\} [1-9]/.test(metrics),
      );
      setFaults(null);
      await until(() => readReceipt(world.url, receipt_id), isPinned);
    });

    test('a calendar that names an address outside the list is refused and that address is never asked', async () => {
      await using trap = await startFaultProxy(world.url);
      world.calendars.a.setFault(async (request, response, forward) => {
        if (request.method !== 'POST') return 'forward';
        const { body } = await forward();
        const honest = Buffer.from(world.calendars.a.url);
        const at = body.indexOf(honest);
        const uri = Buffer.from(`${trap.url}/calendar/a`);
        response.end(Buffer.concat([body.subarray(0, at - 2), Buffer.of(uri.length + 1, uri.length), uri]));
        return 'answered';
      });
      const answer = await anchor(world.url);
      assert.equal(answer.calendars_ok, 4);
      assert.match(JSON.stringify(answer.failures), /not configured/);
      const asked = world.calendars.b.seen.length;
      await until(
        async () => world.calendars.b.seen.slice(asked),
        (lines) => lines.some((line) => line.startsWith('GET')),
      );
      assert.deepEqual(trap.seen, []);
    });
  });
}
