import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import { readZip } from '../../src/proof/bundle/zip.ts';
import { findBarriers, keepShot } from '../support/browser.ts';
import { type BrowserWorld, PHONE } from '../support/browser-world.ts';
import { download, give, upload, verdictsOf } from './files.ts';

const PINNED_WITHIN_MS = 120_000;
const HOSTILE_NAME = '"><img src=x onerror=alert(1)>.txt';

/** The first page: files are hashed, anchored and followed. */
export function testAnchoring(world: BrowserWorld): void {
  test('a file is anchored without leaving the browser, followed into Bitcoin, and its receipt verified', async () => {
    await using watched = await world.open({ ...PHONE, acceptDownloads: true });
    const { page, complaints } = watched;
    const work = upload('poem.txt');
    const sent: string[] = [];
    page.on('request', (request) => sent.push(request.postData() ?? ''));
    await page.goto(world.url);
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

    const receipt = await download(page, 'text=Download the receipt');
    assert.ok([...readZip(receipt).keys()].some((name) => /^001-poem\.txt\/receipt\.json$/.test(name)));
    await page.goto(`${world.url}/verify`);
    await give(page, work, upload('receipt.zip', receipt));
    assert.deepEqual(await verdictsOf(page, 1), ['Verified']);
    assert.match(await page.locator('.result').innerText(), /Exactly these bytes existed when block \d+/);
    assert.deepEqual(await findBarriers(page), []);
    await keepShot(page, 'verified-phone');
    assert.deepEqual(complaints, []);
  });

  test('a lost server, a used-up allowance and a closed tab lose nothing', async () => {
    await using watched = await world.open({}, [/Failed to load resource/]);
    const { page, complaints } = watched;
    const batch = '**/api/anchor/batch';
    await page.route(batch, (route) => route.abort());
    await page.goto(world.url);
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

  test('two tabs neither overwrite nor resend what the other has', async () => {
    await using watched = await world.open({}, [/Failed to load resource/]);
    const { page } = watched;
    const batch = '**/api/anchor/batch';
    await page.route(batch, (route) => route.abort());
    await page.goto(world.url);
    await give(page, upload('of-one.txt'));
    await page.locator('text=The server cannot be reached').waitFor();
    // As long as it takes to be stored.
    await page.waitForTimeout(1_000);

    const other = await page.context().newPage();
    const sent: string[] = [];
    other.on('request', (request) => sent.push(...(request.url().endsWith('/batch') ? [request.postData()!] : [])));
    await other.goto(world.url);
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

  test('many files make full uploads, and all receipts come as one archive', async () => {
    await using watched = await world.open({ acceptDownloads: true });
    const { page, complaints } = watched;
    const counts: number[] = [];
    page.on('request', (request) => {
      if (request.url().endsWith('/batch')) counts.push(JSON.parse(request.postData()!).hashes.length);
    });
    await page.goto(world.url);
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
}
