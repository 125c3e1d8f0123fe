import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { openPage } from '../support/browser.ts';
import type { BrowserWorld } from '../support/browser-world.ts';
import { anchor } from './anchored.ts';
import { upload } from './files.ts';

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
    const { address, watched } = await openHost(
      t,
      world,
      `${body}<script src="${world.url}/static/embed-widget.js" async></script>`,
    );
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

/** Badges of receipts, by the script as it is documented. */
export function testBadges(world: BrowserWorld): void {
  test('badges of receipts are shown on a page of another site, under a strict policy, by one request', async (t) => {
    const works = Array.from({ length: 12 }, (_, i) => upload(`${i}.txt`));
    const ids = await Promise.all(works.map((work) => anchor(world.url, work)));
    const badge = (id: string) => `<p><script src="${world.url}/badge.js" data-receipt="${id}" async></script></p>`;
    const none = ['AAAAAAAAAAAAAAAA', '&quot;&gt;&lt;script&gt;', 'a/../b', ''];
    const { address, watched } = await openHost(t, world, [...ids, ids[0]!, ...none].map(badge).join('\n'));
    const { page, complaints } = watched;
    const asked: string[] = [];
    page.on('request', (request) => {
      if (!/badge\.js$/.test(request.url()) && request.url().startsWith(world.url)) asked.push(request.url());
    });
    await page.goto(address);
    const links = page.locator('p a');
    await links.nth(12).waitFor();
    assert.equal(await links.count(), 13);
    assert.match(
      await links.first().innerText(),
      /^(Waiting for Bitcoin|Bitcoin block to be checked|Anchored to Bitcoin regtest)$/,
    );
    assert.equal(await links.first().getAttribute('href'), `${world.url}/api/receipt/${ids[0]}/summary`);
    assert.equal(asked.length, 1, asked.join(' '));
    assert.deepEqual(
      new URL(asked[0]!).searchParams.get('ids')!.split(','),
      [...ids, none[0]!],
      'once each, and none that cannot be one',
    );
    // They are in shadow roots: styles of the page do not reach them, nor theirs the page.
    assert.equal(await page.evaluate(() => document.querySelectorAll('a').length), 0);

    await page.evaluate(
      ([src, id]) => {
        const { trustedTypes } = globalThis as unknown as {
          trustedTypes: { createPolicy(name: string, rules: object): Policy };
        };
        type Policy = { createScriptURL(url: string): string };
        const policy = trustedTypes.createPolicy('host', { createScriptURL: (url: string) => url });
        const later = document.createElement('script');
        later.src = policy.createScriptURL(src!);
        later.dataset.receipt = id;
        document.querySelector('p:last-of-type')!.append(later);
      },
      [`${world.url}/badge.js`, ids[1]!],
    );
    await links.nth(13).waitFor();
    assert.equal(asked.length, 2);
    assert.deepEqual(complaints, []);
  });
}

/** A page of another site, which lets scripts of ours run and ask us, and nothing else. */
async function openHost(t: TestContext, world: BrowserWorld, body: string) {
  const host = createServer((_, response) => {
    response.writeHead(200, {
      'content-type': 'text/html',
      'content-security-policy': `default-src 'none'; script-src ${world.url}; connect-src ${world.url}; require-trusted-types-for 'script'; trusted-types host`,
    });
    response.end(`<!doctype html><title>Tracks</title>${body}`);
  }).listen(0, '127.0.0.1');
  t.after(() => {
    host.close();
    host.closeAllConnections();
  });
  await once(host, 'listening');
  const address = `http://127.0.0.1:${(host.address() as AddressInfo).port}`;
  const watched = await openPage(world.browser, address, {}, [new RegExp(`request to ${world.url}`), /favicon/]);
  t.after(() => watched[Symbol.asyncDispose]());
  return { address, watched };
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
