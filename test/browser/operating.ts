import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import { findBarriers, keepShot } from '../support/browser.ts';
import { type BrowserWorld, DESKTOP, PHONE } from '../support/browser-world.ts';
import { HOSTILE } from '../support/registry-people.ts';

/** What is watched while it runs: deliveries of webhooks, and the server. */
export function testOperating(world: BrowserWorld): void {
  test('a webhook is added, its secret shown once, tested, and what failed is sent again: one, all, a range', async (t) => {
    const receiver = await startReceiver(t);
    await using watched = await world.openAs('account', PHONE);
    const { page, complaints } = watched;
    await page.goto(`${world.url}/account/webhooks`);
    await page.locator('summary').nth(1).click();
    await page.fill('#add-origimark-url', receiver.url);
    await page.click('#add-origimark button');
    await page.locator('#secret').waitFor();
    assert.match(await page.locator('#secret-text').innerText(), /^whk_/);
    await page.click('text=I have kept it');
    await page.click(`text=${receiver.url}`);
    await page.click('#test button');
    await page.locator('text=A test is on its way').waitFor();
    await showsLater(page, 'Delivered');
    await keepShot(page, 'webhook-phone');

    receiver.status = 500;
    const certified = [await world.people.certify(), await world.people.certify()] as const;
    const [one, two] = await Promise.all(certified.map(({ cert_id }) => receiver.hear(cert_id, 1)));
    for (const { sequence } of [one!, two!]) await showsLater(page, lineOf('Failed, is tried again', sequence));
    receiver.status = 200;
    await page
      .locator('.cards > li', { hasText: `Event ${one!.sequence},` })
      .getByText('Send it again')
      .click();
    await receiver.hear(certified[0].cert_id, 2);
    await showsLater(page, lineOf('Delivered', one!.sequence));
    assert.equal(receiver.count(certified[1].cert_id), 1, 'the other one was not meant');
    await page.click('text=Send again what failed in the last week');
    await receiver.hear(certified[1].cert_id, 2);
    await showsLater(page, lineOf('Delivered', two!.sequence));
    assert.equal(receiver.count(certified[0].cert_id), 2, 'what has arrived did not fail');
    await page.click('text=Send a range again');
    await page.fill('#range-from_sequence', `${one!.sequence}`);
    await page.fill('#range-to_sequence', `${two!.sequence}`);
    await page.click('#range button');
    await page.locator('#range >> text=They are on their way.').waitFor();
    for (const { cert_id } of certified) await receiver.hear(cert_id, 3);
    assert.deepEqual(await findBarriers(page), []);
    await keepShot(page, 'webhook-replayed-phone');
    assert.deepEqual(complaints, []);
  });

  test('the console shows the chain and the public log as they go on, to operators only', async () => {
    {
      await using watched = await world.openAs('account', DESKTOP, [/status of 403/]);
      const response = await watched.page.goto(`${world.url}/operator/health`);
      assert.equal(response!.status(), 403);
      assert.doesNotMatch(await watched.page.content(), /Public log/);
    }
    await using watched = await world.openAs('operator');
    const { page, complaints } = watched;
    await page.goto(`${world.url}/operator/health`);
    const readNumber = async (name: string) =>
      Number((await page.locator(`dt:text-is("${name}") + dd`).innerText()).replaceAll(/[^0-9]/g, ''));
    const before = await readNumber('Events');
    assert.ok(before > 0);
    assert.ok((await readNumber('Newest block')) > 0, 'the source of blocks answers');
    assert.equal(await page.locator('.cards .state', { hasText: 'Works' }).count(), 5);
    await world.people.certify();
    await page.reload();
    assert.ok((await readNumber('Events')) > before);
    assert.match(
      await page.locator('main').innerText(),
      /Every event is in a published checkpoint|wait for a checkpoint/,
    );
    assert.deepEqual(complaints, []);
  });
}

/** As the page writes a line of the log. */
function lineOf(outcome: string, sequence: number): string {
  return `${outcome}</p>\n<p class="hint">Event ${sequence},`;
}

/** Loads the page again once it has the text. */
async function showsLater(page: Page, text: string): Promise<void> {
  const hasText = async (wanted: string) => (await (await fetch(location.href)).text()).includes(wanted);
  await page.waitForFunction(hasText, text, { polling: 300 });
  await page.reload();
}

interface Heard {
  readonly sequence: number;
  readonly data: { readonly cert_id: string };
}

/** Receives webhooks, and answers them as it is told to. */
async function startReceiver(t: TestContext) {
  const heard: Heard[] = [];
  const waiting: (() => void)[] = [];
  const server = createServer(async (request, response) => {
    heard.push((await json(request)) as Heard);
    response.writeHead(receiver.status).end(HOSTILE);
    for (const wake of waiting.splice(0)) wake();
  }).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    status: 200,
    count: (certId: string) => heard.filter(({ data }) => data.cert_id === certId).length,
    /** Resolves with the last event of a certificate when it has come so often. */
    async hear(certId: string, times: number): Promise<Heard> {
      while (receiver.count(certId) < times) {
        await new Promise<void>((resolve) => void waiting.push(resolve));
      }
      return heard.findLast(({ data }) => data.cert_id === certId)!;
    },
  };
  return receiver;
}
