import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openDatabase } from '../../src/store/database.ts';
import { randomDigest } from '../support/orphograph.ts';
import { findFreePort } from '../support/postgres.ts';
import { type SandboxFile, type ServerProcess, startSandbox } from '../support/server-process.ts';
import { startReceiver, waitUntil } from './rig.ts';

const KILLS = 3;
const KILL_WITHIN_MS = 600;
const CLIENTS = 6;

interface Certified {
  readonly cert_id: string;
}

test(`kill -9 under load (${KILLS} times): every change has its event, every event its change, and all are delivered`, async (t) => {
  await using cleanup = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'touchmark-webhook-kill-'));
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  const receiver = cleanup.use(await startReceiver());
  const port = await findFreePort();
  const env = { TOUCHMARK_LIMITS: 'origimark-key=999999', TOUCHMARK_WEBHOOK_RETRY_SECONDS: '1,1,1,1,1' };
  let server: ServerProcess = await startSandbox(folder, port, env);
  cleanup.defer(() => server[Symbol.asyncDispose]());
  const sandbox = JSON.parse(await readFile(join(folder, 'sandbox.json'), 'utf8')) as SandboxFile;
  const headers = { 'x-api-key': sandbox.keys.origimark.api_key, 'content-type': 'application/json' };
  const post = (path: string, body: object) =>
    fetch(sandbox.base_url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  const made = await post('/api/v1/webhooks', { url: receiver.url, events: ['cert.created'] });
  assert.equal(made.status, 201);

  const acknowledged: string[] = [];
  const certify = async (until: Promise<void>) => {
    let isOver = false;
    void until.then(() => {
      isOver = true;
    });
    while (!isOver) {
      const work = { author_first_name: 'Mara', author_last_name: 'Vex', work_type: 'text', title: 'Lighthouse' };
      const rights = { privacy_level: 'public', ownership_type: 'sole' };
      const answer = await post('/api/v1/certify', { hash: randomDigest(), ...work, ...rights });
      if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`);
      acknowledged.push(((await answer.json()) as Certified).cert_id);
    }
  };
  for (let kill = 0; kill < KILLS; kill++) {
    const known = acknowledged.length;
    const { promise, resolve } = Promise.withResolvers<void>();
    // A connection that breaks is how a client learns that the server is gone.
    const clients = Promise.allSettled(Array.from({ length: CLIENTS }, () => certify(promise)));
    await waitUntil(() => acknowledged.length > known);
    await delay(Math.random() * KILL_WITHIN_MS);
    await server.end('SIGKILL');
    resolve();
    await clients;
    server = await startSandbox(folder, port, env);
  }
  const delivered = () =>
    new Set(receiver.received.map(({ body }) => (JSON.parse(body) as { data: Certified }).data.cert_id));
  await waitUntil(() => acknowledged.every((id) => delivered().has(id)));
  assert.equal(await server.end('SIGTERM'), 0);

  await using database = await openDatabase({ folder: join(folder, 'database') });
  const certificates = await database.kysely
    .selectFrom('certificate')
    .select('id')
    .where('registry', '=', 'origimark')
    .execute();
  const events = await database.kysely.selectFrom('webhook_event').select('data').execute();
  const told = events.map(({ data }) => (JSON.parse(data) as Certified).cert_id);
  assert.deepEqual(told.toSorted(), certificates.map(({ id }) => id).sort());
  assert.ok(acknowledged.every((id) => told.includes(id)));
  t.diagnostic(`${acknowledged.length} certificates acknowledged`);
  assert.deepEqual(delivered(), new Set(told));
  // A kill repeats what was on its way at that moment, at most as many as go to one receiver at once.
  assert.ok(receiver.received.length - told.length <= KILLS * 32, `${receiver.received.length} of ${told.length}`);
});
