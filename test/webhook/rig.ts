import assert from 'node:assert/strict';
import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { syntheticRecording } from '../../src/app/audio.ts';
import { createSecretBox } from '../../src/app/secret-box.ts';
import { systemClock } from '../../src/app/system.ts';
import type { Clock } from '../../src/base/clock.ts';
import { encodeUlid } from '../../src/base/ulid.ts';
import { createIssuer } from '../../src/core/certificate/issuer.ts';
import { ensureSynthetic } from '../../src/core/certificate/synthetic.ts';
import type { Store } from '../../src/core/store.ts';
import { createDeliverer, type Deliverer, type DelivererParts } from '../../src/core/webhook/deliverer.ts';
import type { WebhookEvent } from '../../src/core/webhook/event.ts';
import type { DeliveryPolicy } from '../../src/core/webhook/policy.ts';
import type { HmacSha256 } from '../../src/core/webhook/signature.ts';
import type { LaneKey } from '../../src/core/webhook/store.ts';
import type { WebhookTransport } from '../../src/core/webhook/transport.ts';
import { createWebhookService, type WebhookService } from '../../src/core/webhook/webhooks.ts';
import { checkWebhookUrl } from '../../src/net/address-guard.ts';
import { createWebhookTransport } from '../../src/net/webhook-transport.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { createStore } from '../../src/store/store.ts';
import { createTestKeys } from '../support/certification.ts';
import { createTestDatabase, type Engine } from '../support/databases.ts';
import type { TlsIdentity } from '../support/tls-certificates.ts';

export const random = (length: number) => new Uint8Array(randomBytes(length));
export const hmac: HmacSha256 = (key, parts) => {
  const mac = createHmac('sha256', key);
  for (const part of parts) mac.update(part);
  return new Uint8Array(mac.digest());
};
export const LOOPBACK = { ports: [], allowsLoopback: true };

/** Lines of a log that services take for all that there may be. */
export const LOG_LINES = 10;

/** Seconds where the documented schedule has hours, so that a delivery can fail for good within a test. */
export const QUICK_POLICY: DeliveryPolicy = { scheduleMs: [60, 60], timeoutMs: 20_000, disableAfter: 3 };

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Names as they were written. */
  readonly rawHeaders: Readonly<Record<string, string>>;
  readonly body: string;
  readonly at: number;
}

/** What a receiver answers: a status, a status with headers, or nothing at all. */
export type Answer = number | { status: number; headers?: Record<string, string>; body?: string } | 'hang';

export interface Receiver extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly received: Received[];
  /** Called for each request. */
  answer: (request: Received) => Answer | Promise<Answer>;
}

