import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type BrowserWorld, DESKTOP, PHONE } from '../support/browser-world.ts';
import { type Certificates, SECRET } from './certified.ts';

const CONFIRMED_WITHIN_MS = 120_000;
const ASK_MS = 1_000;

/** Certificates as anybody sees them. */
export function testCertificates(world: BrowserWorld, ids: Certificates): void {
  test('a certificate is checked in the browser, by its signature and its entry in the log', async () => {
    await using watched = await world.open({ ...DESKTOP, permissions: ['clipboard-read', 'clipboard-write'] });
    const { page, complaints } = watched;
    for (const [id, outcome] of [
      [ids.third, 'verified'],
      [ids.track, 'verified'],
      [ids.second, 'revoked'],
    ]) {
      await page.goto(`${world.url}/cert/${id}`);
      assert.equal(await page.locator('[data-outcome]').getAttribute('data-outcome'), outcome);
    }
    await page.locator('[data-copy=snippet-markdown]').click();
    await page.locator('text=Copied.').waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    assert.ok(copied.includes(`(${world.url}/cert/${ids.second}/badge.svg)`), copied);
    assert.deepEqual(complaints, []);
  });

  test('the page of a certificate of any kind names the block that holds it, and leads to the proof in the log', async () => {
    for (const id of [ids.track, ids.third, ids.timestamp]) {
      const text = await awaitConfirmed(`${world.url}/cert/${id}`);
      assert.match(
        text,
        /Anchored.*independent calendars? took.*Confirmed.*Bitcoin block \d[\d,]* holds it\. Its header was checked/s,
      );
      if (id === ids.timestamp) continue;
      const [, path] = /Issued.*Logged.*href="(\/log\/proof\/\d+)"/s.exec(text)!;
      assert.equal((await fetch(world.url + path)).status, 200);
    }
  });

  test('without scripts a certificate is read, the registry searched, and a private title seen by nobody', async () => {
    await using watched = await world.open({ ...PHONE, javaScriptEnabled: false });
    const { page, complaints } = watched;
    await page.goto(`${world.url}/registry`);
    await page.fill('#q', 'WEBER');
    await page.click('form[role=search] button');
    await page.click('text=Salt marsh at dusk, third print');
    const text = await page.locator('main').innerText();
    assert.match(text, /by Ada Weber[\s\S]*Issued[\s\S]*Logged[\s\S]*Anchored[\s\S]*Version 2/);
    await page.goto(`${world.url}/cert/${ids.hidden}`);
    const content = await page.content();
    assert.match(content, /A private work/);
    assert.match(content, /name="robots" content="noindex"/);
    assert.doesNotMatch(content, new RegExp(`${SECRET}|Unseen`));
    assert.deepEqual(complaints, []);
  });
}

/** The page, once a block holds what it is about. */
async function awaitConfirmed(address: string): Promise<string> {
  const deadline = Date.now() + CONFIRMED_WITHIN_MS;
  for (;;) {
    const text = await (await fetch(address)).text();
    if (text.includes('Its header was checked')) return text;
    assert.ok(Date.now() < deadline, `${address} is not confirmed`);
    await delay(ASK_MS);
  }
}
