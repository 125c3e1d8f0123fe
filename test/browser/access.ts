import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keepShot } from '../support/browser.ts';
import { type BrowserWorld, PHONE } from '../support/browser-world.ts';

const DIGEST = 'ab'.repeat(32);

/** Pages for who has no mouse, and for who runs no scripts. */
export function testAccess(world: BrowserWorld): void {
  test('everything on a page can be reached and used by keyboard, and where one is can be seen', async () => {
    await using watched = await world.open();
    const { page } = watched;
    for (const path of ['/', '/verify']) {
      await page.goto(world.url + path, { waitUntil: 'networkidle' });
      const reached: string[] = [];
      for (let i = 0; i < 40; i++) {
        await page.keyboard.press('Tab');
        const at = await page.evaluate(() => {
          const element = document.activeElement!;
          return {
            text: element.textContent.trim(),
            outline: getComputedStyle(element).outlineStyle,
            tag: element.tagName,
          };
        });
        if (at.tag === 'BODY') break;
        assert.equal(at.outline, 'solid', `${path}: ${at.tag} ${at.text}`);
        reached.push(at.text);
      }
      assert.equal(reached[0], 'Skip to the content');
      assert.ok(reached.includes('Choose files'), reached.join('|'));
    }
  });

  test('pages say what they are for without scripts', async () => {
    await using watched = await world.open({ javaScriptEnabled: false });
    const { page } = watched;
    await page.goto(world.url);
    assert.match(await page.locator('main').innerText(), /runs no JavaScript[\s\S]*npx touchmark anchor/);
    assert.doesNotMatch(await page.locator('main').innerText(), /Loading/);
    await page.goto(`${world.url}/verify`);
    assert.match(await page.locator('main').innerText(), /npx touchmark verify/);
    await page.fill('#sha256', DIGEST.toUpperCase());
    await page.click('text=Look up >> nth=-1');
    assert.equal(page.url(), `${world.url}/verify/${DIGEST}`);
    assert.match(await page.locator('h1').innerText(), /Nothing is public/);
  });

  test('without scripts one signs in, makes a key, ends it and signs out', async () => {
    await using watched = await world.open({ ...PHONE, javaScriptEnabled: false }, [/status of 401/]);
    const { page, complaints } = watched;
    await page.goto(`${world.url}/account/keys`);
    await page.fill('#sign-in-email', world.account.email);
    await page.fill('#sign-in-password', 'not this one');
    await page.click('#sign-in button');
    assert.match(await page.locator('#sign-in-password-error').innerText(), /do not belong together/);
    await page.fill('#sign-in-password', world.account.password);
    await page.click('#sign-in button');
    assert.equal(page.url(), `${world.url}/account/keys`, 'one gets where one wanted to go');
    await page.selectOption('#make-kind', 'origimark');
    await page.fill('#make-name', 'Made without scripts');
    await page.click('#make button');
    const secret = await page.locator('#secret-text').innerText();
    assert.match(secret, /^\S{20,}$/);
    await keepShot(page, 'secret-without-scripts');
    await page.click('text=I have kept it');
    assert.ok(!(await page.content()).includes(secret));
    const card = page.locator('.cards > li', { hasText: 'Made without scripts' });
    await card.locator('summary').click();
    await card.locator('text=Revoke').click();
    assert.match(await page.locator('main > .notice').first().innerText(), /Done/);
    await page.click('#sign-out button');
    assert.equal(page.url(), `${world.url}/account/sign-in`);
    await page.goto(`${world.url}/account/keys`);
    assert.match(page.url(), /sign-in/);
    assert.deepEqual(complaints, []);
  });
}
