import assert from 'node:assert/strict';
import { hash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { findBarriers, keepShot } from '../support/browser.ts';
import { type BrowserWorld, DESKTOP, PHONE } from '../support/browser-world.ts';
import { HOSTILE } from '../support/registry-people.ts';
import { choose, makeWav } from './files.ts';

/** What owners and operators do. */
export function testPeople(world: BrowserWorld): void {
  test('a work is certified from the browser: its digest is made there, and the next version follows', async () => {
    await using watched = await world.openAs('account', PHONE);
    const { page, complaints } = watched;
    const content = randomBytes(5_000);
    await page.goto(`${world.url}/account/works/new`);
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
    await page.goto(`${world.url}/account/works`);
    await page.click('text=Certify the next version >> nth=0');
    assert.equal(await page.inputValue('#certify-title'), 'Made in the browser');
    assert.deepEqual(complaints, []);
  });

  test('a file is timestamped from the browser, which fills in everything that is asked of it', async () => {
    await using watched = await world.openAs('account');
    const { page, complaints } = watched;
    const content = randomBytes(5_000);
    const name = `${randomBytes(3).toString('hex')}.txt`;
    await page.goto(`${world.url}/account/timestamps`);
    await choose(page, name, content);
    await page.waitForFunction(() => document.querySelector<HTMLInputElement>('#timestamp-sha256_hash')!.value !== '');
    await page.click('#timestamp button');
    const made = await page.locator('.cards > li', { hasText: name }).innerText();
    assert.ok(made.includes(hash('sha256', content, 'hex')));
    assert.deepEqual(complaints, []);
  });

  test('a recording is listened to in the browser, submitted, decided on in the console, and revoked there', async () => {
    const title = `Marsh song ${randomBytes(3).toString('hex')}`;
    {
      await using watched = await world.openAs('account');
      const { page, complaints } = watched;
      await page.goto(`${world.url}/account/tracks/new`);
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
    await using watched = await world.openAs('operator');
    const { page, complaints } = watched;
    await page.goto(`${world.url}/operator`);
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
    await page.goto(`${world.url}/operator/actions`);
    assert.match(await page.locator('main').innerText(), /certificate\.revoked[\s\S]*A test of the console/);
    assert.deepEqual(complaints, []);
  });

  test('a webhook is added, its secret shown once, tested, and its log read', async (t) => {
    const receiver = createServer((_request, response) => response.end(HOSTILE)).listen(0, '127.0.0.1');
    t.after(() => receiver.close());
    await new Promise((resolve) => receiver.once('listening', resolve));
    const address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
    await using watched = await world.openAs('account', PHONE);
    const { page, complaints } = watched;
    await page.goto(`${world.url}/account/webhooks`);
    await page.locator('summary').nth(1).click();
    await page.fill('#add-origimark-url', address);
    await page.click('#add-origimark button');
    await page.locator('#secret').waitFor();
    assert.match(await page.locator('#secret-text').innerText(), /^whk_/);
    await page.click('text=I have kept it');
    await page.click(`text=${address}`);
    await page.click('#test button');
    await page.locator('text=A test is on its way').waitFor();
    await page.waitForFunction(
      async () => (await (await fetch(location.href)).text()).includes('Delivered'),
      undefined,
      {
        polling: 300,
      },
    );
    await page.reload();
    assert.match(await page.locator('main').innerText(), /Delivered/);
    assert.deepEqual(await findBarriers(page), []);
    await keepShot(page, 'webhook-phone');
    assert.deepEqual(complaints, []);
  });

  test('operators only: the console tells others so', async () => {
    await using watched = await world.openAs('account', DESKTOP, [/status of 403/]);
    const response = await watched.page.goto(`${world.url}/operator/health`);
    assert.equal(response!.status(), 403);
    assert.doesNotMatch(await watched.page.content(), /Public log/);
  });
}
