import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unzipSync } from 'fflate';
import Stripe from 'stripe';
import { randomDigest } from '../support/orphograph.ts';
import { type FormsWorld, problemIn, SHOP } from './forms-world.ts';

const WORK = {
  title: 'Salt marsh',
  author_first_name: 'Ada',
  author_last_name: 'Weber',
  work_type: 'photograph',
  privacy_level: 'public',
};

/** What an account has: webhooks, works, tracks, receipts, keys and credits. */
export function testOwnerForms({ server, owner, get, post, press, read }: FormsWorld): void {
  test('webhooks are added for the sandbox or not, changed, switched and deleted by forms', async () => {
    const url = 'https://hooks.example.org/in';
    const page = '/account/webhooks';
    const events = ['cert.issued', 'cert.revoked'];
    const none = await press(page, 'add-trackorigin', { url, events: [], mode: 'test' }, owner);
    assert.equal(none.statusCode, 400);
    assert.match(problemIn(none.body, 'add-trackorigin', 'events'), /^This must be a list/);
    assert.match(none.body, /<option value="test" selected *>/);

    const made = await press(page, 'add-trackorigin', { url, events, mode: 'test', ordered: 'true' }, owner);
    assert.match(made.body, /id="secret-text"[^>]*>whk_/);
    const list = async () =>
      (await server.ask({ url: '/api/v1/me/webhooks', headers: { cookie: owner.cookie } })).json().webhooks;
    const [webhook] = await list();
    assert.deepEqual([webhook.url, webhook.events, webhook.mode, webhook.ordered], [url, events, 'test', true]);
    const own = `${page}/trackorigin/${webhook.id}`;
    assert.equal((await press(own, 'switch', {}, owner)).statusCode, 303);
    assert.equal((await list())[0].enabled, false);
    assert.doesNotMatch(await read(own, owner), /id="(?:test|again|range)"/, 'what is off sends nothing');
    assert.equal((await press(own, 'switch', {}, owner)).statusCode, 303);
    const change = { events: 'cert.issued', ordered: [], description: 'Ours' };
    assert.equal((await press(own, 'change', change, owner)).statusCode, 303);
    assert.deepEqual(
      (await list()).map(({ events, ordered, description }: Record<string, unknown>) => [events, ordered, description]),
      [[['cert.issued'], false, 'Ours']],
    );
    const turned = await press(own, 'range', { from_sequence: '3', to_sequence: '2' }, owner);
    assert.equal(problemIn(turned.body, 'range', 'to_sequence'), 'This must not be before the first of the range.');
    assert.match((await press(own, 'rotate', {}, owner)).body, /id="secret-text"[^>]*>whk_/);
    assert.equal((await press(own, 'delete', {}, owner)).headers.location, page);
    assert.deepEqual(await list(), []);
  });

  test('a work is certified by its digest as text, grows a version, is shown to fewer, and is revoked', async () => {
    const hash = randomDigest();
    const wrong = await press('/account/works/new', 'certify', { ...WORK, hash: 'abc' }, owner);
    assert.equal(wrong.statusCode, 400);
    assert.match(problemIn(wrong.body, 'certify', 'hash'), /^This /);
    const certified = await press('/account/works/new', 'certify', { ...WORK, hash }, owner);
    const cert = String(certified.headers.location);
    assert.match(cert, /^\/cert\/[0-9a-f-]{36}$/, certified.body);
    const id = cert.slice('/cert/'.length);
    assert.ok((await read('/account', owner)).includes(`<a href="${cert}"><bdi>Salt marsh</bdi></a>`));

    const cards = async () => (await read('/account/works', owner)).split('<li><h2>').slice(1, 3);
    const [first] = await cards();
    assert.ok(first!.includes(hash));
    assert.match(first!, /by <bdi>Ada Weber<\/bdi>[\s\S]*Active[\s\S]*Version 1, photograph, public,/);
    const nextPage = /href="(\/account\/works\/new\?work_id=[^"]+)"/.exec(first!)![1]!;
    const next = await press(nextPage, 'certify', { hash: randomDigest(), title: 'Salt marsh, second print' }, owner);
    assert.match(String(next.headers.location), /^\/cert\//, next.body);
    const [second, before] = await cards();
    assert.match(second!, /Salt marsh, second print[\s\S]*by <bdi>Ada Weber[\s\S]*Version 2, photograph, public,/);
    assert.ok(before!.includes(hash));
    assert.match(await read(cert), /Salt marsh/);

    const page = '/account/works';
    assert.equal((await press(page, `privacy-${id}`, { privacy_level: 'anonymous' }, owner)).statusCode, 303);
    assert.doesNotMatch(await read(cert), /Weber/);
    const stale = await post(page, { form: `privacy-${id}`, privacy_level: 'public' });
    assert.equal(stale.statusCode, 400, 'what was seen less is not shown again');
    assert.notEqual(problemIn(stale.body, `privacy-${id}`, 'privacy_level'), '');
    assert.equal((await press(page, `erase-${id}`, {}, owner)).statusCode, 303);
    assert.match((await cards())[1]!, /The author was erased/);
    assert.equal((await press(page, `revoke-${id}`, {}, owner)).statusCode, 303);
    assert.match((await cards())[1]!, /Revoked/);
    assert.match(await read(cert), /Revoked: do not rely on it/);
    const again = await post(page, { form: `revoke-${id}` });
    assert.equal(again.statusCode, 409, 'the form is gone with what it did');
  });

  test('a track is submitted without a script, and stands among the tracks', async () => {
    const track = {
      ...{ sha256: randomDigest(), duration_ms: '180000', title: 'Northern Line' },
      ...{ 'artist.handle': 'mara-vex', 'artist.display_name': 'Mara Vex', 'metadata.release': 'Lines' },
      'declarations.human_composition': 'true',
    };
    const page = '/account/tracks/new';
    const late = await press(page, 'submit', { ...track, duration_ms: '3 min' }, owner);
    assert.match(problemIn(late.body, 'submit', 'duration_ms'), /^This /);
    const sent = await press(page, 'submit', track, owner);
    assert.equal(sent.headers.location, '/account/tracks', sent.body);
    const { submissions } = (
      await server.ask({ url: '/api/account/submissions', headers: { cookie: owner.cookie } })
    ).json();
    assert.deepEqual(
      [submissions[0].track.title, submissions[0].declarations.human_performance, submissions[0].metadata],
      ['Northern Line', false, { release: 'Lines' }],
    );
    const listed = await read('/account/tracks', owner);
    assert.match(listed, /Northern Line<\/bdi><\/h2>\s*<p>by <bdi>Mara Vex[\s\S]*Waits for a reviewer/);
    assert.ok(listed.includes(track.sha256));
    assert.ok((await read('/account', owner)).includes('Northern Line'));
  });

  test('receipts are found in the vault, hidden by a form, and downloaded all at once', async () => {
    const person = await server.signUp();
    const ids = [await server.anchorFor(person.id), await server.anchorFor(person.id)] as const;
    const page = await read('/account/vault', person);
    for (const id of ids) assert.ok(page.includes(`href="/api/receipt/${id}.zip"`));
    const digest = /<code class="break">([0-9a-f]{64})</.exec(page)![1]!;
    const found = await read(`/account/vault?q=${digest.slice(0, 20).toUpperCase()}`, person);
    assert.deepEqual(found.match(/<code class="break">[0-9a-f]{64}</g)?.length, 1);
    assert.ok(found.includes(digest));
    assert.match(await read('/account/vault?q=00', person), /Nothing matches|<code class="break">00/);

    assert.equal((await press('/account/vault', `privacy-${ids[0]}`, {}, person)).statusCode, 303);
    const receipt = (who?: { cookie: string }) => get(`/api/receipt/${ids[0]}`, who);
    assert.deepEqual([(await receipt()).statusCode, (await receipt(person)).statusCode], [404, 200]);
    const hidden = await read('/account/vault?private=true', person);
    assert.ok(hidden.includes(ids[0]) && !hidden.includes(ids[1]));

    const [, archive] = /<a href="([^"]+)" download>Download all of them/.exec(page)!;
    const files = Object.keys(unzipSync(new Uint8Array((await get(archive!, person)).rawPayload)));
    assert.deepEqual(new Set(files.map((name) => name.split('/')[0])), new Set(ids));
  });

  test('a key is renamed, and replaced by one that works when the old one no longer does', async () => {
    const { credential, secret } = await server.mint(owner.id, 'origimark');
    const renamed = await press('/account/keys', `rename-${credential.id}`, { name: 'Print shop' }, owner);
    assert.equal(renamed.statusCode, 303);
    assert.match(await read('/account/keys', owner), /<h3>Print shop<\/h3>/);
    const rotated = await press('/account/keys', `rotate-${credential.id}`, { grace_seconds: '0' }, owner);
    const [, fresh] = /id="secret-text"[^>]*>([^<]+)</.exec(rotated.body)!;
    const use = (key: string) =>
      server.ask({
        method: 'POST',
        url: '/api/v1/verify-by-hash',
        headers: { 'x-api-key': key },
        payload: { hash: randomDigest() },
      });
    assert.deepEqual([(await use(fresh!)).statusCode, (await use(secret)).statusCode], [200, 401]);
  });

  test('an order in Bitcoin is placed by a form, which leads to what is to be paid', async () => {
    const ordered = await press('/account/credits', 'pack-0', {}, owner);
    const page = await read(String(ordered.headers.location), owner);
    const [, api] = /data-order="([^"]+)"/.exec(page)!;
    assert.ok(page.includes(`<img src="${api}/qr.svg"`));
    const order = (await get(api!)).json();
    assert.deepEqual([order.status, order.amount_sats > 0], ['awaiting_payment', true]);
  });

  test('a plan that is offered by card belongs to the account of its link once the provider says that it is paid', async () => {
    const person = await server.signUp({ subscribed: false });
    const credits = await read('/account/credits', person);
    const [, href] =
      /<h3>Timestamps: Pro<\/h3>\s*<p>\$12\.50, by card\.<\/p>\s*<p><a class="button" href="([^"]+)"/.exec(credits)!;
    const link = new URL(href!.replaceAll('&amp;', '&'));
    assert.equal(link.origin + link.pathname, 'https://pay.example.org/pro');
    assert.match((await get('/pricing')).body, /<h3>Timestamps: Pro<\/h3><p class="price">\$12\.50</);

    const [bought, paid] = [`evt_1${person.id}`, `evt_2${person.id}`];
    const subscription = `sub_${person.id}`;
    const now = Math.floor(Date.now() / 1000);
    const month = { start: now, end: now + 30 * 86_400 };
    const events = [
      {
        id: bought,
        type: 'checkout.session.completed',
        object: {
          id: `cs_${person.id}`,
          object: 'checkout.session',
          mode: 'subscription',
          payment_status: 'paid',
          payment_link: 'plink_pro',
          subscription,
          client_reference_id: link.searchParams.get('client_reference_id'),
        },
      },
      {
        id: paid,
        type: 'invoice.paid',
        object: {
          id: `in_${person.id}`,
          parent: { subscription_details: { subscription } },
          lines: { data: [{ period: month }] },
        },
      },
    ];
    for (const { object, ...event } of events) {
      const payload = JSON.stringify({ ...event, created: now, data: { object } });
      const signature = Stripe.webhooks.generateTestHeaderString({
        payload,
        secret: SHOP.TOUCHMARK_STRIPE_WEBHOOK_SECRET,
        timestamp: now,
      });
      const headers = { 'content-type': 'application/json', 'stripe-signature': signature };
      const taken = await server.ask({ method: 'POST', url: '/api/stripe/webhook', headers, payload });
      assert.equal(taken.statusCode, 200, taken.body);
    }
    assert.match(await read('/account/credits', person), /<dt>Timestamps: Pro<\/dt><dd>paid until/);
    assert.match(await read('/account/usage', person), /of 500 timestamps made[\s\S]*<dt>Plan<\/dt><dd>Pro</);
  });
}
