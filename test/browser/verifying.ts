import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { readZip } from '../../src/proof/bundle/zip.ts';
import { findBarriers, findOverflow, keepShot } from '../support/browser.ts';
import { type BrowserWorld, DESKTOP, PHONE } from '../support/browser-world.ts';
import { type Anchored, anchor, fetchHeaders, fetchReceipt, listBlocks } from './anchored.ts';
import type { Certificates } from './certified.ts';
import { give, type Upload, upload, verdictsOf } from './files.ts';

/** The page that verifies. */
export function testVerifying(world: BrowserWorld, anchored: Promise<Anchored>, ids: Certificates): void {
  test('each kind of answer is told apart', async () => {
    await using watched = await world.open();
    const { page, complaints } = watched;
    const [replaced, revoked] = await Promise.all([ids.first, ids.second].map((id) => fetchDocument(world.url, id)));
    const { work, receipt } = await anchored;
    // Not every calendar may have it in a block by then.
    const proofs = [...readZip(receipt)].filter(([path]) => path.endsWith('.ots'));
    const [name, ots] = proofs.find(([, bytes]) => listBlocks(bytes).length > 0)!;
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
      ['Superseded', [replaced!]],
      ['Revoked', [revoked!]],
    ];
    const seen = new Set<string>();
    for (const [verdict, files] of cases) {
      await page.goto(`${world.url}/verify`);
      await give(page, ...files);
      assert.deepEqual(await verdictsOf(page, 1), [verdict], files.map((file) => file.name).join(', '));
      if (!seen.has(verdict)) await lookAt(page, verdict);
      seen.add(verdict);
    }
    assert.match(await page.locator('.result').innerText(), /It was issued, and revoked[\s\S]*owner_request/);
    await page.goto(`${world.url}/verify`);
    await give(page, replaced!);
    await verdictsOf(page, 1);
    assert.ok((await page.locator('.facts', { hasText: 'Superseded by' }).innerText()).includes(ids.third));
    // Two at a time, and one after the other.
    await page.goto(`${world.url}/verify`);
    await give(page, upload('letter.txt'));
    assert.deepEqual(await verdictsOf(page, 1), ['Unknown']);
    await give(page, work, upload('receipt.zip', receipt));
    assert.deepEqual((await verdictsOf(page, 2)).sort(), ['Unknown', 'Verified']);
    assert.deepEqual(complaints, []);
  });

  test('a proof bundle is checked as a whole, and the steps are shown', async () => {
    await using watched = await world.open();
    const { page, complaints } = watched;
    const zip = await fetchBundle(world.url);
    await page.goto(`${world.url}/verify`);
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

    await page.goto(`${world.url}/verify`);
    await give(page, upload('another.wav'), upload('proof.zip', zip));
    assert.deepEqual(await verdictsOf(page, 1), ['Altered']);
    assert.deepEqual(complaints, []);
  });

  test('a proof that waits for Bitcoin is pending, and without block headers nothing is claimed', async () => {
    // The service worker would answer from what it has seen before.
    await using watched = await world.open({ serviceWorkers: 'block' }, [/status of 503/]);
    const { page } = watched;
    const young = upload('young.txt');
    const zip = await fetchReceipt(world.url, await anchor(world.url, young));
    await page.goto(`${world.url}/verify`);
    await give(page, young, upload('young.zip', zip));
    assert.deepEqual(await verdictsOf(page, 1), ['Pending']);
    await lookAt(page, 'Pending');

    const { work, receipt } = await anchored;
    await page.route('**/bitcoin/headers/*', (route) => route.fulfill({ status: 503, body: '{}' }));
    await page.goto(`${world.url}/verify`);
    await give(page, work, upload('receipt.zip', receipt));
    assert.deepEqual(await verdictsOf(page, 1), ['Cannot check']);
    assert.match(await page.locator('.result').innerText(), /this server cannot be reached/);
    await lookAt(page, 'Cannot check');

    // A server that lies about the block is found out by the proof of work or the Merkle root.
    await page.unroute('**/bitcoin/headers/*');
    await page.route('**/bitcoin/headers/*', async (route) => {
      const real = await (await route.fetch()).json();
      const header = real.header.slice(0, 72) + '00'.repeat(32) + real.header.slice(136);
      await route.fulfill({ json: { ...real, header } });
    });
    await page.goto(`${world.url}/verify`);
    await give(page, work, upload('receipt.zip', receipt));
    const [verdict] = await verdictsOf(page, 1);
    assert.ok(verdict === 'Not valid' || verdict === 'Cannot check', `${verdict}`);
  });

  test('verifying goes on without a network once the page was loaded', async () => {
    await using watched = await world.open();
    const { page } = watched;
    const { work, receipt } = await anchored;
    const bundle = await fetchBundle(world.url);
    const headers = await fetchHeaders(world.url, receipt, bundle);
    await page.goto(`${world.url}/verify`);
    await page.evaluate(() => navigator.serviceWorker.ready);
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await page.context().setOffline(true);
    await page.reload();
    // What it never saw before: headers of blocks are in the file, and the server's keys came with the page.
    await give(page, work, upload('receipt.zip', receipt), upload('proof.zip', bundle), headers);
    const [ofReceipt, ofBundle] = await verdictsOf(page, 2);
    assert.equal(ofReceipt, 'Verified');
    assert.match(String(ofBundle), /^(Pending|Verified)$/);
    assert.match(await page.locator('.result').first().innerText(), /your headers file, believed/);

    // Without the file nothing is claimed, until the network is back; then what was seen is kept.
    await page.click('text=Block headers from');
    await page.click('text=Ask the network again');
    await page.locator('[data-verdict="Cannot check"]').first().waitFor();
    await page.context().setOffline(false);
    await page.reload();
    await give(page, work, upload('receipt.zip', receipt));
    assert.deepEqual(await verdictsOf(page, 1), ['Verified']);
    await page.context().setOffline(true);
    await page.reload();
    await give(page, work, upload('receipt.zip', receipt));
    assert.deepEqual(await verdictsOf(page, 1), ['Verified']);
  });

  test('headers come from the Esplora servers that are configured, of which more than half have to agree', async () => {
    await using watched = await world.open({ serviceWorkers: 'block' });
    const { page } = watched;
    const { work, receipt } = await anchored;
    const esplora = `${world.url}/sandbox/esplora`;
    let sources: readonly string[] = [];
    // As the page is where these are configured.
    await page.route('**/verify', async (route) => {
      const response = await route.fetch();
      const body = (await response.text()).replace(
        'data-header-sources=""',
        `data-header-sources="${sources.join(' ')}"`,
      );
      await route.fulfill({ response, body });
    });
    const [same, other] = [`${world.url}/same`, `${world.url}/other`];
    await page.route(`${same}/**`, async (route) =>
      route.fulfill({ response: await route.fetch({ url: route.request().url().replace(same, esplora) }) }),
    );
    await page.route(`${other}/**`, async (route) => {
      const url = route.request().url().replace(other, esplora);
      // It names the block before.
      const wrong = url.replace(/(?<=block-height\/)\d+$/, (height) => String(Number(height) - 1));
      await route.fulfill({ response: await route.fetch({ url: wrong }) });
    });
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    for (const [bases, verdict, says] of [
      [[esplora], 'Verified', /one server, believed/],
      [[other, esplora, same], 'Verified', /several servers that agree/],
      [[esplora, other], 'Cannot check', /the servers name different blocks/],
      [[other], 'Not valid', /./],
    ] as const) {
      sources = bases;
      await page.goto(`${world.url}/verify`);
      await give(page, work, upload('receipt.zip', receipt));
      assert.deepEqual(await verdictsOf(page, 1), [verdict], bases.join(' '));
      assert.match(await page.locator('.result').innerText(), says);
    }
    assert.deepEqual(
      asked.filter((url) => url.includes('/bitcoin/headers/')),
      [],
    );
  });

  test('a clock that is wrong is said to be, and makes no proof invalid', async () => {
    await using watched = await world.open({ serviceWorkers: 'block' }, [
      /ERR_FAILED/,
      /Service Worker registration blocked/,
    ]);
    const { page, complaints } = watched;
    const bundle = upload('proof.zip', await fetchBundle(world.url));
    const notice = page.locator('main .notice[role=alert]');
    const year = new Date().getUTCFullYear();
    await page.clock.setFixedTime('2019-03-14T15:09:00Z');
    await page.goto(`${world.url}/verify`);
    await give(page, bundle);
    assert.match((await verdictsOf(page, 1)).join(), /^(Pending|Verified)$/);
    const says = await notice.innerText();
    assert.match(says, /clock of this device seems wrong: it says 2019-03-14 15:09 UTC, and this server says/);
    assert.ok(says.includes(`says ${year}-`), says);
    await keepShot(page, 'wrong-clock');

    // Without the server, by what the proof itself says.
    await page.route('**/robots.txt', (route) => route.abort());
    await page.reload();
    await give(page, bundle);
    assert.match((await verdictsOf(page, 1)).join(), /^(Pending|Verified|Cannot check)$/);
    assert.match(await notice.innerText(), new RegExp(`what you gave was made later, at ${year}-.* Set the clock`));
    assert.deepEqual(complaints, []);
  });
}

async function fetchBundle(url: string): Promise<Buffer> {
  const response = await fetch(`${url}/cert/cer_test_synthetic/proof-bundle.zip`);
  assert.equal(response.status, 200);
  return Buffer.from(await response.arrayBuffer());
}

async function fetchDocument(url: string, id: string): Promise<Upload> {
  const response = await fetch(`${url}/api/v1/certificates/${id}/document`);
  return upload('certificate.json', Buffer.from(await response.arrayBuffer()));
}

/** An answer on a phone and on a desktop, once in each set of colours. */
async function lookAt(page: Page, verdict: string): Promise<void> {
  for (const [look, { viewport }, colorScheme] of [
    ['phone-light', PHONE, 'light'],
    ['desktop-dark', DESKTOP, 'dark'],
  ] as const) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    assert.ok((await findOverflow(page)) <= 0, `${verdict} is too wide, ${look}`);
    await keepShot(page, `verdict-${verdict}-${look}`);
  }
  assert.deepEqual(await findBarriers(page), [], verdict);
}
