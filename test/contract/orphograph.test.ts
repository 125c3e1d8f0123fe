import { readFile } from 'node:fs/promises';
import { type TestContext, test } from 'node:test';
import {
  createOrphographServer,
  LAPSED_KEY,
  type OrphographServer,
  PACK_TOKEN,
  SUBSCRIBER_KEY,
} from '../support/orphograph-server.ts';
import { replayTranscript } from './transcript.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

async function replay(
  t: TestContext,
  name: string,
  { app }: OrphographServer,
  known: Readonly<Record<string, string>> = {},
): Promise<void> {
  const text = await readFile(new URL(`../../vectors/wire/orphograph/${name}.txt`, import.meta.url), 'utf8');
  const baseUrl = await app.listen({ host: '127.0.0.1', port: 0 });
  try {
    t.diagnostic(`${await replayTranscript(text, baseUrl, known)} requests`);
  } finally {
    await app.close();
  }
}

for (const name of ['anchor', 'anchor-batch', 'receipt', 'status', 'refusals']) {
  test(`the server answers as in the transcript ${name}`, (t) => replay(t, name, createOrphographServer()));
}

test('the server answers as in the transcript free-tier', (t) =>
  replay(t, 'free-tier', createOrphographServer({ freeTier: { count: 3, periodMs: DAY_MS } })));

test('the server answers as in the transcript packs', (t) =>
  replay(t, 'packs', createOrphographServer({ credits: 3, freeTier: { count: 1, periodMs: DAY_MS } }), {
    pack: PACK_TOKEN,
    key: SUBSCRIBER_KEY,
    lapsed: LAPSED_KEY,
  }));

test('the server answers as in the transcript vault', (t) =>
  replay(t, 'vault', createOrphographServer(), {
    key: SUBSCRIBER_KEY,
    session: 'session=alice',
    other: 'session=bob',
    origin: 'https://touchmark.example.org',
  }));

test('the server answers as in the transcript calendars-down', (t) => {
  const server = createOrphographServer();
  server.anchors.fault = 'calendars-unreachable';
  return replay(t, 'calendars-down', server);
});
