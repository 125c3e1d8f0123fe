import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import type { BrowserWorld } from '../support/browser-world.ts';

const MEBIBYTE = 1024 * 1024;
/** More than is read at once. */
const LARGE_MEBIBYTES = 64;

/** Work that leaves no core to others. */
export function testLoad(world: BrowserWorld): void {
  test('the page goes on drawing while a large file is hashed', async () => {
    await using watched = await world.open();
    const { page, complaints } = watched;
    await page.goto(`${world.url}/verify`);
    await page.locator('text=Choose files').waitFor();
    const frames = await page.evaluate(
      async ([part, count]) => {
        // The same part many times takes its memory once.
        const file = new File(Array<Blob>(count!).fill(new Blob([new Uint8Array(part!)])), 'large.bin');
        const event = new DragEvent('drop', { bubbles: true });
        Object.defineProperty(event, 'dataTransfer', { value: { types: ['Files'], items: [], files: [file] } });
        document.body.dispatchEvent(event);
        let drawn = 0;
        while (document.querySelector('.result') === null) {
          await new Promise(requestAnimationFrame);
          drawn++;
        }
        return drawn;
      },
      [MEBIBYTE, LARGE_MEBIBYTES],
    );
    assert.ok(frames > 10, `${frames} frames`);
    const digest = hash('sha256', Buffer.alloc(LARGE_MEBIBYTES * MEBIBYTE), 'hex');
    assert.ok((await page.locator('.result').innerText()).includes(digest));
    assert.deepEqual(complaints, []);
  });

  test('100,000 files dropped at once do not freeze the page', async () => {
    await using watched = await world.open();
    const { page, complaints } = watched;
    await page.route('**/api/anchor/batch', (route) => route.fulfill({ status: 503, json: { message: 'Busy.' } }));
    await page.goto(world.url);
    await page.locator('text=Choose files').waitFor();
    await page.evaluate(() => {
      // A hundred times the same thousand: the browser takes longer to make as many as the page to list them.
      const made = Array.from({ length: 1_000 }, (_, i) => new File([`${i}`], `file-${i}.txt`));
      const files = Array.from({ length: 100_000 }, (_, i) => made[i % made.length]);
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
}
