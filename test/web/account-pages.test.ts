import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, test } from 'node:test';
import { Registry } from 'prom-client';
import type { Account } from '../../src/core/account/account.ts';
import type { Profile } from '../../src/core/account/profile.ts';
import type { StoredReceipt } from '../../src/core/anchor/store.ts';
import type { Credential } from '../../src/core/key/credential.ts';
import type { CreditEntry, PurseId } from '../../src/core/meter/ledger.ts';
import { DOCUMENTED_CALL_POLICY } from '../../src/core/meter/policy.ts';
import { DEFAULT_MONTHLY_QUOTAS } from '../../src/core/timestamp/plan.ts';
import { createServer } from '../../src/http/server.ts';
import { createLogger } from '../../src/http/shared/log.ts';
import { type AccountPagesParts, createAccountPages } from '../../src/web/account.ts';

const NOW = Date.parse('2026-05-14T14:00:00Z');
const OWN_PAGES = [
  '/account',
  '/account/profile',
  '/account/keys',
  '/account/usage',
  '/account/credits',
  '/account/vault',
];
const OPEN_PAGES = ['/account/sign-in', '/account/sign-up', '/account/forgot', '/account/reset?token=abc'];

/** Would break out of a text, an attribute, a script or a style, and shows itself when it does. */
const HOSTILE = `"'><script>alert(1)</script><img src=x onerror=alert(1)></style>{{7*7}}&lt;`;
const HOSTILE_SHOWN =
  '&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;&lt;/style&gt;{{7*7}}&amp;lt;';

const SESSION = { cookie: 'session=one' };

test('without a session no page of an account is shown, and signing in leads back', async () => {
  const app = start(hostileParts());
  for (const path of [...OWN_PAGES, '/account/vault?q=ab&label=a%20b']) {
    for (const headers of [{}, { cookie: 'session=other' }, { authorization: 'Bearer x' }]) {
      const answer = await app.inject({ url: path, headers });
      assert.equal(answer.statusCode, 303, path);
      assert.equal(answer.headers.location, `/account/sign-in?next=${encodeURIComponent(path)}`);
      assert.equal(answer.headers['cache-control'], 'no-store');
      assert.equal(answer.body, '');
    }
  }
});

test('an account that was deleted after its session was found is shown nothing', async () => {
  const app = start({ ...hostileParts(), accounts: { findProfile: async () => null } });
  assert.equal((await app.inject({ url: '/account', headers: SESSION })).statusCode, 303);
});

test('markup and script in every field of an account are text', async () => {
  const app = start(hostileParts());
  const shown = {
    // The e-mail address stands in every page's head, and more often where it can be changed.
    '/account': 1 + 7,
    '/account/profile': 5 + 5,
    '/account/keys': 1 + 12,
    '/account/usage': 1,
    '/account/credits': 1 + 6,
    '/account/vault': 1 + 1,
  };
  for (const [path, atLeast] of Object.entries(shown)) {
    const { body, statusCode } = await app.inject({ url: path, headers: SESSION });
    assert.equal(statusCode, 200, path);
    assertInert(body, path);
    const times = body.split(HOSTILE_SHOWN).length - 1;
    assert.ok(times >= atLeast, `${path} shows ${times}`);
  }
});

test('markup and script in every part of an address are text', async () => {
  const app = start(hostileParts());
  const evil = encodeURIComponent(HOSTILE);
  const queries = ['next', 'notice', 'error', 'token', 'q', 'label', 'private', 'before', 'order', HOSTILE];
  for (const page of [...OWN_PAGES, '/account/sign-in', '/account/sign-up', '/account/forgot', '/account/reset']) {
    const url = `${page}?${queries.map((name) => `${encodeURIComponent(name)}=${evil}`).join('&')}`;
    const { body, statusCode } = await app.inject({ url, headers: page === '/account/sign-in' ? {} : SESSION });
    assert.ok(statusCode === 200 || statusCode === 303, `${page}: ${statusCode}`);
    assertInert(body, page);
  }
  const { body, statusCode } = await app.inject({ url: `/account/${evil}` });
  assert.equal(statusCode, 404);
  assertInert(body, 'an unknown page');
});

