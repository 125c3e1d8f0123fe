import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { unzipSync } from 'fflate';
import { decodeDetached } from '../../src/proof/ots/codec.ts';
import { walkAttestations } from '../../src/proof/ots/timestamp.ts';
import { ENGINES } from '../support/databases.ts';
import { refuse } from '../support/fault-proxy.ts';
import { anchor, type ReceiptAnswer, readReceipt, until } from '../support/orphograph.ts';
import { startWorld, type World } from '../support/world.ts';

const isPinned = ({ status }: ReceiptAnswer) => status === 'pinned';

for (const engine of ENGINES) {
  describe(`a Bitcoin chain in trouble (${engine})`, () => {
    test('with the node down receipts are issued all the same, and pinned once it is back', async () => {
      await using world = await startWorld(engine);
      world.bitcoin.setFault(refuse(503));
      const { receipt_id } = await anchor(world.url);
      await delay(1_000);
      assert.equal((await readReceipt(world.url, receipt_id)).status, 'pending');
      assert.equal((await fetch(`${world.url}/readyz`)).status, 200);
      assert.match(await readMetrics(world.url), /touchmark_worker_failures_total\{worker="upgrade"\} [1-9]/);
      world.bitcoin.setFault(null);
      world.chain.startMining(300, (error) => assert.fail(String(error)));
      await until(() => readReceipt(world.url, receipt_id), isPinned);
    });

    test('a block with too few confirmations leaves a receipt partial until more come', async () => {
      await using world = await startWorld(engine, { confirmations: 4 });
      const { receipt_id } = await anchor(world.url);
      await mineUntil(world, receipt_id, ({ status }) => status !== 'pending');
      assert.equal((await readReceipt(world.url, receipt_id)).status, 'partial');
      await world.chain.mine(4);
      const receipt = await until(() => readReceipt(world.url, receipt_id), isPinned);
      assert.match(receipt.btc_pinned_at!, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/);
    });

    for (const depth of [1, 7]) {
      test(`a reorganisation of ${depth} block(s) un-pins a receipt, and it is pinned again on the new chain`, async () => {
        await using world = await startWorld(engine);
        const { receipt_id } = await anchor(world.url);
        await mineUntil(world, receipt_id, isPinned);
        const heights = await attestedHeights(world.url, receipt_id);
        const buried = world.chain.tip().height - Math.min(...heights) + 1;
        await world.chain.mine(Math.max(0, depth - buried));
        await world.chain.reorganise(Math.max(depth, buried));
        await until(
          () => readReceipt(world.url, receipt_id),
          ({ status }) => status !== 'pinned',
        );
        await mineUntil(world, receipt_id, isPinned);
        for (const height of await attestedHeights(world.url, receipt_id)) {
          assert.ok(height <= world.chain.tip().height);
        }
      });
    }
  });
}

/** Mines no faster than the server can follow, so that what it waits for is seen near the tip. */
async function mineUntil(world: World, receiptId: string, isDone: (receipt: ReceiptAnswer) => boolean): Promise<void> {
  let minedAt = 0;
  await until(async () => {
    if (Date.now() - minedAt > 1_500) {
      await world.chain.mine(1);
      minedAt = Date.now();
    }
    return readReceipt(world.url, receiptId);
  }, isDone);
}

async function readMetrics(url: string): Promise<string> {
  return (await fetch(`${url}/metrics`)).text();
}

async function attestedHeights(url: string, receiptId: string): Promise<number[]> {
  const response = await fetch(`${url}/api/receipt/${receiptId}.zip`);
  return Object.entries(unzipSync(await response.bytes()))
    .filter(([name]) => name.endsWith('.ots'))
    .flatMap(([, bytes]) => [...walkAttestations(decodeDetached(bytes).timestamp)])
    .flatMap(({ attestation }) => (attestation.type === 'bitcoin' ? [attestation.height] : []));
}
