import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createSecretBox } from '../../src/app/secret-box.ts';
import { systemClock } from '../../src/app/system.ts';
import { loadWebhookKey } from '../../src/config/webhooks.ts';
import { mintCredential } from '../../src/core/key/mint.ts';
import type { Store } from '../../src/core/store.ts';
import { createWebhookService, type WebhookService } from '../../src/core/webhook/webhooks.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { createStore } from '../../src/store/store.ts';
import { createBarePostgresDatabase } from '../support/databases.ts';
import { EXAMPLE_WORK } from '../support/example-work.ts';
import { randomDigest } from '../support/orphograph.ts';
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
/** How often a server is killed, how late after its first answer at most, and by how many clients it is asked. */
const KILLS = 3;
const KILL_WITHIN_MS = 600;
const CLIENTS = 6;
/** Of its requests, that at which a worker is killed. */
const KILLED_AT = 100;

interface Certified {
  readonly cert_id: string;
}

interface WorkProcess {
  readonly receiver: Receiver;
  readonly process: ServerProcess;
  readonly url: string;
}

const cleanup = new AsyncDisposableStack();
let folder: string;
let env: Record<string, string>;
let workers: readonly WorkProcess[];
let database: Database;
let store: Store;
let service: WebhookService;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'touchmark-webhook-kill-'));
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  const files = cleanup.use(await createBarePostgresDatabase());
  const identity = makeTlsIdentity('hook.example');
  const rootFile = join(folder, 'root.pem');
  await writeFile(rootFile, identity.cert);
  env = {
    TOUCHMARK_DATA: folder,
    DATABASE_URL: files.location.url,
    TOUCHMARK_BITCOIN_RPC: NOBODY,
    TOUCHMARK_NETWORK: 'regtest',
    TOUCHMARK_CALENDARS: `nobody=${NOBODY}`,
    TOUCHMARK_LIMITS: 'origimark-key=999999',
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

test(`kill -9 of a server under load (${KILLS} times): every change has its event, every event its change, each is sent once`, async (t) => {
  const request = { kind: 'origimark', accountId: 'author', name: null, scopes: null, expiresAt: null } as const;
  const { secret } = await store.transact((writers) => mintCredential(writers, request, { now: Date.now(), random }));
  const headers = { 'x-api-key': secret, 'content-type': 'application/json' };
  const port = await findFreePort();
  const post = async (path: string, body: object): Promise<unknown> => {
    const url = `http://127.0.0.1:${port}${path}`;
    const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
    if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const acknowledged: string[] = [];
  const certify = async (signal: AbortSignal) => {
    while (!signal.aborted) {
      const made = await post('/api/v1/certify', { hash: randomDigest(), ...EXAMPLE_WORK });
      acknowledged.push((made as Certified).cert_id);
    }
  };
  for (let kill = 0; kill < KILLS; kill++) {
    const own = { ...env, PORT: String(port), TOUCHMARK_WORKERS: 'off' };
    await using server = await startServer(folder, ['serve'], own, '"msg":"listening"');
    if (kill === 0) await post('/api/v1/webhooks', { url: 'https://hook.example/author', events: ['cert.created'] });
    const known = acknowledged.length;
    const stop = new AbortController();
    // A connection that breaks is how a client learns that the server is gone.
    const clients = Promise.allSettled(Array.from({ length: CLIENTS }, () => certify(stop.signal)));
    await waitUntil(() => acknowledged.length > known);
    await delay(Math.random() * KILL_WITHIN_MS);
    await server.end('SIGKILL');
    stop.abort();
    await clients;
  }
  const certificates = await database.kysely
    .selectFrom('certificate')
    .select('id')
    .where('registry', '=', 'origimark')
    .execute();
  const events = await database.kysely.selectFrom('webhook_event').select('data').execute();
  const told = events.map(({ data }) => (JSON.parse(data) as Certified).cert_id).sort();
  assert.deepEqual(told, certificates.map(({ id }) => id).sort());
  assert.ok(acknowledged.every((id) => told.includes(id)));
  t.diagnostic(`${acknowledged.length} certificates acknowledged, ${told.length} made`);
  const received = () => workers.flatMap(({ receiver }) => receiver.received);
  await waitUntil(() => received().length >= told.length);
  const delivered = received().map(({ body }) => (JSON.parse(body) as { data: Certified }).data.cert_id);
  assert.deepEqual(delivered.sort(), told);
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
  const sentBy = ({ receiver }: WorkProcess) =>
    receiver.received
      .filter(({ path }) => ACCOUNTS.includes(path.slice(1)))
      .map(({ path, headers }) => `${path} ${headers['webhook-id']}`);
  for (const worker of workers) {
    worker.receiver.answer = async () => {
      if (sentBy(worker).length === KILLED_AT) onKilled(worker);
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
    database.kysely
      .selectFrom('webhook_attempt')
      .select(['outcome', 'sequence', 'account_id'])
      .where('account_id', 'in', ACCOUNTS)
      .execute();
  await waitUntil(async () => (await log()).length >= expected.length);
  const survivor = workers.find((worker) => worker !== dead)!;
  assert.equal(await survivor.process.end('SIGTERM'), 0);
  const lines = await log();
  assert.ok(lines.every(({ outcome }) => outcome === 'succeeded'));
  assert.equal(new Set(lines.map((line) => `${line.account_id} ${line.sequence}`)).size, expected.length);
  assert.equal(lines.length, expected.length, 'each delivery has one line');

  const [before, after] = [sentBy(dead), sentBy(survivor)];
  assert.equal(new Set(before).size, before.length, 'nothing is sent twice by the same worker');
  assert.equal(new Set(after).size, after.length, 'nothing is repeated twice');
  assert.deepEqual([...new Set([...before, ...after])].sort(), expected.toSorted());
  const repeated = before.length + after.length - expected.length;
  assert.ok(repeated > 0, 'it was killed while it delivered');
  t.diagnostic(`${before.length} by the one that was killed, ${after.length} by the other, ${repeated} repeated`);
});
