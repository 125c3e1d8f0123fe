import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { findBarriers, keepShot, launchBrowser, openPage } from '../support/browser.ts';
import { findFreePort } from '../support/postgres.ts';
import { type ServerProcess, startSandbox } from '../support/server-process.ts';

const FIRST_PAGE_MAX_BYTES = 60_000;
const SCRIPT_MAX_BYTES = 90_000;
const WIDGET_MAX_BYTES = 6_000;

const DIGEST = 'ab'.repeat(32);
/** With the status that each is served with. */
const PAGES: readonly (readonly [name: string, path: string, status: number])[] = [
  ['home', '/', 200],
  ['verify', '/verify', 200],
  ['unknown-digest', `/verify/${DIGEST}`, 404],
  ['pricing', '/pricing', 200],
  ['status', '/status.html', 200],
  ['not-found', '/nothing/here', 404],
  ['sign-in', '/account/sign-in', 200],
];
const LOOKS = [
  { name: 'phone-light', viewport: { width: 390, height: 844 }, colorScheme: 'light' },
  { name: 'phone-dark', viewport: { width: 390, height: 844 }, colorScheme: 'dark' },
  { name: 'desktop-light', viewport: { width: 1280, height: 800 }, colorScheme: 'light' },
  { name: 'desktop-dark', viewport: { width: 1280, height: 800 }, colorScheme: 'dark' },
] as const;

let folder: string;
let sandbox: ServerProcess;
let browser: Browser | null;
let url: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'touchmark-pages-'));
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
  test(`pages keep nobody out, stay on their server and fit the screen: ${look}`, async (t) => {
    const open = needBrowser(t);
    if (open === null) return;
    // A page that is missing is a line in the console of every browser.
    await using watched = await openPage(open, url, options, [/status of 404/]);
    const { page, complaints } = watched;
    for (const [name, path, status] of PAGES) {
      const response = await page.goto(url + path);
      await page.locator('[data-needs-script]').waitFor({ state: 'detached' });
      assert.equal(response!.status(), status, path);
      assert.equal(await page.locator('h1').count(), 1, `${path} has one first heading`);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(overflow <= 0, `${path} is ${overflow} px too wide`);
      assert.deepEqual(await findBarriers(page), [], path);
      await keepShot(page, `${name}-${look}`);
    }
    assert.deepEqual(complaints, []);
  });
}

test('everything on a page can be reached and used by keyboard, and where one is can be seen', async (t) => {
  const open = needBrowser(t);
  if (open === null) return;
  await using watched = await openPage(open, url);
  const { page } = watched;
  for (const path of ['/', '/verify']) {
    await page.goto(url + path, { waitUntil: 'networkidle' });
    const reached: string[] = [];
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press('Tab');
      const at = await page.evaluate(() => {
        const element = document.activeElement!;
        return {
          text: element.textContent.trim(),
          outline: getComputedStyle(element).outlineStyle,
          tag: element.tagName,
        };
      });
      if (at.tag === 'BODY') break;
      assert.equal(at.outline, 'solid', `${path}: ${at.tag} ${at.text}`);
      reached.push(at.text);
    }
    assert.equal(reached[0], 'Skip to the content');
    assert.ok(reached.includes('Choose files'), reached.join('|'));
  }
});

test('pages say what they are for without scripts', async (t) => {
  const open = needBrowser(t);
  if (open === null) return;
  await using watched = await openPage(open, url, { javaScriptEnabled: false });
  const { page } = watched;
  await page.goto(url);
  assert.match(await page.locator('main').innerText(), /runs no JavaScript[\s\S]*npx touchmark anchor/);
  assert.doesNotMatch(await page.locator('main').innerText(), /Loading/);
  await page.goto(`${url}/verify`);
  assert.match(await page.locator('main').innerText(), /npx touchmark verify/);
  await page.fill('#sha256', DIGEST.toUpperCase());
  await page.click('text=Look up >> nth=-1');
  assert.equal(page.url(), `${url}/verify/${DIGEST}`);
  assert.match(await page.locator('h1').innerText(), /Nothing is public/);
});

test('pages and widgets stay small', async (t) => {
  const open = needBrowser(t);
  if (open === null) return;
  await using watched = await openPage(open, url);
  const { page, sizes } = watched;
  await page.goto(url, { waitUntil: 'networkidle' });
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  assert.ok(total > 5_000 && total < FIRST_PAGE_MAX_BYTES, `the first page has ${total} bytes`);
  for (const path of ['/', '/verify']) {
    sizes.clear();
    await page.goto(url + path, { waitUntil: 'networkidle' });
    const scripts = [...sizes].filter(([address]) => new URL(address).pathname.endsWith('.js'));
    const bytes = scripts.reduce((sum, [, size]) => sum + size, 0);
    assert.ok(scripts.length > 0 && bytes < SCRIPT_MAX_BYTES, `${path} has ${bytes} bytes of scripts`);
  }
  for (const path of ['/static/embed-widget.js', '/badge.js']) {
    const response = await fetch(url + path, { headers: { 'accept-encoding': 'gzip' } });
    const { gzipSync } = await import('node:zlib');
    const bytes = gzipSync(await response.text()).length;
    assert.ok(bytes < WIDGET_MAX_BYTES, `${path} has ${bytes} bytes`);
  }
});
