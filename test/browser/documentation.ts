import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findBarriers } from '../support/browser.ts';
import type { BrowserWorld } from '../support/browser-world.ts';

/** Guides and the reference of the API. */
export function testDocumentation(world: BrowserWorld): void {
  test('links of the documentation lead somewhere', async () => {
    const linksOf = async (path: string, part: RegExp) => {
      const html = part.exec(await (await fetch(world.url + path)).text())![0];
      return [...html.matchAll(/<a [^>]*href="(\/[^"#]*)/g)].map(([, link]) => link!);
    };
    const pages = await linksOf('/docs', /class="docs-nav"[\s\S]*?<\/nav>/);
    const targets = new Set((await Promise.all(pages.map((path) => linksOf(path, /<main[\s\S]*<\/main>/)))).flat());
    assert.ok(targets.size > 10);
    for (const target of targets) {
      const { status } = await fetch(world.url + target, { redirect: 'manual' });
      assert.ok(status < 400, `${target} is ${status}`);
    }
  });

  test('an operation of the reference can be found and tried out', async () => {
    await using watched = await world.open();
    const { page, complaints } = watched;
    await page.goto(`${world.url}/docs/api`);
    await page.getByLabel('Search').fill('post bulk');
    const operation = page.locator('.operation:visible');
    assert.equal(await operation.count(), 1);
    await operation.locator('summary').click();
    await page.getByLabel('Key to try things out with').fill(world.keys.trackorigin.secret_test);
    await operation.getByRole('button', { name: 'Try it' }).click();
    const answer = operation.locator('.try pre');
    await answer.getByText('"requested": 1').waitFor();
    assert.match((await answer.textContent())!, /^200 OK[\s\S]*"cert_id": "cer_test_synthetic"/);
    assert.deepEqual(await findBarriers(page), []);
    assert.deepEqual(complaints, []);
  });

  test('the reference can be read without a script', async () => {
    await using watched = await world.open({ javaScriptEnabled: false });
    const { page } = watched;
    await page.goto(`${world.url}/docs/api`);
    const document = await (await fetch(`${world.url}/api/v1/openapi.json`)).json();
    const operations = Object.values(document.paths).flatMap((item) => Object.keys(item as object));
    assert.equal(await page.locator('.operation').count(), operations.length);
    const bulk = page.locator('.operation', { hasText: '/api/v1/certificates/bulk' });
    await bulk.locator('summary').click();
    await bulk.getByText('How many different ids were asked for.').first().waitFor();
    assert.equal(await page.getByRole('button', { name: 'Try it' }).count(), 0);
  });
}
