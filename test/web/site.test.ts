import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { Registry } from 'prom-client';
import { createLimits } from '../../src/core/limit/limits.ts';
import { MemoryLimiter } from '../../src/core/limit/memory-limiter.ts';
import { DOCUMENTED_CALL_POLICY } from '../../src/core/meter/policy.ts';
import { DEFAULT_MONTHLY_QUOTAS } from '../../src/core/timestamp/plan.ts';
import { createServer } from '../../src/http/server.ts';
import { createLogger } from '../../src/http/shared/log.ts';
import type { PublicProof } from '../../src/web/pages/digest.ts';
import type { StatusView } from '../../src/web/pages/status.ts';
import { createSite, type SiteParts } from '../../src/web/site.ts';
import { makeScripts } from '../support/scripts.ts';

const NOW = Date.parse('2026-05-14T14:00:00Z');
const CLOCK = { now: () => NOW, sleep: async () => {} };
const DIGEST = 'ab'.repeat(32);
const HOSTILE = `"'><script>alert(1)</script>`;
const AS_PERSON = { accept: 'text/html,application/xhtml+xml' };
const PAGES = ['/', '/verify', '/pricing', '/status.html', `/verify/${DIGEST}`];

const PROOF: PublicProof = {
  kind: 'Certificate of a work',
  id: HOSTILE,
  path: '/cert/x',
  at: NOW,
  state: 'good',
  says: HOSTILE,
};
const STATUS: StatusView = {
  isWorking: true,
  calendars: [{ url: `http://calendar.example/${HOSTILE}`, reachable: false, overdue: 3 }],
  receipts: 12_345,
  waiting: 0,
  chain: { network: 'regtest', height: null },
  checkpoint: null,
  lastAnchorAt: null,
  lastUpgradeAt: NOW,
  bootAt: NOW,
  checkedAt: NOW,
  history: [
    {
      part: HOSTILE,
      days: [
        { day: '2026-05-12', share: null },
        { day: '2026-05-13', share: 0.9999 },
        { day: '2026-05-14', share: 0.4 },
      ],
    },
  ],
};

function start(more: Partial<SiteParts> = {}) {
  const site = createSite({
    scripts: makeScripts(),
    network: 'regtest',
    publicUrl: 'https://touchmark.example',
    headerSources: [],
    pricing: {
      freeAllowance: '3 uploads a day',
      packs: [{ credits: 50, usdCents: 2900 }],
      subscriptionsUsd: { personalMonthly: 9, personalAnnual: 60, creatorMonthly: 19 },
      further: [{ name: 'Timestamps: Pro', usd: 12.5 }],
      callPolicy: DOCUMENTED_CALL_POLICY,
      quotas: DEFAULT_MONTHLY_QUOTAS,
      isSelling: true,
    },
    limiter: new MemoryLimiter({ maxKeys: 10, clock: CLOCK }),
    pageLimit: createLimits()['page-address'],
    findProofs: async () => [PROOF],
    checkStatus: async () => STATUS,
    ...more,
  });
  return createServer({
    surfaces: [site],
    clock: CLOCK,
    random: (length) => new Uint8Array(randomBytes(length)),
    logger: createLogger({ level: 'silent' }),
    registry: new Registry(),
    readiness: {},
    trustedProxies: [],
    version: '0',
  });
}

test('pages run our scripts and nothing inline or foreign, and what others wrote is text', async () => {
  const app = start();
  for (const path of PAGES) {
    const { body, headers, statusCode } = await app.inject({ url: path, headers: AS_PERSON });
    assert.equal(statusCode, 200, path);
    assert.equal(headers['content-type'], 'text/html; charset=utf-8');
    const policy = String(headers['content-security-policy']);
    assert.doesNotMatch(policy, /unsafe|\*|https?:|data:/, path);
    assert.match(policy, /default-src 'none'.*require-trusted-types-for 'script'; trusted-types touchmark$/);
    assert.doesNotMatch(body, /<style|\sstyle=|\son[a-z]+="|<script>/, path);
    for (const [, address] of body.matchAll(/<(?:script|link|img)[^>]*?(?:src|href)="([^"]*)"/g)) {
      assert.match(address!, /^\/(?:static|favicon)/, path);
    }
  }
});

test('the page that verifies, and no other, may talk to header sources: to those configured and no others', async () => {
  const app = start({ headerSources: ['https://one.example/api', 'https://two.example/x/y'] });
  const { body } = await app.inject('/verify');
  assert.match(body, /data-header-sources="https:\/\/one\.example\/api https:\/\/two\.example\/x\/y"/);
  const policyOf = async (url: string) => String((await app.inject(url)).headers['content-security-policy']);
  assert.match(await policyOf('/verify'), /connect-src 'self' https:\/\/one\.example https:\/\/two\.example;/);
  assert.match(await policyOf('/'), /connect-src 'self';/);
});

