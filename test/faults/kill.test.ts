import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { decodeHex, encodeHex } from '../../src/base/hex.ts';
import { esploraHeaders } from '../../src/net/headers/chain-headers.ts';
import { parseBlock } from '../../src/proof/bitcoin/block.ts';
import { readZipEvidence } from '../../src/proof/bundle/evidence.ts';
import { verifyEvidence } from '../../src/proof/bundle/verify-evidence.ts';
import { REGTEST_START_HEIGHT, type RegtestChain } from '../../src/sandbox/regtest-chain.ts';
import { type DatabaseLocation, openDatabase } from '../../src/store/database.ts';
import { type Acknowledged, startAnchorLoad } from '../support/anchor-load.ts';
import { createTestDatabase, type Engine } from '../support/databases.ts';
import { readReceipt, until } from '../support/orphograph.ts';
import { findFreePort } from '../support/postgres.ts';
import { runTouchmark } from '../support/run-touchmark.ts';
import { serveChain } from '../support/served-chain.ts';
import { type SandboxFile, type ServerProcess, startSandbox } from '../support/server-process.ts';

const KILLS: Readonly<Record<Engine, number>> = { pglite: 8, postgres: 12 };
const KILL_WITHIN_MS = 800;
const SAMPLE_SIZE = 40;
const CONCURRENT_READS = 16;
/** Work that a killed process had taken is free again after a minute. */
const PINNED_TIMEOUT_MS = 120_000;
const CALENDARS = ['a', 'b', 'alice', 'finney', 'btc'];

/** Both at once: most of a restart is waiting. */
describe('kill -9', { concurrency: true }, () => {
  for (const [engine, kills] of Object.entries(KILLS) as [Engine, number][]) {
    test(`at any moment under load loses no acknowledged receipt (${engine}, ${kills} times)`, async (t) => {
      await using cleanup = new AsyncDisposableStack();
      const folder = await mkdtemp(join(tmpdir(), 'touchmark-kill-'));
      cleanup.defer(() => rm(folder, { recursive: true, force: true }));
      // More than is fair use of one key in a day.
      const env: Record<string, string> = { TOUCHMARK_LIMITS: 'orphograph-key=999999' };
      let location: DatabaseLocation = { folder: join(folder, 'database') };
      if (engine === 'postgres') {
        ({ location } = cleanup.use(await createTestDatabase(engine)));
        if ('url' in location) env.DATABASE_URL = location.url;
      }
      const port = await findFreePort();
      let server: ServerProcess = await startSandbox(folder, port, env);
      cleanup.defer(() => server[Symbol.asyncDispose]());
      const sandbox = JSON.parse(await readFile(join(folder, 'sandbox.json'), 'utf8')) as SandboxFile;
      const { base_url: url, keys } = sandbox;

      const acknowledged: Acknowledged[] = [];
      for (let kill = 0; kill < kills; kill++) {
        const load = startAnchorLoad(url, keys.orphograph.api_key);
        await load.started;
        await delay(Math.random() * KILL_WITHIN_MS);
        await server.end('SIGKILL');
        await load.stop();
        assert.deepEqual(load.refusals, []);
        acknowledged.push(...load.acknowledged);
        server = await startSandbox(folder, port, env);
        // The last answers before the kill are those with the least time to become durable.
        await assertHeld(url, [...load.acknowledged.slice(-SAMPLE_SIZE), ...pick(acknowledged, SAMPLE_SIZE)]);
      }
      t.diagnostic(`${acknowledged.length} receipts acknowledged`);
      await assertHeld(url, acknowledged);

      const sample = [acknowledged[0]!, acknowledged.at(-1)!, ...pick(acknowledged, SAMPLE_SIZE)];
      const headers = esploraHeaders([sandbox.bitcoin.esplora_url], 'regtest', { quorum: 1, onDissent() {} });
      for (const { id, digest } of sample) {
        const isPinned = ({ status }: { status: string }) => status === 'pinned';
        await until(() => readReceipt(url, id), isPinned, PINNED_TIMEOUT_MS);
        const zip = await (await fetch(`${url}/api/receipt/${id}.zip`)).bytes();
        const [evidence] = readZipEvidence(`${id}.zip`, zip);
        const verdict = await verifyEvidence(evidence!, { sha256: decodeHex(digest)! }, headers);
        assert.equal(verdict.outcome, 'verified', JSON.stringify(verdict.steps));
      }
      for (const name of CALENDARS) await until(() => readQueue(`${url}/calendar/${name}`), isEmpty, PINNED_TIMEOUT_MS);
      assert.equal(await server.end('SIGTERM'), 0);

      await using served = await serveChain(join(folder, 'regtest'));
      await assertPaidOnce(served.chain, location);
      const { code, json } = await runTouchmark(folder, ['fsck', '--json'], {
        ...env,
        TOUCHMARK_DATA: folder,
        TOUCHMARK_NETWORK: 'regtest',
        TOUCHMARK_ESPLORA: served.esploraUrl,
      });
      assert.deepEqual(json.slice(0, -1), []);
      assert.equal(code, 0);
      assert.equal(json.at(-1).findings, 0);
      assert.ok(json.at(-1).receipts >= acknowledged.length);
    });
  }
});

