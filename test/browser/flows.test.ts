import assert from 'node:assert/strict';
import { hash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { readZip } from '../../src/proof/bundle/zip.ts';
import { findBarriers, keepShot, launchBrowser, openPage } from '../support/browser.ts';
import { findFreePort } from '../support/postgres.ts';
import { type SandboxFile, type ServerProcess, startSandbox } from '../support/server-process.ts';

interface Upload {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

const PINNED_WITHIN_MS = 25_000;
const HOSTILE_NAME = '"><img src=x onerror=alert(1)>.txt';

let folder: string;
let sandbox: ServerProcess;
let browser: Browser | null;
let url: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'touchmark-flows-'));
  const port = await findFreePort();
  url = `http://127.0.0.1:${port}`;
  const env = { TOUCHMARK_FREE_ANCHORS_PER_DAY: 'unlimited' };
  sandbox = await startSandbox(folder, port, env);
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

function upload(name: string, content: string | Buffer = randomBytes(100)): Upload {
  return { name, mimeType: 'application/octet-stream', buffer: Buffer.from(content) };
}

async function give(page: Page, ...files: readonly Upload[]): Promise<void> {
  await page.setInputFiles('input[type=file][aria-label=Files]', files as Upload[]);
}

async function download(page: Page, button: string): Promise<Buffer> {
  const [file] = await Promise.all([page.waitForEvent('download'), page.click(button)]);
  return readFile(await file.path());
}

async function verdictsOf(page: Page, count: number): Promise<(string | null)[]> {
  await page
    .locator('.result')
    .nth(count - 1)
    .waitFor();
  return page.locator('[data-verdict]').evaluateAll((all) => all.map((one) => one.getAttribute('data-verdict')));
}

/** Tests below use what the first one anchored. */
const work = upload('poem.txt', `A poem ${randomBytes(8).toString('hex')}`);
let receipt: Buffer;

test('a file is anchored without leaving the browser, followed into Bitcoin, and its receipt verified', async (t) => {
  const open = needBrowser(t);
  if (open === null) return;
  await using watched = await openPage(open, url, { acceptDownloads: true, viewport: { width: 390, height: 844 } });
  const { page, complaints } = watched;
  const sent: string[] = [];
  page.on('request', (request) => sent.push(request.postData() ?? ''));
  await page.goto(url);
  await give(page, work);
  await page.locator('text=Anchored in Bitcoin').waitFor({ timeout: PINNED_WITHIN_MS });
  const digest = hash('sha256', work.buffer, 'hex');
  assert.match(await page.locator('.files').innerText(), new RegExp(digest));
  const bodies = sent.filter((body) => body !== '');
  assert.equal(bodies.length, 1);
  const { hashes } = JSON.parse(bodies[0]!);
  assert.deepEqual(hashes, [{ hash_hex: digest, sha512_hex: hash('sha512', work.buffer, 'hex') }]);
  assert.deepEqual(await findBarriers(page), []);
  await keepShot(page, 'anchored-phone');

  receipt = await download(page, 'text=Download the receipt');
  assert.ok([...readZip(receipt).keys()].some((name) => /^001-poem\.txt\/receipt\.json$/.test(name)));
  await page.goto(`${url}/verify`);
  await give(page, work, upload('receipt.zip', receipt));
  assert.deepEqual(await verdictsOf(page, 1), ['Verified']);
  assert.match(await page.locator('.result').innerText(), /Exactly these bytes existed when block \d+/);
  assert.deepEqual(await findBarriers(page), []);
  await keepShot(page, 'verified-phone');
  assert.deepEqual(complaints, []);
});

