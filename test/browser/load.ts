import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BrowserWorld } from '../support/browser-world.ts';

/** Work that leaves no core to others. */
export function testLoad(world: BrowserWorld): void {
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
