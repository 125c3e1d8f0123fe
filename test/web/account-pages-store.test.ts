import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { fillAccount, startAccountPages } from '../support/account-pages-world.ts';
import type { AccountServer, Browser } from '../support/account-server.ts';
import { ENGINES } from '../support/databases.ts';
import { PASSWORD } from '../support/people.ts';

const OWN_PAGES = ['/account', '/account/keys', '/account/usage', '/account/credits', '/account/vault'];
const HOSTILE = `'; drop table account; --<script>alert(1)</script>"`;
const HOSTILE_SHOWN = '&#39;; drop table account; --&lt;script&gt;alert(1)&lt;/script&gt;&quot;';

for (const engine of ENGINES) {
  describe(`account pages over a database (${engine})`, () => {
    let server: AccountServer;
    before(async () => {
      server = await startAccountPages(engine);
    });
    after(() => server[Symbol.asyncDispose]());

    async function signIn(email: string): Promise<{ browser: Browser; id: string }> {
      await server.register(email);
      const browser = server.browser();
      assert.equal((await browser.post('/api/auth/sign-in/email', { email, password: PASSWORD })).status, 200);
      return { browser, id: (await server.store.account.findByEmail(email))!.id };
    }

    test('what an account has is shown to it as text, and to nobody else', async () => {
      const ada = await signIn('ada@example.org');
      const profile = { display_name: HOSTILE, bio: HOSTILE, location: HOSTILE };
      assert.equal((await ada.browser.put('/api/account/profile', profile)).status, 200);
      await fillAccount(server.store, ada.id, [HOSTILE, 'second']);
      const made = await ada.browser.post('/api/account/keys', { kind: 'orphograph', name: HOSTILE });
      assert.equal(made.status, 201);

      const eve = await signIn('eve@example.org');
      await fillAccount(server.store, eve.id, ['of eve']);
      for (const path of OWN_PAGES) {
        const [own, other] = [await ada.browser.get(path), await eve.browser.get(path)];
        assert.deepEqual([own.status, other.status], [200, 200], path);
        assert.ok(!own.text.includes(HOSTILE), path);
        assert.equal(own.text.includes(HOSTILE_SHOWN), !['/account/usage', '/account/credits'].includes(path), path);
        assert.ok(own.text.includes('ada@example.org'), path);
        for (const foreign of [HOSTILE_SHOWN, 'ada@example.org', ada.id])
          assert.ok(!other.text.includes(foreign), path);
      }
      assert.ok(
        !(await ada.browser.get('/account/keys')).text.includes(made.json.secret),
        'a secret is shown once only',
      );
      assert.match(
        (await ada.browser.get('/account/credits')).text,
        /Receipts: Creator.*48 left.*Receipts anchored.*−2.*Pack bought.*\+50/s,
      );
    });

    test('the filters of the vault find by label and fingerprint, and any position is answered', async () => {
      const { browser, id } = await signIn('finder@example.org');
      await fillAccount(server.store, id, ['100 % wool', '100 x wool', 'other']);
      const count = async (query: string) => {
        const { status, text } = await browser.get(`/account/vault?${query}`);
        assert.equal(status, 200, query);
        return text.split('id="privacy-').length - 1;
      };
      assert.equal(await count(''), 3);
      assert.equal(await count(`label=${encodeURIComponent('100 %')}`), 1);
      assert.equal(await count('private=true'), 0);
      assert.equal(await count('before=9999999999999.0123456789abcdef'), 3);
      assert.equal(await count('before=0.0123456789abcdef&label=%00'), 0);
      for (const before of ['9999999999999.999999999.pack:x', '0.1.trackorigin:x']) {
        assert.equal((await browser.get(`/account/credits?before=${before}`)).status, 200, before);
      }
    });

    test('a deleted account has no pages from that moment on', async () => {
      const { browser } = await signIn('gone@example.org');
      const { cookie } = browser;
      assert.equal((await browser.post('/api/auth/delete-user', { password: PASSWORD })).status, 200);
      for (const path of OWN_PAGES) {
        assert.equal((await server.ask('GET', path, undefined, { cookie })).status, 303, path);
      }
    });
  });
}