test('each kind of answer is told apart', async (t) => {
  const open = needBrowser(t);
  if (open === null) return;
  await using watched = await openPage(open, url, { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' });
  const { page, complaints } = watched;
  const [name, ots] = [...readZip(receipt)].find(([path]) => path.endsWith('.ots'))!;
  const broken = Buffer.from(ots);
  broken[40]! ^= 1;
  const cases: readonly (readonly [verdict: string, files: readonly Upload[]])[] = [
    ['Altered', [upload('poem.txt', 'another poem'), upload('receipt.zip', receipt)]],
    ['Verified', [upload('receipt.zip', receipt)]],
    ['Unknown', [upload('letter.txt')]],
    ['Verified', [work, upload(name.split('/').at(-1)!, Buffer.from(ots))]],
    ['Not valid', [upload('receipt.zip', receipt.subarray(0, -30))]],
    ['Altered', [work, upload('poem.txt.ots', broken)]],
    ['Unknown', [upload('numbers.json', '{"a": 1}')]],
  ];
  for (const [verdict, files] of cases) {
    await page.goto(`${url}/verify`);
    await give(page, ...files);
    assert.deepEqual(await verdictsOf(page, 1), [verdict], files.map((file) => file.name).join(', '));
    await keepShot(page, `verdict-${verdict}-desktop-dark`);
  }
  // Two at a time, and one after the other.
  await page.goto(`${url}/verify`);
  await give(page, upload('letter.txt'));
  assert.deepEqual(await verdictsOf(page, 1), ['Unknown']);
  await give(page, work, upload('receipt.zip', receipt));
  assert.deepEqual((await verdictsOf(page, 2)).sort(), ['Unknown', 'Verified']);
  assert.deepEqual(complaints, []);
});

test('a proof bundle is checked as a whole, and the steps are shown', async (t) => {
  const open = needBrowser(t);
  if (open === null) return;
  await using watched = await openPage(open, url);
  const { page, complaints } = watched;
  const response = await fetch(`${url}/cert/cer_test_synthetic/proof-bundle.zip`);
  assert.equal(response.status, 200);
  const zip = Buffer.from(await response.arrayBuffer());
  await page.goto(`${url}/verify`);
  await give(page, upload('proof.zip', zip));
  // Whether Bitcoin has it already depends on how long the sandbox runs.
  const [verdict] = await verdictsOf(page, 1);
  assert.ok(verdict === 'Pending' || verdict === 'Verified', `${verdict}`);
  const shown = await page.locator('.result').innerText();
  assert.match(shown, /cer_test_synthetic/);
  assert.match(shown, /trusted key signed/i);
  const steps = await page.locator('.steps').textContent();
  for (const text of ['Every file has the digest in the list', 'is a trusted key', 'The key signed this manifest']) {
    assert.ok(steps!.includes(text), text);
  }
  assert.deepEqual(await findBarriers(page), []);

  await page.goto(`${url}/verify`);
  await give(page, upload('another.wav'), upload('proof.zip', zip));
  assert.deepEqual(await verdictsOf(page, 1), ['Altered']);
  assert.deepEqual(complaints, []);
});

test('a proof that waits for Bitcoin is pending, and without block headers nothing is claimed', async (t) => {
  const open = needBrowser(t);
  if (open === null) return;
  // The service worker would answer from what it has seen before.
  await using watched = await openPage(open, url, { serviceWorkers: 'block' }, [/status of 503/]);
  const { page } = watched;
  const young = upload('young.txt');
  const answer = await fetch(`${url}/api/anchor`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ hash_hex: hash('sha256', young.buffer, 'hex') }),
  });
  const { receipt_id } = (await answer.json()) as { receipt_id: string };
  const zip = Buffer.from(await (await fetch(`${url}/api/receipt/${receipt_id}.zip`)).arrayBuffer());
  await page.goto(`${url}/verify`);
  await give(page, young, upload('young.zip', zip));
  assert.deepEqual(await verdictsOf(page, 1), ['Pending']);

  await page.route('**/bitcoin/headers/*', (route) => route.fulfill({ status: 503, body: '{}' }));
  await page.goto(`${url}/verify`);
  await give(page, work, upload('receipt.zip', receipt));
  assert.deepEqual(await verdictsOf(page, 1), ['Cannot check']);
  assert.match(await page.locator('.result').innerText(), /this server cannot be reached/);

  // A server that lies about the block is found out by the proof of work or the Merkle root.
  await page.unroute('**/bitcoin/headers/*');
  await page.route('**/bitcoin/headers/*', async (route) => {
    const real = await (await route.fetch()).json();
    const header = real.header.slice(0, 72) + '00'.repeat(32) + real.header.slice(136);
    await route.fulfill({ json: { ...real, header } });
  });
  await page.goto(`${url}/verify`);
  await give(page, work, upload('receipt.zip', receipt));
  const [verdict] = await verdictsOf(page, 1);
  assert.ok(verdict === 'Not valid' || verdict === 'Cannot check', `${verdict}`);
});

test('verifying goes on without a network once the page was loaded', async (t) => {
  const open = needBrowser(t);
  if (open === null) return;
  await using watched = await openPage(open, url);
  const { page } = watched;
  await page.goto(`${url}/verify`);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await give(page, work, upload('receipt.zip', receipt));
  assert.deepEqual(await verdictsOf(page, 1), ['Verified']);
  await page.context().setOffline(true);
  await page.reload();
  await give(page, work, upload('receipt.zip', receipt));
  assert.deepEqual(await verdictsOf(page, 1), ['Verified']);
});

