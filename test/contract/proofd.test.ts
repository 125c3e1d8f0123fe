import { readFile } from 'node:fs/promises';
import { after, before, type TestContext, test } from 'node:test';
import type { TimestampService } from '../../src/core/timestamp/timestamps.ts';
import { confirmDue } from '../support/attested-path.ts';
import {
  createProofdServer,
  openTimestampWorld,
  PUBLIC_URL,
  subscribe,
  type TimestampWorld,
} from '../support/proofd-server.ts';
import { replayTranscript } from './transcript.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** One database for all: every transcript has accounts of its own. */
let world: TimestampWorld;
before(async () => {
  world = await openTimestampWorld('pglite');
});
after(() => world[Symbol.asyncDispose]());

type Known = Record<string, string>;

async function createKnown(): Promise<Known> {
  const [mine, theirs] = [await world.createAccount('proofd-pro'), await world.createAccount('proofd-pro')];
  return { base: PUBLIC_URL, key: mine.secret, other_key: theirs.secret };
}

async function replay(
  t: TestContext,
  name: string,
  options: Parameters<typeof createProofdServer>[1] = {},
  known?: Known,
): Promise<void> {
  const text = await readFile(new URL(`../../vectors/wire/proofd/${name}.txt`, import.meta.url), 'utf8');
  const app = createProofdServer(world, options);
  const baseUrl = await app.listen({ host: '127.0.0.1', port: 0 });
  try {
    t.diagnostic(`${await replayTranscript(text, baseUrl, known ?? (await createKnown()))} requests`);
  } finally {
    await app.close();
  }
}

for (const name of ['create', 'read', 'list', 'refusals']) {
  test(`the server answers as in the transcript ${name}`, (t) => replay(t, name));
}

test('the server answers as in the transcript keys', async (t) => {
  const accountId = 'rotating';
  const mint = (kind: 'proofd' | 'orphograph', owner = accountId, scopes: string[] | null = null) =>
    world.keys.service.mint({ accountId: owner, kind, name: null, scopes, expiresAt: null });
  const [rotated, wrongKind] = [await mint('proofd'), await mint('orphograph')];
  const readOnly = await mint('proofd', 'reading', ['read']);
  for (const id of [accountId, 'reading']) {
    await subscribe(world.store, id, 'proofd-pro', world.clock.now() + DAY_MS);
  }
  await world.keys.service.rotate(accountId, rotated.credential.id, 0);
  const ended = await world.createAccount(null);
  await subscribe(world.store, ended.accountId, 'proofd-business', world.clock.now());
  await replay(
    t,
    'keys',
    {},
    {
      ...(await createKnown()),
      business_key: (await world.createAccount('proofd-business')).secret,
      free_key: (await world.createAccount(null)).secret,
      ended_key: ended.secret,
      read_only_key: readOnly.secret,
      wrong_kind: wrongKind.secret,
      rotated: rotated.secret,
    },
  );
});

test('the server answers as in the transcript rate-limits', (t) =>
  replay(t, 'rate-limits', { limits: { 'proofd-key': 4, 'proofd-create-key': 2 } }));

test('the server answers as in the transcript quota', (t) =>
  replay(t, 'quota', { timestamps: world.createService({ quotas: { pro: 1 } }) }));

test('the server answers as in the transcript provider-down', async (t) => {
  world.calendars.isDown = true;
  try {
    await replay(t, 'provider-down');
  } finally {
    world.calendars.isDown = false;
  }
});

/** The document's example, as the transcripts send it. */
const EXAMPLE = {
  digest: Buffer.from('9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08', 'hex'),
  filename: 'msa-v3.pdf',
  sizeBytes: 248_331,
  type: 'application/pdf',
};

test('the server answers as in the transcript in-progress', async (t) => {
  const { accountId, secret } = await world.createAccount();
  const [entered, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const slow = world.createService({
    anchors: {
      submit: async (requests) => {
        entered.resolve();
        await gate.promise;
        return world.anchors.submit(requests);
      },
    },
  });
  const running = slow.create({ accountId, plan: 'pro', file: EXAMPLE, idempotencyKey: 'job-1' });
  await entered.promise;
  try {
    await replay(t, 'in-progress', {}, { base: PUBLIC_URL, key: secret });
  } finally {
    gate.resolve();
    await running;
  }
});

test('the server answers as in the transcript confirmed', async (t) => {
  const { accountId, secret } = await world.createAccount();
  await world.createService().create({ accountId, plan: 'pro', file: EXAMPLE, idempotencyKey: null });
  await confirmDue(world.store, 'btc', world.clock.now() + DAY_MS);
  await replay(t, 'confirmed', {}, { base: PUBLIC_URL, key: secret });
});

test('the server answers as in the transcript proof-missing', (t) =>
  replay(t, 'proof-missing', { timestamps: world.createService({ anchors: { find: async () => null } }) }));

test('the server answers as in the transcript internal-error', (t) => {
  const fail = () => Promise.reject(new Error('the database is gone'));
  const timestamps: TimestampService = { create: fail, find: fail, list: fail, composeProof: fail };
  return replay(t, 'internal-error', { timestamps });
});
