import assert from 'node:assert/strict';
import { hash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { findBarriers, keepShot, launchBrowser, openPage, type WatchedPage } from '../support/browser.ts';
import { findFreePort } from '../support/postgres.ts';
import { createSandboxPeople, HOSTILE, type SandboxPeople } from '../support/registry-people.ts';
import { type SandboxFile, type ServerProcess, startSandbox } from '../support/server-process.ts';

const SCRIPT_MAX_BYTES = 90_000;
const SECRET = 'Nobody shall read this title';
const PHONE = { viewport: { width: 390, height: 844 } } as const;
const DESKTOP = { viewport: { width: 1280, height: 800 } } as const;
const LOOKS = [
  { name: 'phone-light', ...PHONE, colorScheme: 'light' },
  { name: 'desktop-dark', ...DESKTOP, colorScheme: 'dark' },
] as const;

let folder: string;
let sandbox: ServerProcess;
let browser: Browser | null;
let url: string;
let people: SandboxPeople;
let ids: Record<'first' | 'second' | 'third' | 'hostile' | 'hidden' | 'track' | 'waiting' | 'timestamp', string>;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'touchmark-people-'));
  const port = await findFreePort();
  url = `http://127.0.0.1:${port}`;
  sandbox = await startSandbox(folder, port);
  browser = await launchBrowser();
  people = createSandboxPeople(JSON.parse(await readFile(join(folder, 'sandbox.json'), 'utf8')) as SandboxFile);
  const first = await people.certify();
  const second = await people.certify({ work_id: first.work_id, title: 'Salt marsh at dusk, second print' });
  const third = await people.certify({ work_id: first.work_id, title: 'Salt marsh at dusk, third print' });
  await people.revokeWork(second.cert_id);
  const hostile = await people.certify({ title: HOSTILE, author_first_name: HOSTILE, author_last_name: '<b>' });
  const hidden = await people.certify({ title: SECRET, author_last_name: 'Unseen', privacy_level: 'private' });
  ids = {
    first: first.cert_id,
    second: second.cert_id,
    third: third.cert_id,
    hostile: hostile.cert_id,
    hidden: hidden.cert_id,
    track: await people.certifyTrack('Northern Line', 'ada-weber', 'Ada Weber'),
    waiting: await people.submitTrack(HOSTILE, 'hostile-one', HOSTILE),
    timestamp: await people.timestamp(),
  };
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

/** @param allowed As of `openPage`. */
async function openAs(
  open: Browser,
  who: 'account' | 'operator',
  options: Parameters<typeof openPage>[2] = DESKTOP,
  allowed: readonly RegExp[] = [],
): Promise<WatchedPage> {
  const watched = await openPage(open, url, options, allowed);
  const cookies = (await people.signIn(who)).split('; ').map((cookie) => {
    const at = cookie.indexOf('=');
    return { name: cookie.slice(0, at), value: cookie.slice(at + 1), url };
  });
  await watched.page.context().addCookies(cookies);
  return watched;
}

/** Walks pages and looks at each for what keeps people out. */
async function walk({ page, complaints }: WatchedPage, look: string, paths: Record<string, string>): Promise<void> {
  for (const [name, path] of Object.entries(paths)) {
    const response = await page.goto(url + path);
    await page.locator('[data-needs-script]').waitFor({ state: 'detached' });
    assert.equal(response!.status(), name === 'unknown' ? 404 : 200, path);
    assert.equal(await page.locator('h1').count(), 1, `${path} has one first heading`);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(overflow <= 0, `${path} is ${overflow} px too wide`);
    assert.deepEqual(await findBarriers(page), [], path);
    await keepShot(page, `${name}-${look}`);
  }
  assert.deepEqual(complaints, []);
}

