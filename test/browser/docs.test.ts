import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { findBarriers, keepShot, launchBrowser, openPage } from '../support/browser.ts';
import { findFreePort } from '../support/postgres.ts';
import { type SandboxFile, type ServerProcess, startSandbox } from '../support/server-process.ts';

const LOOKS = [
  { name: 'phone-dark', viewport: { width: 390, height: 844 }, colorScheme: 'dark' },
  { name: 'desktop-light', viewport: { width: 1280, height: 800 }, colorScheme: 'light' },
] as const;

let folder: string;
let sandbox: ServerProcess;
let browser: Browser | null;
let url: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'touchmark-docs-'));
  const port = await findFreePort();
  url = `http://127.0.0.1:${port}`;
  sandbox = await startSandbox(folder, port);
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await sandbox?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

function needBrowser(t: TestContext): Browser | null {
  if (browser === null) t.skip('no browser starts here');
  return browser;
}

for (const { name: look, ...options } of LOOKS) {
  test(`the documentation keeps nobody out, stays on its server and fits the screen: ${look}`, async (t) => {
    const open = needBrowser(t);
    if (open === null) return;
    await using watched = await openPage(open, url, options);
    const { page, complaints } = watched;
    await page.goto(`${url}/docs`);
    const links = await page.locator('.docs-nav a').evaluateAll((all) => all.map((link) => link.getAttribute('href')!));
    assert.equal(links.length, 11);
    for (const path of links) {
      assert.equal((await page.goto(url + path))!.status(), 200, path);
      assert.equal(await page.locator('h1').count(), 1, path);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(overflow <= 0, `${path} is ${overflow} px too wide`);
      assert.deepEqual(await findBarriers(page), [], path);
      await keepShot(page, `docs-${path.split('/').at(-1)}-${look}`);
    }
    assert.deepEqual(complaints, []);
  });
}

test('links of the documentation lead somewhere', async (t) => {
  const open = needBrowser(t);
  if (open === null) return;
  await using watched = await openPage(open, url);
  const { page } = watched;
  await page.goto(`${url}/docs`);
  const pages = await page
    .locator('.docs-nav a')
    .evaluateAll((all) => all.map((link) => (link as HTMLAnchorElement).href));
  const targets = new Set<string>();
  for (const address of pages) {
    await page.goto(address);
    const links = await page
      .locator('main a')
      .evaluateAll((all) => all.map((link) => (link as HTMLAnchorElement).href));
    for (const link of links) if (link.startsWith(url)) targets.add(link.split('#', 1)[0]!);
  }
  assert.ok(targets.size > 10);
  for (const target of targets) {
    const { status } = await fetch(target, { redirect: 'manual' });
    assert.ok(status < 400, `${target} is ${status}`);
  }
});

test('an operation of the reference can be found and tried out', async (t) => {
  const open = needBrowser(t);
  if (open === null) return;
  const { keys } = JSON.parse(await readFile(join(folder, 'sandbox.json'), 'utf8')) as SandboxFile;
  await using watched = await openPage(open, url);
  const { page, complaints } = watched;
  await page.goto(`${url}/docs/api`);
  await page.getByLabel('Search').fill('post bulk');
  const operation = page.locator('.operation:visible');
  assert.equal(await operation.count(), 1);
  await operation.locator('summary').click();
  await page.getByLabel('Key to try things out with').fill(keys.trackorigin.secret_test);
  await operation.getByRole('button', { name: 'Try it' }).click();
  const answer = operation.locator('.try pre');
  await answer.getByText('"requested": 1').waitFor();
  assert.match((await answer.textContent())!, /^200 OK[\s\S]*"cert_id": "cer_test_synthetic"/);
  assert.deepEqual(await findBarriers(page), []);
  assert.deepEqual(complaints, []);
});

test('the reference can be read without a script', async (t) => {
  const open = needBrowser(t);
  if (open === null) return;
  await using watched = await openPage(open, url, { javaScriptEnabled: false });
  const { page } = watched;
  await page.goto(`${url}/docs/api`);
  const document = await (await fetch(`${url}/api/v1/openapi.json`)).json();
  const operations = Object.values(document.paths).flatMap((item) => Object.keys(item as object));
  assert.equal(await page.locator('.operation').count(), operations.length);
  const bulk = page.locator('.operation', { hasText: '/api/v1/certificates/bulk' });
  await bulk.locator('summary').click();
  await bulk.getByText('How many different ids were asked for.').first().waitFor();
  assert.equal(await page.getByRole('button', { name: 'Try it' }).count(), 0);
});
