import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { BrowserWorld } from '../support/browser-world.ts';
import type { Certificates } from './certified.ts';
import { choose } from './files.ts';

const FIRST_PAGE_MAX_BYTES = 60_000;
const SCRIPT_MAX_BYTES = 90_000;
const WIDGET_MAX_BYTES = 6_000;
const FLAC = join(import.meta.dirname, '../../vectors/fingerprint/short.flac');

const sum = (sizes: Iterable<number>) => [...sizes].reduce((total, size) => total + size, 0);
const sizesOf = (sizes: ReadonlyMap<string, number>, extension: string) =>
  [...sizes].filter(([address]) => new URL(address).pathname.endsWith(extension)).map(([, size]) => size);

/** What pages cost who loads them. */
export function testBudgets(world: BrowserWorld, ids: Certificates): void {
  test('the first page, every page’s scripts and the widgets stay small', async () => {
    await using watched = await world.openAs('account');
    const { page, takeSizes } = watched;
    await page.goto(world.url, { waitUntil: 'networkidle' });
    const total = sum(takeSizes().values());
    assert.ok(total > 5_000 && total < FIRST_PAGE_MAX_BYTES, `the first page has ${total} bytes`);
    for (const path of ['/verify', `/cert/${ids.track}`, '/docs/api', '/account/works/new', '/account/webhooks']) {
      await page.goto(world.url + path, { waitUntil: 'networkidle' });
      const scripts = sizesOf(takeSizes(), '.js');
      assert.ok(scripts.length > 0 && sum(scripts) < SCRIPT_MAX_BYTES, `${path} has ${sum(scripts)} bytes of scripts`);
    }
    for (const path of ['/static/embed-widget.js', '/badge.js']) {
      const bytes = gzipSync(await (await fetch(world.url + path)).text()).length;
      assert.ok(bytes < WIDGET_MAX_BYTES, `${path} has ${bytes} bytes`);
    }
  });

  test('what listens to a recording is loaded when one is chosen, and of the decoders only its own', async () => {
    await using watched = await world.openAs('account');
    const { page, takeSizes, complaints } = watched;
    await page.goto(`${world.url}/account/tracks/new`, { waitUntil: 'networkidle' });
    const before = takeSizes();
    assert.deepEqual(sizesOf(before, '.wasm'), []);
    await choose(page, 'short.flac', await readFile(FLAC));
    await page.waitForFunction(() => document.querySelector<HTMLInputElement>('#submit-fingerprint2')!.value !== '');
    const after = takeSizes();
    const scripts = [...sizesOf(before, '.js'), ...sizesOf(after, '.js')];
    assert.ok(scripts.length > 4 && sum(scripts) < SCRIPT_MAX_BYTES, `${sum(scripts)} bytes of scripts`);
    assert.equal(sizesOf(after, '.wasm').length, 1);
    assert.ok([...after.keys()].some((address) => address.includes('/flac-')));
    assert.ok(![...after.keys()].some((address) => /mpg123|vorbis|opus/.test(address)));
    assert.deepEqual(complaints, []);
  });
}