for (const { name: look, ...options } of LOOKS) {
  test(`everybody's pages keep nobody out, run nothing of what people wrote and ask nobody else: ${look}`, async (t) => {
    const open = needBrowser(t);
    if (open === null) return;
    await using watched = await openPage(open, url, options, [/status of 404/]);
    await walk(watched, look, {
      'cert-work': `/cert/${ids.third}`,
      'cert-revoked': `/cert/${ids.second}`,
      'cert-hostile': `/cert/${ids.hostile}`,
      'cert-private': `/cert/${ids.hidden}`,
      'cert-track': `/cert/${ids.track}`,
      'cert-timestamp': `/cert/${ids.timestamp}`,
      unknown: '/cert/cer_01M7ZNXNZT2ZRRJD37ZAZHEKF0',
      artist: '/u/ada-weber',
      registry: '/registry',
      'registry-found': '/registry?q=weber&work_type=photograph',
      recordings: '/registry/recordings?q=north',
    });
  });

  test(`an owner's pages keep nobody out: ${look}`, async (t) => {
    const open = needBrowser(t);
    if (open === null) return;
    await using watched = await openAs(open, 'account', options);
    await walk(watched, look, {
      account: '/account',
      works: '/account/works',
      'new-work': '/account/works/new',
      tracks: '/account/tracks',
      'new-track': '/account/tracks/new',
      webhooks: '/account/webhooks',
      usage: '/account/usage',
    });
  });

  test(`operators' pages keep nobody out: ${look}`, async (t) => {
    const open = needBrowser(t);
    if (open === null) return;
    await using watched = await openAs(open, 'operator', options);
    await walk(watched, look, {
      review: '/operator',
      submission: `/operator/submissions/${ids.waiting}`,
      'operator-certificates': '/operator/certificates',
      'operator-certificate': `/operator/certificates/${ids.track}`,
      accounts: '/operator/accounts',
      integrators: '/operator/integrators',
      policies: '/operator/policies',
      health: '/operator/health',
      actions: '/operator/actions',
    });
  });
}

test('a certificate is checked in the browser, by its signature and its entry in the log', async (t) => {
  const open = needBrowser(t);
  if (open === null) return;
  await using watched = await openPage(open, url, { ...DESKTOP, permissions: ['clipboard-read', 'clipboard-write'] });
  const { page, sizes, complaints } = watched;
  for (const [id, outcome] of [
    [ids.third, 'verified'],
    [ids.track, 'verified'],
    [ids.second, 'revoked'],
  ]) {
    sizes.clear();
    await page.goto(`${url}/cert/${id}`);
    assert.equal(await page.locator('[data-outcome]').getAttribute('data-outcome'), outcome);
    const scripts = [...sizes].filter(([address]) => new URL(address).pathname.endsWith('.js'));
    const bytes = scripts.reduce((sum, [, size]) => sum + size, 0);
    assert.ok(scripts.length > 0 && bytes < SCRIPT_MAX_BYTES, `${bytes} bytes of scripts`);
  }
  await page.locator('[data-copy=snippet-markdown]').click();
  await page.locator('text=Copied.').waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.ok(copied.includes(`(${url}/cert/${ids.second}/badge.svg)`), copied);
  assert.deepEqual(complaints, []);
});

test('without scripts a certificate is read, the registry searched, and a private title seen by nobody', async (t) => {
  const open = needBrowser(t);
  if (open === null) return;
  await using watched = await openPage(open, url, { ...PHONE, javaScriptEnabled: false });
  const { page, complaints } = watched;
  await page.goto(`${url}/registry`);
  await page.fill('#q', 'WEBER');
  await page.click('form[role=search] button');
  await page.click('text=Salt marsh at dusk, third print');
  const text = await page.locator('main').innerText();
  assert.match(text, /by Ada Weber[\s\S]*Issued[\s\S]*Logged[\s\S]*Anchored[\s\S]*Version 2/);
  await page.goto(`${url}/cert/${ids.hidden}`);
  const content = await page.content();
  assert.match(content, /A private work/);
  assert.match(content, /name="robots" content="noindex"/);
  assert.doesNotMatch(content, new RegExp(`${SECRET}|Unseen`));
  assert.deepEqual(complaints, []);
});

test('a work is certified from the browser: its digest is made there, and the next version follows', async (t) => {
  const open = needBrowser(t);
  if (open === null) return;
  await using watched = await openAs(open, 'account', PHONE);
  const { page, complaints } = watched;
  const content = randomBytes(5_000);
  await page.goto(`${url}/account/works/new`);
  await choose(page, '"><img src=x onerror=alert(1)>.txt', content);
  await page.waitForFunction(() => document.querySelector<HTMLInputElement>('#certify-hash')!.value !== '');
  assert.equal(await page.inputValue('#certify-hash'), hash('sha256', content, 'hex'));
  await page.click('#certify button');
  assert.match(await page.locator('#certify-title-error').innerText(), /\w/, 'what is missing is said at the field');
  await page.fill('#certify-title', 'Made in the browser');
  await page.fill('#certify-author_first_name', 'Grace');
  await page.fill('#certify-author_last_name', 'Moor');
  await page.click('#certify button');
  await page.waitForURL('**/cert/*');
  assert.equal(await page.locator('[data-outcome]').getAttribute('data-outcome'), 'verified');
  await page.goto(`${url}/account/works`);
  await page.click('text=Certify the next version >> nth=0');
  assert.equal(await page.inputValue('#certify-title'), 'Made in the browser');
  assert.deepEqual(complaints, []);
});