test('a lost server, a used-up allowance and a closed tab lose nothing', async (t) => {
  const open = needBrowser(t);
  if (open === null) return;
  await using watched = await openPage(open, url, {}, [/Failed to load resource/]);
  const { page, complaints } = watched;
  const batch = '**/api/anchor/batch';
  await page.route(batch, (route) => route.abort());
  await page.goto(url);
  await give(page, upload('one.txt'), upload(HOSTILE_NAME));
  await page.locator('text=The server cannot be reached').waitFor();
  assert.match(await page.locator('.notice').innerText(), /2 fingerprints are kept here and nothing is lost/);
  assert.ok((await page.locator('.files').innerText()).includes(HOSTILE_NAME));
  assert.equal(await page.locator('.files img').count(), 0);

  await page.unroute(batch);
  await page.route(batch, (route) =>
    route.fulfill({
      status: 429,
      headers: { 'retry-after': '28800' },
      json: { error: 'rate_limit_exceeded', message: 'x', retry_after_seconds: 28800, limit_per_hour: 0.125 },
    }),
  );
  await page.click('text=Try now');
  await page.locator('text=used up').waitFor();
  assert.match(await page.locator('.notice').innerText(), /free in 8 hours.*kept here/s);
  await keepShot(page, 'limit-desktop');

  // What is not stored yet after this would be lost with the tab; it is stored within half a second.
  await page.waitForTimeout(1_000);
  await page.unroute(batch);
  await page.reload();
  await page.locator('text=2 of 2 files have a receipt').waitFor({ state: 'attached' });
  await page.reload();
  await page.locator('text=2 of 2 files have a receipt').waitFor({ state: 'attached' });
  assert.deepEqual(complaints, []);
});

test('two tabs neither overwrite nor resend what the other has', async (t) => {
  const open = needBrowser(t);
  if (open === null) return;
  await using watched = await openPage(open, url, {}, [/Failed to load resource/]);
  const { page } = watched;
  const batch = '**/api/anchor/batch';
  await page.route(batch, (route) => route.abort());
  await page.goto(url);
  await give(page, upload('of-one.txt'));
  await page.locator('text=The server cannot be reached').waitFor();
  // As long as it takes to be stored.
  await page.waitForTimeout(1_000);

  const other = await page.context().newPage();
  const sent: string[] = [];
  other.on('request', (request) => sent.push(...(request.url().endsWith('/batch') ? [request.postData()!] : [])));
  await other.goto(url);
  await other.locator('text=Another tab of this browser is at work with 1 file').waitFor();
  await give(other, upload('of-other.txt'));
  await other.locator('text=1 of 1 file have a receipt').waitFor({ state: 'attached' });
  assert.deepEqual(
    sent.map((body) => JSON.parse(body).hashes.length),
    [1],
  );
  await other.waitForTimeout(1_000);
  await other.close();

  await page.unroute(batch);
  await page.reload();
  await page.locator('text=2 of 2 files have a receipt').waitFor({ state: 'attached' });
  const files = await page.locator('.files').innerText();
  assert.ok(files.includes('of-one.txt') && files.includes('of-other.txt'));
});

test('many files make full uploads, and all receipts come as one archive', async (t) => {
  const open = needBrowser(t);
  if (open === null) return;
  await using watched = await openPage(open, url, { acceptDownloads: true });
  const { page, complaints } = watched;
  const counts: number[] = [];
  page.on('request', (request) => {
    if (request.url().endsWith('/batch')) counts.push(JSON.parse(request.postData()!).hashes.length);
  });
  await page.goto(url);
  const files = Array.from({ length: 120 }, (_, i) => upload(`file ${i}.bin`));
  await give(page, ...files);
  await page.locator('text=120 of 120 files have a receipt').waitFor({ state: 'attached' });
  assert.deepEqual(counts, [50, 50, 20]);
  assert.equal(await page.locator('.files > li').count(), 50);
  await page.click('text=Show more');
  assert.equal(await page.locator('.files > li').count(), 120);
  const archive = readZip(await download(page, 'text=Download all receipts'));
  const receipts = [...archive].filter(([name]) => name.endsWith('receipt.json'));
  const digests = receipts.map(([, bytes]) => JSON.parse(new TextDecoder().decode(bytes)).hash_hex);
  assert.deepEqual(digests.sort(), files.map(({ buffer }) => hash('sha256', buffer, 'hex')).sort());
  assert.deepEqual(complaints, []);
});

