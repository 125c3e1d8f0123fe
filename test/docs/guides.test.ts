import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { GUIDES, readGuide } from '../../src/web/docs/guides.ts';
import { findFreePort } from '../support/postgres.ts';
import { type ServerProcess, startSandbox } from '../support/server-process.ts';
import { blocksOf, LANGUAGES, runExamples, SHOWN_ONLY } from './guide-blocks.ts';

let folder: string;
let sandbox: ServerProcess;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'touchmark-guides-'));
  const data = join(folder, '.touchmark');
  await mkdir(data);
  sandbox = await startSandbox(data, await findFreePort());
});
after(async () => {
  await sandbox?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

test('every block of code is one that is run here, or says that it is only to be looked at', () => {
  const known = new Set<string>([...LANGUAGES, ...SHOWN_ONLY]);
  for (const guide of GUIDES.map(readGuide)) {
    for (const token of guide.tokens) {
      if (token.type === 'code') assert.ok(known.has(String(token.lang)), `${guide.slug}: ${token.lang} ${token.text}`);
    }
  }
});

for (const slug of GUIDES) {
  const guide = readGuide(slug);
  test(`the guide ${slug} has examples in every language, and they work`, async (t) => {
    for (const language of LANGUAGES) {
      assert.ok(blocksOf(guide, language).length > 0, `${slug} has none in ${language}`);
      const printed = await runExamples(guide, language, folder);
      assert.notEqual(printed.trim(), '', `${slug} in ${language} prints nothing`);
      t.diagnostic(`${language}: ${printed.trim().split('\n').at(-1)!.slice(0, 120)}`);
    }
  });
}