test('signing in leads to no other site', async () => {
  const app = start(hostileParts());
  const elsewhere = [
    ...['https://evil.example/', '//evil.example', '/\\evil.example', '/.//evil.example', 'javascript:alert(1)'],
    ...['/\t/evil.example', '%2f%2fevil.example', '', 'account'],
  ];
  for (const next of elsewhere) {
    const url = `/account/sign-in?next=${encodeURIComponent(next)}`;
    assert.equal((await app.inject({ url, headers: SESSION })).headers.location, '/account', next);
  }
  const twice = '/account/sign-in?next=/account/keys&next=//evil.example';
  assert.equal((await app.inject({ url: twice, headers: SESSION })).headers.location, '/account');
  const own = `/account/sign-in?next=${encodeURIComponent('/account/vault?q=ab')}`;
  assert.equal((await app.inject({ url: own, headers: SESSION })).headers.location, '/account/vault?q=ab');
});

test('an address that begins with two slashes does not become a place to go on to', async () => {
  const app = start(hostileParts());
  const { headers } = await app.inject({ url: '/account/keys//../../..//evil.example' });
  assert.ok(!String(headers.location).includes('evil.example'));
});

test('pages allow their own script and style and nothing inline or foreign', async () => {
  const app = start(hostileParts());
  for (const path of [...OWN_PAGES, ...OPEN_PAGES, '/account/nothing']) {
    const { headers, body } = await app.inject({ url: path, headers: OPEN_PAGES.includes(path) ? {} : SESSION });
    const policy = String(headers['content-security-policy']);
    assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self';/, path);
    assert.match(policy, /base-uri 'none'; frame-ancestors 'none'/, path);
    assert.doesNotMatch(policy, /unsafe|\*|https?:|data:/, path);
    assert.equal(headers['content-type'], 'text/html; charset=utf-8');
    assert.equal(headers['cache-control'], 'no-store', path);
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['referrer-policy'], 'same-origin');
    for (const [, address] of body.matchAll(/<(?:script|link|img|iframe|object)[^>]*?(?:src|href)="([^"]*)"/g)) {
      assert.match(address!, /^\/(?:static\/account\.(?:js|css)\?v=|favicon\.(?:svg|ico)$|api\/btc-order\/)/, path);
    }
    assert.ok(!body.includes('<style'), path);
  }
});

test('every page has a language, a title, one first heading, and a label for every field', async () => {
  const app = start(hostileParts());
  for (const path of [...OWN_PAGES, ...OPEN_PAGES, '/account/nothing', '/account/credits?order=btc_1']) {
    const { body } = await app.inject({ url: path, headers: OPEN_PAGES.includes(path) ? {} : SESSION });
    assert.match(body, /^<!doctype html>\s*<html lang="en">/, path);
    assert.match(body, /<title>[^<]+ – Touchmark<\/title>/, path);
    assert.equal(body.match(/<h1>/g)?.length, 1, path);
    const ids = [...body.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
    assert.deepEqual(ids.length, new Set(ids).size, `${path}: an id is there twice`);
    for (const [tag] of body.matchAll(/<(?:input|select|textarea)\b[^>]*>/g)) {
      if (tag.includes('type="hidden"') || tag.endsWith(' hidden>')) continue;
      const id = / id="([^"]*)"/.exec(tag)?.[1];
      assert.ok(body.includes(`<label for="${id}">`), `${path}: ${tag}`);
    }
    for (const [, reference] of body.matchAll(/ aria-(?:labelledby|describedby)="([^"]*)"/g)) {
      for (const id of reference!.split(' ')) assert.ok(ids.includes(id), `${path}: nothing has the id ${id}`);
    }
  }
});

test('no form puts what was typed into an address, and each says which one it is', async () => {
  const app = start(hostileParts());
  for (const path of [...OWN_PAGES, ...OPEN_PAGES]) {
    const { body } = await app.inject({ url: path, headers: OPEN_PAGES.includes(path) ? {} : SESSION });
    for (const [, attributes, content] of body.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)) {
      if (attributes!.includes('role="search"')) continue;
      const id = /^ id="([^"]+)" method="post"$/.exec(attributes!)?.[1];
      assert.ok(id !== undefined && content!.includes(`<input type="hidden" name="form" value="${id}">`), path);
      assert.match(content!, /<button type="submit" [^>]*>/, path);
    }
  }
});