/** With an identity it speaks TLS. */
export async function startReceiver(identity?: TlsIdentity): Promise<Receiver> {
  const received: Received[] = [];
  const receive: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const one = { path: request.url!, headers: request.headers, rawHeaders: readRaw(request), body, at: Date.now() };
      received.push(one);
      const answer = await receiver.answer(one);
      if (answer === 'hang') return;
      const { status, headers = {}, body: text = '' } = typeof answer === 'number' ? { status: answer } : answer;
      response.writeHead(status, headers).end(text);
    });
  };
  const server = identity === undefined ? createServer(receive) : createTlsServer(identity, receive);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const receiver: Receiver = {
    url: `${identity === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    received,
    answer: () => 200,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return receiver;
}

function readRaw({ rawHeaders }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(rawHeaders.flatMap((name, i) => (i % 2 === 0 ? [[name, rawHeaders[i + 1]!]] : [])));
}

export interface Rig extends AsyncDisposable {
  readonly store: Store;
  readonly database: Database;
  readonly trackorigin: WebhookService;
  readonly origimark: WebhookService;
  readonly errors: unknown[];
  /** From now on a worker is told of what the services change, as one in their process is. */
  listen(deliverer: Deliverer): void;
  /** Starts one more worker; disposal stops it. */
  startWorker(options?: Partial<WorkerOptions>): Promise<StartedWorker>;
  /** A worker that can be killed: from then on its database and its receivers never answer. */
  startDoomedWorker(options: Partial<WorkerOptions>): { nudge(): void; die(): void };
  publish(...events: readonly Partial<WebhookEvent>[]): Promise<readonly WebhookEvent[]>;
}

interface WorkerOptions {
  readonly policy: DeliveryPolicy;
  readonly transport: WebhookTransport;
  readonly nodeId: string;
  readonly store: Store;
  readonly clock: Clock;
}

export interface StartedWorker extends AsyncDisposable {
  readonly deliverer: Deliverer;
}

const opened = new AsyncDisposableStack();
after(() => opened.disposeAsync());
/** One of each engine for all tests of a file, one after another: opening one takes longer than most tests. */
const databases = new Map<Engine, Promise<Database>>();

async function openPrepared(engine: Engine): Promise<Database> {
  const files = opened.use(await createTestDatabase(engine));
  const database = opened.use(await openDatabase(files.location));
  await prepareSynthetic(createStore(database));
  return database;
}

async function openEmptied(engine: Engine): Promise<Database> {
  if (!databases.has(engine)) databases.set(engine, openPrepared(engine));
  const database = await databases.get(engine)!;
  await sql`truncate webhook_subscription, webhook_lane, webhook_event, webhook_retry, webhook_attempt, account_holder`.execute(
    database.kysely,
  );
  await sql`update webhook_head set last_sequence = 0`.execute(database.kysely);
  return database;
}

export async function startRig(engine: Engine): Promise<Rig> {
  const database = await openEmptied(engine);
  const store = createStore(database);
  const box = createSecretBox(random(32));
  const errors: unknown[] = [];
  let listener: Deliverer | null = null;
  const workers = new AsyncDisposableStack();
  const serviceParts = {
    store,
    clock: systemClock,
    random,
    box,
    checkUrl: (url: string) => checkWebhookUrl(url, LOOPBACK),
    logLines: LOG_LINES,
    onWork: () => {},
    onChange: (key: LaneKey) => listener?.noteChange(key),
  };
  const common = { store, box, hmac, clock: systemClock, random, policy: QUICK_POLICY, onAttempt: () => {} };
  const onError = (error: unknown) => errors.push(error);
  return {
    store,
    database,
    errors,
    listen(deliverer) {
      listener = deliverer;
    },
    trackorigin: createWebhookService('trackorigin', serviceParts),
    origimark: createWebhookService('origimark', serviceParts),
    async startWorker(options = {}) {
      const own = new AsyncDisposableStack();
      const transport = options.transport ?? own.use(createWebhookTransport({ addresses: LOOPBACK, proxyUrl: null }));
      const stop = new AbortController();
      const deliverer = createDeliverer({ ...common, nodeId: randomUUID(), onError, ...options, transport });
      const ended = deliverer.run(stop.signal);
      own.defer(async () => {
        stop.abort();
        await ended;
      });
      const worker = { deliverer, [Symbol.asyncDispose]: () => own.disposeAsync() };
      workers.use(worker);
      return worker;
    },
    startDoomedWorker(options) {
      let isDead = false;
      const orNever = <T>(ask: () => Promise<T>) => (isDead ? new Promise<never>(() => {}) : ask());
      const mortal: Store = {
        ...store,
        webhook: { ...store.webhook, peek: (...given) => orNever(() => store.webhook.peek(...given)) },
        transact: (work) => orNever(() => store.transact(work)),
      };
      const parts = { ...common, nodeId: 'doomed', onError, ...options } as DelivererParts;
      const deliverer = createDeliverer({ ...parts, store: mortal });
      void deliverer.run(new AbortController().signal);
      return {
        nudge: deliverer.nudge,
        die() {
          isDead = true;
        },
      };
    },
    async publish(...events) {
      const complete = events.map((event): WebhookEvent => ({ ...exampleEvent(), ...event }));
      await store.transact(({ webhookEvent }) => webhookEvent.publish(complete));
      return complete;
    },
    [Symbol.asyncDispose]: () => workers.disposeAsync(),
  };
}

export function exampleEvent(): WebhookEvent {
  const now = Date.now();
  return {
    id: `evt_${encodeUlid(now, random(10))}`,
    contract: 'trackorigin',
    type: 'cert.issued',
    isSandbox: false,
    accountId: null,
    createdAt: now,
    data: { cert_id: 'cer_01KS9QWHV7PHETYGQAYMHB3DM6', verdict: 'verified', title: 'Älg “quoted”\u2028' },
  };
}

export const FIELDS = { types: ['cert.issued'], description: null, isOrdered: false, isSandbox: null } as const;

/** By session: of both modes. */
export const owner = (accountId: string) => ({ accountId, isSandbox: null });

/** Names of the secrets that signed a delivery, in the order of the names. */
export function signersOf({ headers, body }: Received, secrets: Readonly<Record<string, string>>): readonly string[] {
  const time = headers['to-timestamp'] ?? headers['origimark-timestamp'];
  const signatures = String(headers['to-signature'] ?? headers['origimark-signature']).match(/(?<=v1=)[0-9a-f]+/g)!;
  const valid = Object.entries(secrets).filter(([, secret]) =>
    signatures.includes(Buffer.from(hmac(secret, [`${time}.`, body])).toString('hex')),
  );
  assert.equal(valid.length, signatures.length, 'every signature is of a known secret');
  return valid.map(([name]) => name).sort();
}

/** What the server makes when it starts. */
async function prepareSynthetic(store: Store): Promise<void> {
  const issuer = createIssuer({ signer: createTestKeys().signer, random });
  await ensureSynthetic({ store, issuer, clock: systemClock, recording: syntheticRecording() });
}

/** Longer than a lease: what a write had taken that failed is free then. */
const WAIT_MAX_MS = 75_000;

/** Waits until `isDone`; rejects with what `describe` says after a while. */
export async function waitUntil(isDone: () => boolean | Promise<boolean>, describe: () => unknown = () => '') {
  const deadline = Date.now() + WAIT_MAX_MS;
  while (!(await isDone())) {
    if (Date.now() > deadline) throw new Error(`waited in vain: ${JSON.stringify(describe())}`);
    await delay(10);
  }
}

export const eventIdsOf = ({ received }: Pick<Receiver, 'received'>) =>
  received.map(({ body }) => (JSON.parse(body) as { id: string }).id);