test('a file of a page has an address of its own content, is kept for ever, and is sent compressed', async () => {
  const app = start();
  const { body } = await app.inject('/');
  const path = /href="(\/static\/site-[0-9a-f]{12}\.css)"/.exec(body)![1]!;
  const plain = await app.inject(path);
  assert.equal(plain.headers['cache-control'], 'public, max-age=31536000, immutable');
  assert.equal(plain.headers['content-encoding'], undefined);
  assert.equal(plain.headers.vary, 'Accept-Encoding');
  const br = await app.inject({ url: path, headers: { 'accept-encoding': 'gzip, br' } });
  assert.equal(br.headers['content-encoding'], 'br');
  assert.equal(brotliDecompressSync(br.rawPayload).toString(), plain.body);
  const gzip = await app.inject({ url: path, headers: { 'accept-encoding': 'gzip;q=0.5, br;q=0' } });
  assert.equal(gzip.headers['content-encoding'], 'gzip');
  assert.equal(gunzipSync(gzip.rawPayload).toString(), plain.body);
  const again = await app.inject({ url: path, headers: { 'if-none-match': String(plain.headers.etag) } });
  assert.equal(again.statusCode, 304);
});

test('the service worker is asked for each time, and names files that exist', async () => {
  const app = start();
  const { body, headers } = await app.inject('/service-worker.js');
  assert.equal(headers['cache-control'], 'no-cache');
  const files: string[] = JSON.parse(/touchmarkFiles=(\[.*\]);/.exec(body)![1]!);
  assert.ok(files.includes('/verify') && files.length >= 4);
  for (const file of files) assert.equal((await app.inject(file)).statusCode, 200, file);
});

test('the widget may be loaded by every site, and is fresh within five minutes', async () => {
  const { headers } = await start().inject('/static/embed-widget.js');
  assert.equal(headers['cross-origin-resource-policy'], 'cross-origin');
  assert.equal(headers['access-control-allow-origin'], '*');
  assert.equal(headers['cache-control'], 'public, max-age=300');
  assert.match(String(headers['content-type']), /^text\/javascript/);
});

test('people get a page for what is not there, and programs what they always got', async () => {
  const app = start();
  for (const url of ['/nothing', '/verify/xyz', `/verify/${'a'.repeat(63)}`, `/${encodeURIComponent(HOSTILE)}`]) {
    const page = await app.inject({ url, headers: AS_PERSON });
    assert.equal(page.statusCode, 404, url);
    assert.match(page.body, /There is nothing here/);
    assert.ok(!page.body.includes('alert(1)'));
    const json = await app.inject(url);
    assert.equal(json.statusCode, 404);
    assert.equal(json.json().error.code, 'not_found');
  }
  const wrong = await app.inject({ url: '/pricing', method: 'POST', headers: AS_PERSON });
  assert.equal(wrong.statusCode, 405);
  assert.match(String(wrong.headers.allow), /GET/);
  assert.equal((await app.inject({ url: '/verify/%zz', headers: AS_PERSON })).statusCode, 400);
});

test('a digest is looked up in either case, and one of which nothing is public is not found', async () => {
  const asked: string[] = [];
  const app = start({
    findProofs: async (digest) => {
      asked.push(Buffer.from(digest).toString('hex'));
      return [];
    },
  });
  const { statusCode, body } = await app.inject(`/verify/${DIGEST.toUpperCase()}`);
  assert.equal(statusCode, 404);
  assert.match(body, /Nothing is public about this digest/);
  assert.deepEqual(asked, [DIGEST]);
  const form = await app.inject(`/verify?sha256=%20${DIGEST.toUpperCase()}`);
  assert.equal(form.statusCode, 303);
  assert.equal(form.headers.location, `/verify/${DIGEST}`);
  for (const bad of ['x', '', '//evil.example', `${DIGEST}&sha256=${DIGEST}`]) {
    assert.equal((await app.inject(`/verify?sha256=${bad}`)).statusCode, 200, bad);
  }
});

test('the status page says what does not work, and never rounds up to whole', async () => {
  const { body } = await start().inject('/status.html');
  assert.match(body, /not reachable/);
  assert.match(body, /cannot be asked at the moment/);
  assert.match(body, /<li class="none"><\/li><li class="up"><\/li><li class="down"><\/li>/);
  const almost = { ...STATUS, history: [{ part: 'x', days: [{ day: '2026-05-14', share: 0.99999 }] }] };
  const page = await start({ checkStatus: async () => almost }).inject('/status.html');
  assert.match(page.body, /99\.9 % working/);
});