test('the script is small, and static files are kept for as long as they stay the same', async () => {
  const app = start(hostileParts());
  const page = (await app.inject({ url: '/account/sign-in' })).body;
  for (const [name, mediaType] of [
    ['js', 'text/javascript; charset=utf-8'],
    ['css', 'text/css; charset=utf-8'],
  ]) {
    const path = `/static/account.${name}`;
    const url = new RegExp(`"(${path.replace('.', '\\.')}\\?v=[^"]+)"`).exec(page)![1]!;
    const versioned = await app.inject({ url });
    assert.equal(versioned.headers['content-type'], mediaType);
    assert.equal(versioned.headers['cache-control'], 'public, max-age=31536000, immutable');
    assert.ok(versioned.rawPayload.length < 12 * 1024, `${path}: ${versioned.rawPayload.length}`);
    for (const other of [path, `${path}?v=older`, `${path}?v=a&v=b`]) {
      assert.equal((await app.inject({ url: other })).headers['cache-control'], 'no-cache', other);
    }
    const etag = String(versioned.headers.etag);
    const again = await app.inject({ url: path, headers: { 'if-none-match': etag } });
    assert.equal(again.statusCode, 304);
    assert.equal(again.body, '');
  }
});

test('a page that fails says so as a page, and tells nothing of why', async () => {
  const keys = {
    list: async () => {
      throw new Error('database secret');
    },
  };
  const app = start({ ...hostileParts(), keys });
  const { statusCode, body, headers } = await app.inject({ url: '/account/keys', headers: SESSION });
  assert.equal(statusCode, 500);
  assert.match(body, /<h1>This did not work<\/h1>/);
  assert.doesNotMatch(body, /secret/);
  assert.match(String(headers['x-request-id']), /^req_/);
});

test('unknown pages and other methods are refused as pages', async () => {
  const app = start(hostileParts());
  assert.equal((await app.inject({ url: '/account/nothing' })).statusCode, 404);
  const put = await app.inject({ method: 'PUT', url: '/account/keys', headers: SESSION });
  assert.equal(put.statusCode, 405);
  assert.match(String(put.headers.allow), /GET/);
});

test('the vault is closed without a subscription, and opens no receipt then', async () => {
  const parts = hostileParts();
  let asked = 0;
  const app = start({
    ...parts,
    subscriptions: { findActive: async () => null },
    anchors: {
      listOwned: async () => {
        asked++;
        return [];
      },
    },
  });
  const { body } = await app.inject({ url: '/account/vault', headers: SESSION });
  assert.match(body, /comes\s+with a Personal or Creator subscription/);
  assert.equal(asked, 0);
});

test('filters and positions of the vault are read strictly, and what is no position starts at the top', async () => {
  const asked: unknown[] = [];
  const app = start({
    ...hostileParts(),
    anchors: {
      listOwned: async (query) => {
        asked.push(query);
        return Array.from({ length: query.limit }, (_, i) => receipt(`0123456789abcd${10 + i}`, 'x'));
      },
    },
  });
  const ask = async (query: string) => (await app.inject({ url: `/account/vault?${query}`, headers: SESSION })).body;
  const first = await ask('q=AB&label=a%25b&private=true&before=1.0123456789abcdef');
  assert.deepEqual(asked.pop(), {
    accountId: 'one',
    before: { createdAt: 1, id: '0123456789abcdef' },
    digestPrefix: 'ab',
    label: 'a%b',
    isPrivate: true,
    limit: 26,
  });
  const older = /href="(\/account\/vault\?[^"]*before[^"]*)"/.exec(first)![1]!.replaceAll('&amp;', '&');
  assert.equal(older, `/account/vault?q=AB&label=a%25b&private=true&before=${NOW}.0123456789abcd34`);
  for (const before of [
    '',
    'x',
    '-1.0123456789abcdef',
    '99999999999999999.0123456789abcdef',
    '1.short',
    '1.0123456789abcde%01',
  ]) {
    await ask(`before=${before}`);
    assert.equal((asked.pop() as { before: unknown }).before, null, before);
  }
  assert.match(await ask('q=xyz'), /id="q"[^>]* aria-invalid="true"[\s\S]*Only the digits 0 to 9/);
  assert.deepEqual(asked, [], 'a fingerprint that cannot be one is not looked for');
});

test('lines of the ledger go on below the last one that was shown', async () => {
  const asked: unknown[] = [];
  const parts = hostileParts();
  const app = start({
    ...parts,
    ledger: {
      ...parts.ledger,
      listAccountEntries: async (_accountId, before, limit) => {
        asked.push(before);
        return Array.from({ length: limit }, (_, i) => entry('pack:p1', 100 - i));
      },
    },
  });
  const { body } = await app.inject({ url: '/account/credits', headers: SESSION });
  const older = /href="(\/account\/credits\?before=[^"]*)"/.exec(body)![1]!;
  await app.inject({ url: older, headers: SESSION });
  assert.deepEqual(asked, [null, { createdAt: NOW, sequence: 51, purse: 'pack:p1' }]);
  for (const before of ['1.1.other:x', '1.99999999999.pack:x', '99999999999999.1.pack:x', '1.1.pack:%01', '1.1']) {
    await app.inject({ url: `/account/credits?before=${before}`, headers: SESSION });
    assert.equal(asked.pop(), null, before);
  }
});

