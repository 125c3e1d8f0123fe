import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createSecretBox } from '../../src/app/secret-box.ts';
import { systemClock } from '../../src/app/system.ts';
import { loadWebhookKey } from '../../src/config/webhooks.ts';
import type { Store } from '../../src/core/store.ts';
import { createWebhookService, type WebhookService } from '../../src/core/webhook/webhooks.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { createStore } from '../../src/store/store.ts';
import { createBarePostgresDatabase } from '../support/databases.ts';
import { findFreePort } from '../support/postgres.ts';
import { runTouchmark } from '../support/run-touchmark.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { makeTlsIdentity } from '../support/tls-certificates.ts';
import { startTunnel } from '../support/tunnel.ts';
import { exampleEvent, FIELDS, owner, type Receiver, random, startReceiver, waitUntil } from './rig.ts';

/** Nothing listens there. */
const NOBODY = 'http://127.0.0.1:9';
const ACCOUNTS = Array.from('abcdefgh');
const EVENTS = 40;
/** Of its requests, that at which a worker is killed. */
const KILLED_AT = 100;

interface WorkProcess {
  readonly receiver: Receiver;
  readonly process: ServerProcess;
  readonly url: string;
}

const cleanup = new AsyncDisposableStack();
let workers: readonly WorkProcess[];
let database: Database;
let store: Store;
let service: WebhookService;

before(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'touchmark-kill-worker-'));
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  const files = cleanup.use(await createBarePostgresDatabase());
  const identity = makeTlsIdentity('hook.example');
  const rootFile = join(folder, 'root.pem');
  await writeFile(rootFile, identity.cert);
  const env = {
    TOUCHMARK_DATA: folder,
    DATABASE_URL: files.location.url,
    TOUCHMARK_BITCOIN_RPC: NOBODY,
    TOUCHMARK_NETWORK: 'regtest',
    TOUCHMARK_CALENDARS: `nobody=${NOBODY}`,
    NODE_EXTRA_CA_CERTS: rootFile,
  };
  const init = await runTouchmark(folder, ['init'], env);
  assert.equal(init.code, 0, init.err);
  // Workers go to https alone and nowhere near this machine, unless by proxy: each has its own, and a receiver behind it.
  workers = await Promise.all(
    ['one', 'other'].map(async () => {
      const receiver = cleanup.use(await startReceiver(identity));
      const proxy = cleanup.use(await startTunnel(receiver.port));
      const port = await findFreePort();
      const args = ['work', '--port', String(port)];
      const own = { ...env, TOUCHMARK_WEBHOOK_PROXY: proxy.url };
      const process = cleanup.use(await startServer(folder, args, own, '"msg":"working"'));
      return { receiver, process, url: `http://127.0.0.1:${port}` };
    }),
  );
  database = cleanup.use(await openDatabase({ ...files.location, poolMax: 2 }));
  store = createStore(database);
  service = createWebhookService('trackorigin', {
    ...{ store, clock: systemClock, random, box: createSecretBox(await loadWebhookKey(folder)) },
    ...{ checkUrl: () => null, logLines: 1_000, onWork() {}, onChange() {} },
  });
});
after(() => cleanup.disposeAsync());

test('a worker has probes and metrics at its port, and no contract', async () => {
  const [{ url }] = workers as [WorkProcess];
  const ask = async (path: string) => (await fetch(url + path)).status;
  assert.deepEqual(await Promise.all(['/livez', '/readyz', '/api/health', '/'].map(ask)), [200, 200, 404, 404]);
  const metrics = await (await fetch(`${url}/metrics`)).text();
  assert.ok(metrics.includes('touchmark_webhook_attempts_total'));
});

test('kill -9 of one of two `touchmark work`: the other goes on, and repeats once what had no answer', async (t) => {
  const expected: string[] = [];
  const publish = async (names: readonly string[]) => {
    const events = names.map((accountId) => ({ ...exampleEvent(), accountId }));
    await store.transact(({ webhookEvent }) => webhookEvent.publish(events));
    expected.push(...events.map(({ accountId, id }) => `/${accountId} ${id}`));
  };
  // One after another, so that both workers find something to take.
  for (const name of ACCOUNTS) {
    await service.create(owner(name), { ...FIELDS, url: `https://hook.example/${name}` });
    await publish([name]);
    await delay(50);
  }
  const { promise: killed, resolve: onKilled } = Promise.withResolvers<WorkProcess>();
  for (const worker of workers) {
    worker.receiver.answer = async () => {
      if (worker.receiver.received.length === KILLED_AT) onKilled(worker);
      await delay(20);
      return 200;
    };
  }
  for (let i = 0; i < EVENTS; i++) await publish(ACCOUNTS);
  const dead = await killed;
  await dead.process.end('SIGKILL');
  await database.kysely
    .updateTable('webhook_lane')
    .set({ lease_until: new Date(0) })
    .execute();

  const log = () =>
    database.kysely.selectFrom('webhook_attempt').select(['outcome', 'sequence', 'account_id']).execute();
  await waitUntil(async () => (await log()).length >= expected.length);
  const survivor = workers.find((worker) => worker !== dead)!;
  assert.equal(await survivor.process.end('SIGTERM'), 0);
  const lines = await log();
  assert.ok(lines.every(({ outcome }) => outcome === 'succeeded'));
  assert.equal(new Set(lines.map((line) => `${line.account_id} ${line.sequence}`)).size, expected.length);
  assert.equal(lines.length, expected.length, 'each delivery has one line');

  const sentBy = ({ receiver }: WorkProcess) =>
    receiver.received.map(({ path, headers }) => `${path} ${headers['webhook-id']}`);
  const [before, after] = [sentBy(dead), sentBy(survivor)];
  assert.equal(new Set(before).size, before.length, 'nothing is sent twice by the same worker');
  assert.equal(new Set(after).size, after.length, 'nothing is repeated twice');
  assert.deepEqual([...new Set([...before, ...after])].sort(), expected.toSorted());
  const repeated = before.length + after.length - expected.length;
  assert.ok(repeated > 0, 'it was killed while it delivered');
  t.diagnostic(`${before.length} by the one that was killed, ${after.length} by the other, ${repeated} repeated`);
});