test('a recording is listened to in the browser, submitted, decided on in the console, and revoked there', async (t) => {
  const open = needBrowser(t);
  if (open === null) return;
  const title = `Marsh song ${randomBytes(3).toString('hex')}`;
  {
    await using watched = await openAs(open, 'account');
    const { page, complaints } = watched;
    await page.goto(`${url}/account/tracks/new`);
    await choose(page, 'song.wav', makeWav(8));
    await page.waitForFunction(() => document.querySelector<HTMLInputElement>('#submit-fingerprint2')!.value !== '');
    assert.equal(await page.inputValue('#submit-duration_ms'), '8000');
    await page.fill('#submit-title', title);
    await page.fill('[name="artist.handle"]', 'grace-moor');
    await page.fill('[name="artist.display_name"]', 'Grace Moor');
    await page.check('[name="declarations.human_composition"]');
    await page.click('#submit button');
    await page.locator('text=Waits for a reviewer').first().waitFor();
    assert.deepEqual(complaints, []);
  }
  await using watched = await openAs(open, 'operator');
  const { page, complaints } = watched;
  await page.goto(`${url}/operator`);
  await page.click(`text=${title}`);
  assert.match(await page.locator('main').innerText(), /Fingerprints\s+2/);
  await page.fill('#decision-reason', 'Heard it.');
  await page.click('#decision button');
  await page.locator('#decided').waitFor();
  await page.click('text=/^cer_/');
  await page.selectOption('#revoke-code', 'issued_in_error');
  await page.fill('#revoke-reason', 'A test of the console.');
  await page.click('#revoke button');
  await page.locator('text=issued_in_error').waitFor();
  await page.click('text=Its public page');
  assert.match(await page.locator('main').innerText(), /Revoked: do not rely on it[\s\S]*issued_in_error/);
  await page.goto(`${url}/operator/actions`);
  assert.match(await page.locator('main').innerText(), /certificate\.revoked[\s\S]*A test of the console/);
  assert.deepEqual(complaints, []);
});

test('a webhook is added, its secret shown once, tested, and its log read', async (t) => {
  const open = needBrowser(t);
  if (open === null) return;
  const receiver = createServer((_request, response) => response.end(HOSTILE)).listen(0, '127.0.0.1');
  t.after(() => receiver.close());
  await new Promise((resolve) => receiver.once('listening', resolve));
  const address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  await using watched = await openAs(open, 'account', PHONE);
  const { page, complaints } = watched;
  await page.goto(`${url}/account/webhooks`);
  await page.locator('summary').nth(1).click();
  await page.fill('#add-origimark-url', address);
  await page.click('#add-origimark button');
  await page.locator('#secret').waitFor();
  assert.match(await page.locator('#secret-text').innerText(), /^whk_/);
  await page.click('text=I have kept it');
  await page.click(`text=${address}`);
  await page.click('#test button');
  await page.locator('text=A test is on its way').waitFor();
  await page.waitForFunction(async () => (await (await fetch(location.href)).text()).includes('Delivered'), undefined, {
    polling: 300,
  });
  await page.reload();
  assert.match(await page.locator('main').innerText(), /Delivered/);
  assert.deepEqual(await findBarriers(page), []);
  await keepShot(page, 'webhook-phone');
  assert.deepEqual(complaints, []);
});

test('operators only: the console tells others so', async (t) => {
  const open = needBrowser(t);
  if (open === null) return;
  await using watched = await openAs(open, 'account', DESKTOP, [/status of 403/]);
  const response = await watched.page.goto(`${url}/operator/health`);
  assert.equal(response!.status(), 403);
  assert.doesNotMatch(await watched.page.content(), /Public log/);
});

async function choose(page: Page, name: string, content: Buffer): Promise<void> {
  await page.setInputFiles('input[type=file]', { name, mimeType: 'application/octet-stream', buffer: content });
}

/** A melody in mono, 16 bits. */
function makeWav(seconds: number): Buffer {
  const rate = 22_050;
  const data = Buffer.alloc(seconds * rate * 2);
  for (let i = 0; i < seconds * rate; i++) {
    const pitch = 220 * 2 ** ((Math.floor(i / rate) * 5) / 12);
    data.writeInt16LE(Math.round(12_000 * Math.sin((2 * Math.PI * pitch * i) / rate)), i * 2);
  }
  const head = Buffer.alloc(44);
  head.write('RIFF');
  head.writeUInt32LE(36 + data.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(data.length, 40);
  return Buffer.concat([head, data]);
}