test('the overview sums up what an account has, and says what needs a look', async () => {
  const { body } = await start(hostileParts()).inject({ url: '/account', headers: SESSION });
  for (const says of [
    /<strong>10,000<\/strong> of 10,000 free calls used/,
    /<strong>12<\/strong> of 500 timestamps made/,
    /Timestamps: Pro, paid until/,
    />7 left</,
    />3 in use</,
    />1 of 2 active</,
    /Needs a look[\s\S]*answered that it is gone[\s\S]*3 events could not be delivered[\s\S]*ends <time/,
  ]) {
    assert.match(body, says);
  }
});

test('calls are drawn by day, each as high as its share of the highest, and written out', async () => {
  const parts = hostileParts();
  const days = [
    { day: '2026-05-02', calls: 400 },
    { day: '2026-05-14', calls: 100 },
  ];
  const app = start({ ...parts, usage: { ...parts.usage, listDays: async () => days } });
  const { body } = await app.inject({ url: '/account/usage', headers: SESSION });
  const bars = [...body.matchAll(/<rect x="(\d+)" y="\d+" width="\d+" height="(\d+)" rx="2"><title>([^<]+)</g)];
  assert.deepEqual(
    bars.map(([, x, height, title]) => [Number(x), Number(height), title]),
    [
      [23, 120, '2026-05-02: 400 calls'],
      [263, 30, '2026-05-14: 100 calls'],
    ],
  );
  assert.match(
    body,
    /2 May 2026<\/time><\/td><td class="number">400<[\s\S]*14 May 2026<\/time><\/td><td class="number">100</,
  );
});

test('a payment by card names the account to the provider', async () => {
  const app = start(hostileParts());
  const { body } = await app.inject({ url: '/account/credits', headers: SESSION });
  const link = /href="(https:\/\/pay\.example[^"]*)"/.exec(body)![1]!.replaceAll('&amp;', '&');
  const url = new URL(link);
  assert.equal(url.searchParams.get('client_reference_id'), 'one');
  assert.equal(url.searchParams.get('prefilled_email'), HOSTILE);
});

test('what an account cannot make a key for is shown and cannot be chosen', async () => {
  const parts = hostileParts();
  const without = start({ ...parts, subscriptions: { findActive: async () => null } });
  const choices = async (app: typeof without) =>
    [
      ...(await app.inject({ url: '/account/keys', headers: SESSION })).body.matchAll(
        /<option value="([a-z-]+)"([^>]*)>/g,
      ),
    ]
      .filter(([, value]) => value === 'orphograph' || value === 'proofd')
      .map(([, value, attributes]) => [value, attributes!.includes('disabled')]);
  assert.deepEqual(await choices(without), [
    ['orphograph', true],
    ['proofd', true],
  ]);
  assert.deepEqual(await choices(start(parts)), [
    ['orphograph', false],
    ['proofd', false],
  ]);
});

