import assert from 'node:assert/strict';
import { hash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadInstalledChromaprint } from '../../src/cli/audio/load-chromaprint.ts';
import { printFile } from '../../src/cli/audio/print-file.ts';
import { encodeItems } from '../../src/proof/fingerprint/items.ts';
import { SYNTHETIC_MASTER } from '../../src/sandbox/synthetic-master.ts';
import { type BrowserWorld, PHONE } from '../support/browser-world.ts';
import { choose, makeWav } from './files.ts';

const RECORDINGS = join(import.meta.dirname, '../../vectors/fingerprint');

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

  test('the browser makes the prints of a file that the command line makes, bit for bit, of every format', async ({
    signal,
  }) => {
    await using watched = await world.openAs('account');
    const { page, complaints } = watched;
    await page.goto(`${world.url}/account/tracks/new`);
    const listen = async (name: string, content: Buffer) => {
      await choose(page, name, content);
      await page.waitForFunction(() => document.querySelector<HTMLInputElement>('#submit-fingerprint2')!.value !== '');
      const names = ['duration_ms', 'fingerprint', 'fingerprint2'];
      return Promise.all(names.map((field) => page.inputValue(`#submit-${field}`)));
    };
    const chromaprint = await loadInstalledChromaprint();
    for (const name of ['short.flac', 'short.mp3', 'short.ogg', 'short.opus']) {
      const path = join(RECORDINGS, name);
      const { durationMs, items, bandItems } = await printFile(path, chromaprint, { signal });
      const heard = await listen(name, await readFile(path));
      assert.deepEqual(heard, [String(durationMs), encodeItems(items), encodeItems(bandItems!)], name);
    }
    const wav = Buffer.from(await (await fetch(`${world.url}/sandbox/synthetic.wav`)).arrayBuffer());
    const { durationMs, fingerprint, fingerprint2 } = SYNTHETIC_MASTER;
    assert.deepEqual(await listen('synthetic.wav', wav), [String(durationMs), fingerprint, fingerprint2]);
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
}