test('100,000 files dropped at once do not freeze the page', async (t) => {
  if (needBrowser(t) === null) return;
  // One of its own: it has enough to do with forgetting so many.
  const own = (await launchBrowser())!;
  t.after(() => own.close());
  await using watched = await openPage(own, url);
  const { page, complaints } = watched;
  await page.route('**/api/anchor/batch', (route) => route.fulfill({ status: 503, json: { message: 'Busy.' } }));
  await page.goto(url);
  await page.locator('text=Choose files').waitFor();
  await page.evaluate(() => {
    const files = Array.from({ length: 100_000 }, (_, i) => new File([`${i}`], `file-${i}.txt`));
    const event = new DragEvent('drop', { bubbles: true });
    // A real one of so many takes the browser minutes to make.
    Object.defineProperty(event, 'dataTransfer', { value: { types: ['Files'], items: [], files } });
    document.body.dispatchEvent(event);
  });
  await page.locator('text=100,000').first().waitFor();
  // The page answers while it works: each turn of the event loop is short.
  const longest = await page.evaluate(async () => {
    let worst = 0;
    for (let i = 0; i < 20; i++) {
      const from = performance.now();
      await new Promise((resolve) => setTimeout(resolve, 50));
      worst = Math.max(worst, performance.now() - from);
    }
    return worst;
  });
  assert.ok(longest < 2_000, `a turn took ${longest} ms`);
  assert.equal(await page.locator('.files > li').count(), 50);
  assert.deepEqual(
    complaints.filter((line) => !/503/.test(line)),
    [],
  );
});

test('seals are shown on a page of another site, under a strict policy, by one request', async (t) => {
  const open = needBrowser(t);
  if (open === null) return;
  const seal = (id: string, more = '') => `<span data-trackorigin-cert="${id}" ${more}></span>`;
  const body = [
    ...Array.from({ length: 30 }, () => seal('cer_test_synthetic', 'data-variant="mini" data-size="16"')),
    seal('cer_test_synthetic'),
    seal('cer_01UNKNOWN', 'class="none"'),
    seal('&quot;&gt;&lt;script&gt;', 'class="none"'),
    seal(await makeRevoked(), 'class="none"'),
  ].join('\n');
  const host = createServer((_, response) => {
    response.writeHead(200, {
      'content-type': 'text/html',
      'content-security-policy': `default-src 'none'; script-src ${url}; connect-src ${url}`,
    });
    response.end(
      `<!doctype html><title>Tracks</title>${body}<script src="${url}/static/embed-widget.js" async></script>`,
    );
  }).listen(0, '127.0.0.1');
  t.after(() => {
    host.close();
    host.closeAllConnections();
  });
  await new Promise((resolve) => host.once('listening', resolve));
  const address = `http://127.0.0.1:${(host.address() as AddressInfo).port}`;
  await using watched = await openPage(open, address, {}, [new RegExp(`request to ${url}`), /favicon/]);
  const { page, complaints } = watched;
  const asked: string[] = [];
  page.on('request', (request) => {
    if (request.url().includes('/certificates/')) asked.push(request.url());
  });
  await page.goto(address);
  const links = page.locator('[data-trackorigin-cert] a');
  await links.nth(30).waitFor();
  assert.equal(await links.count(), 31);
  assert.equal(asked.length, 1);
  assert.equal(await links.first().getAttribute('href'), `${url}/cert/cer_test_synthetic`);
  assert.equal(await links.first().locator('svg').getAttribute('width'), '16');
  assert.equal(await links.last().innerText(), 'Verified work');
  assert.equal(await page.locator('.none a').count(), 0);

  // Rows that come later, as the guide for platforms says; the answer is still fresh.
  await page.evaluate(() => {
    const later = document.createElement('span');
    later.dataset.trackoriginCert = 'cer_test_synthetic';
    document.body.append(later);
    (window as unknown as { TrackOrigin: { mountAll(): void } }).TrackOrigin.mountAll();
  });
  await links.nth(31).waitFor();
  assert.equal(asked.length, 1);
  assert.deepEqual(complaints, []);
});

/** A sandbox certificate that was revoked. */
async function makeRevoked(): Promise<string> {
  const { keys } = JSON.parse(await readFile(join(folder, 'sandbox.json'), 'utf8')) as SandboxFile;
  const response = await fetch(`${url}/api/v1/sandbox/certificates`, {
    method: 'POST',
    headers: { authorization: `Bearer ${keys.trackorigin.secret_test}`, 'content-type': 'application/json' },
    body: JSON.stringify({ title: 'x', artist: 'y', sha256: randomBytes(32).toString('hex'), state: 'revoked' }),
  });
  const made = (await response.json()) as { cert_id?: string };
  assert.ok(made.cert_id, JSON.stringify(made));
  return made.cert_id;
}