/** No element but the page's own script could run, and nothing in the page has a handler or a style of its own. */
function assertInert(body: string, where: string): void {
  assert.ok(!body.includes(HOSTILE), where);
  const scripts = body.match(/<script\b[^>]*>[^<]*/g) ?? [];
  for (const script of scripts) assert.match(script, /^<script src="\/static\/account\.js\?v=[\w-]+" defer>$/, where);
  for (const [tag] of body.matchAll(/<[a-z][^>]*>/g)) {
    const names = tag.replace(/"[^"]*"/g, '""');
    assert.doesNotMatch(names, /\s(?:on\w+|style|srcdoc)\s*=/i, `${where}: ${tag}`);
    assert.doesNotMatch(tag, /(?:href|src|action)="\s*(?:javascript|data|vbscript):/i, `${where}: ${tag}`);
  }
}

function start(parts: AccountPagesParts) {
  const app = createServer({
    surfaces: [createAccountPages(parts)],
    clock: parts.clock,
    random: (length) => new Uint8Array(randomBytes(length)),
    logger: createLogger({ level: 'silent', destination: { write: () => {} } }),
    registry: new Registry(),
    readiness: {},
    trustedProxies: [],
    version: '0.1.0',
  });
  after(() => app.close());
  return app;
}

/** An account of whose every text somebody tried to make markup. */
function hostileParts(): AccountPagesParts {
  const account: Account = { id: 'one', email: HOSTILE, isEmailVerified: true, role: 'operator', createdAt: NOW };
  const profile: Profile = {
    handle: HOSTILE,
    displayName: HOSTILE,
    bio: HOSTILE,
    location: HOSTILE,
    avatarUrl: HOSTILE,
  };
  return {
    sessions: { find: async ({ cookie }) => (cookie === SESSION.cookie ? account : null) },
    accounts: { findProfile: async () => profile },
    keys: {
      list: async () => [
        key('k1', { name: HOSTILE, displayPrefix: HOSTILE, scopes: [HOSTILE] }),
        key('k2', { name: null, displayPrefix: HOSTILE, revokedAt: NOW - 1 }),
        key('k3', { kind: 'orphograph-pack', name: HOSTILE, displayPrefix: HOSTILE }),
        key('k4', { name: HOSTILE, displayPrefix: HOSTILE, expiresAt: NOW + 1 }),
      ],
    },
    subscriptions: {
      findActive: async (accountId, product) => ({
        accountId,
        product,
        plan: product === 'proofd' ? 'proofd-pro' : 'orphograph-creator',
        paidUntil: NOW + 1,
        providerReference: HOSTILE,
      }),
    },
    ledger: {
      listPurses: async () => [{ id: 'pack:k3', balance: 7 }],
      listAccountEntries: async () => [entry('pack:k3', 2), entry(`pack:${HOSTILE}`, 1)],
    },
    usage: {
      find: async () => ({ calls: 12_345, paidAhead: 2_655, credits: 3 }),
      listDays: async () => [{ day: '2026-05-02', calls: 12_345 }],
    },
    timestamps: { countSince: async () => 12 },
    anchors: { listOwned: async () => [receipt('0123456789abcdef', HOSTILE), receipt('0123456789abcdeg', null)] },
    callPolicy: DOCUMENTED_CALL_POLICY,
    quotas: DEFAULT_MONTHLY_QUOTAS,
    publicUrl: 'http://127.0.0.1:8080',
    works: { listOwned: async () => ({ items: [work()], total: 1, hasMore: false }) as never },
    submissions: { list: async () => [track()] as never },
    webhooks: {
      trackorigin: { list: async () => [webhook('gone')] as never },
      origimark: { list: async () => [webhook(null)] as never },
    },
    passwordChars: { min: 8, max: 128 },
    offers: {
      bitcoin: [{ name: HOSTILE, credits: 50, usdCents: 2900 }],
      card: [{ name: HOSTILE, usd: 9, paymentLink: 'https://pay.example/x' }],
    },
    clock: { now: () => NOW, sleep: async () => {} },
  };
}

function key(id: string, fields: Partial<Credential>): Credential {
  return {
    id,
    accountId: 'one',
    kind: 'trackorigin-secret-live',
    displayPrefix: 'to_sk_live_abcd',
    name: null,
    scopes: null,
    createdAt: NOW,
    lastUsedAt: null,
    expiresAt: null,
    revokedAt: null,
    ...fields,
  };
}

/** As much of each as the overview reads. */
function work() {
  const version = { certId: 'c1', title: { value: HOSTILE }, issuedAt: NOW };
  return { version, certificate: { status: 'active' } };
}

function track() {
  return { createdAt: NOW, title: HOSTILE, status: 'pending', decision: null };
}

function webhook(reason: 'gone' | null) {
  const disabled = reason === null ? null : { reason, at: NOW };
  return { subscription: { contract: 'origimark', id: 'whs_1', url: HOSTILE, disabled }, failures: 3 };
}

function entry(purse: PurseId, sequence: number): CreditEntry {
  return { purse, sequence, delta: -1, balance: 7, reason: HOSTILE, reference: HOSTILE, createdAt: NOW };
}

function receipt(id: string, label: string | null): StoredReceipt {
  const bytes = new Uint8Array(32);
  return {
    receipt: {
      id,
      label,
      digest: bytes,
      sha512: null,
      owner: { accountId: 'one', credentialId: null },
      createdAt: NOW,
      roundId: 'r',
      nonce: bytes.subarray(16),
      path: [],
      isPrivate: false,
    },
    round: { id: 'r', root: bytes, createdAt: NOW, status: 'pinned', pinnedAt: NOW },
    submissions: [],
  };
}