async function assertHeld(url: string, expected: readonly Acknowledged[]): Promise<void> {
  const left = expected.values();
  const read = async () => {
    for (const { id, digest } of left) {
      const receipt = await readReceipt(url, id);
      assert.equal(receipt.found, true);
      assert.equal(receipt.hash_hex, digest);
      assert.ok(receipt.checks.length > 0 && receipt.checks.every(({ ok }) => ok), JSON.stringify(receipt));
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT_READS }, read));
}

function pick<Item>(items: readonly Item[], count: number): Item[] {
  return Array.from({ length: count }, () => items[Math.floor(Math.random() * items.length)]!);
}

interface CalendarQueue {
  readonly commitments: number;
  readonly pending_commitments: number;
}

async function readQueue(url: string): Promise<CalendarQueue> {
  return (await (await fetch(`${url}/`, { headers: { accept: 'application/json' } })).json()) as CalendarQueue;
}

function isEmpty(queue: CalendarQueue): boolean {
  return queue.commitments > 0 && queue.pending_commitments === 0;
}

/**
 * The chain holds one transaction a stamp and no other, and of every calendar the stamps cover each commitment exactly
 * once.
 */
async function assertPaidOnce(chain: RegtestChain, location: DatabaseLocation): Promise<void> {
  await using database = await openDatabase(location);
  const { kysely } = database;
  const calendars = await kysely.selectFrom('calendar').selectAll().execute();
  assert.deepEqual(calendars.map(({ name }) => name).sort(), CALENDARS.toSorted());
  const stamps = await kysely
    .selectFrom('calendar_stamp as stamp')
    .innerJoin('calendar_stamp_version as version', (join) =>
      join
        .onRef('version.calendar', '=', 'stamp.calendar')
        .onRef('version.stamp_id', '=', 'stamp.id')
        .onRef('version.version', '=', 'stamp.current_version'),
    )
    .select(['stamp.calendar', 'from_position', 'stamp.to_position', 'mined_height', 'abandoned', 'txid'])
    .orderBy('from_position')
    .execute();
  for (const { name, last_position } of calendars) {
    let covered = 0;
    for (const stamp of stamps.filter(({ calendar }) => calendar === name)) {
      assert.ok(stamp.mined_height !== null && !stamp.abandoned);
      assert.equal(stamp.from_position, covered, `${name} covers a commitment twice or not at all`);
      covered = stamp.to_position;
    }
    assert.equal(covered, last_position);
  }
  assert.deepEqual(await listPayments(chain), stamps.map(({ txid }) => encodeHex(txid)).sort());
}

/** Transactions in blocks, coinbases apart. */
async function listPayments(chain: RegtestChain): Promise<string[]> {
  const txids: string[] = [];
  for (let height = REGTEST_START_HEIGHT + 1; height <= chain.tip().height; height++) {
    const { transactions } = parseBlock((await chain.block((await chain.blockHash(height))!))!);
    txids.push(...transactions.slice(1).map(({ txid }) => encodeHex(txid)));
  }
  return txids.sort();
}
