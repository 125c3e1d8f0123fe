import { readFile } from 'node:fs/promises';
import { type TestContext, test } from 'node:test';
import { createOrphographServer, type OrphographServer } from '../support/orphograph-server.ts';
import { replayTranscript } from './transcript.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

async function replay(t: TestContext, name: string, { app }: OrphographServer): Promise<void> {
  const text = await readFile(new URL(`../../vectors/wire/orphograph/${name}.txt`, import.meta.url), 'utf8');
  const baseUrl = await app.listen({ host: '127.0.0.1', port: 0 });
  try {
    t.diagnostic(`${await replayTranscript(text, baseUrl)} requests`);
  } finally {
    await app.close();
  }
}

for (const name of ['anchor', 'anchor-batch', 'receipt', 'status', 'refusals']) {
  test(`the server answers as in the transcript ${name}`, (t) => replay(t, name, createOrphographServer()));
}

test('the server answers as in the transcript free-tier', (t) =>
  replay(t, 'free-tier', createOrphographServer({ freeTier: { count: 3, periodMs: DAY_MS } })));

test('the server answers as in the transcript calendars-down', (t) => {
  const server = createOrphographServer();
  server.anchors.fault = 'calendars-unreachable';
  return replay(t, 'calendars-down', server);
});
