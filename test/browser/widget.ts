import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { openPage } from '../support/browser.ts';
import type { BrowserWorld } from '../support/browser-world.ts';

/** Seals on pages of others. */
export function testWidget(world: BrowserWorld): void {
  test('seals are shown on a page of another site, under a strict policy, by one request', async (t) => {
    const seal = (id: string, more = '') => `<span data-trackorigin-cert="${id}" ${more}></span>`;
    const body = [
      ...Array.from({ length: 30 }, () => seal('cer_test_synthetic', 'data-variant="mini" data-size="16"')),
      seal('cer_test_synthetic'),
      seal('cer_01UNKNOWN', 'class="none"'),
      seal('&quot;&gt;&lt;script&gt;', 'class="none"'),
      seal(await makeRevoked(world), 'class="none"'),
    ].join('\n');
    const host = createServer((_, response) => {
      response.writeHead(200, {
        'content-type': 'text/html',
        'content-security-policy': `default-src 'none'; script-src ${world.url}; connect-src ${world.url}`,
      });
      response.end(
        `<!doctype html><title>Tracks</title>${body}<script src="${world.url}/static/embed-widget.js" async></script>`,
      );
    }).listen(0, '127.0.0.1');
    t.after(() => {
      host.close();
      host.closeAllConnections();
    });
    await new Promise((resolve) => host.once('listening', resolve));
    const address = `http://127.0.0.1:${(host.address() as AddressInfo).port}`;
    await using watched = await openPage(world.browser, address, {}, [
      new RegExp(`request to ${world.url}`),
      /favicon/,
    ]);
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
    assert.equal(await links.first().getAttribute('href'), `${world.url}/cert/cer_test_synthetic`);
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
}

/** A sandbox certificate that was revoked. */
async function makeRevoked({ url, keys }: BrowserWorld): Promise<string> {
  const response = await fetch(`${url}/api/v1/sandbox/certificates`, {
    method: 'POST',
    headers: { authorization: `Bearer ${keys.trackorigin.secret_test}`, 'content-type': 'application/json' },
    body: JSON.stringify({ title: 'x', artist: 'y', sha256: randomBytes(32).toString('hex'), state: 'revoked' }),
  });
  const made = (await response.json()) as { cert_id?: string };
  assert.ok(made.cert_id, JSON.stringify(made));
  return made.cert_id;
}
