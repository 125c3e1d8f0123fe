import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { strFromU8, unzipSync } from 'fflate';
import {
  API_KEY,
  createOrphographServer,
  type OrphographServer,
  START,
} from '../../../test/support/orphograph-server.ts';
import { encodeHex } from '../../base/hex.ts';
import { decodeDetached } from '../../proof/ots/codec.ts';

const HASH = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
const BLOCK = { height: 800_000, hash: new Uint8Array(32), time: 1_690_168_629 };

async function anchor({ app }: OrphographServer, label: string | null = null): Promise<string> {
  const answer = await app.inject({
    method: 'POST',
    url: '/api/anchor',
    payload: { hash_hex: HASH, client_label: label },
  });
  assert.equal(answer.statusCode, 200);
  return answer.json().receipt_id;
}

async function get({ app }: OrphographServer, url: string) {
  const answer = await app.inject(url);
  assert.equal(answer.statusCode, 200, answer.body);
  return answer;
}

test('a receipt says which calendars took it, why the others did not, and warns below three', async () => {
  const server = createOrphographServer();
  server.anchors.down.add('a').add('finney').add('btc');
  const body = (await server.app.inject({ method: 'POST', url: '/api/anchor', payload: { hash_hex: HASH } })).json();
  assert.equal(body.calendars_ok, 2);
  assert.equal(body.calendars_total, 5);
  assert.equal(body.low_redundancy, true);
  assert.deepEqual(body.successes[1], {
    calendar: 'http://127.0.0.1:9/alice',
    ots_path: `receipts/${body.receipt_id}/alice.ots`,
  });
  assert.deepEqual(body.failures[0], { calendar: 'http://127.0.0.1:9/a', error: 'no answer in time' });
  server.anchors.down.delete('btc');
  const three = (await server.app.inject({ method: 'POST', url: '/api/anchor', payload: { hash_hex: HASH } })).json();
  assert.equal(three.low_redundancy, false);
  const stored = (await get(server, `/api/receipt/${body.receipt_id}`)).json();
  assert.equal(stored.calendars_ok, 2);
  assert.equal(stored.calendars_total, 5);
});

test('times have second precision and a numeric offset', async () => {
  const server = createOrphographServer();
  server.clock.time += 999;
  const id = await anchor(server);
  assert.equal((await get(server, `/api/receipt/${id}`)).json().created_at, '2026-05-14T14:00:00+00:00');
});

test('a receipt follows its round from pending over partial to pinned within a second', async () => {
  const server = createOrphographServer();
  const id = await anchor(server);
  const read = async () => {
    const { status, btc_pinned_at } = (await get(server, `/api/receipt/${id}`)).json();
    return [status, btc_pinned_at];
  };
  assert.deepEqual(await read(), ['pending', null]);
  server.anchors.setStatus(id, 'partial', null);
  server.clock.time += 1000;
  assert.deepEqual(await read(), ['partial', null]);
  server.anchors.setStatus(id, 'pinned', START + 70_000, BLOCK);
  server.clock.time += 1000;
  assert.deepEqual(await read(), ['pinned', '2026-05-14T14:01:10+00:00']);
});

test('a receipt that many look at is read once, and its state once a second', async () => {
  const server = createOrphographServer();
  const id = await anchor(server);
  const all = await Promise.all(Array.from({ length: 50 }, () => get(server, `/api/receipt/${id}`)));
  assert.equal(server.anchors.calls.find, 1);
  assert.equal(new Set(all.map(({ body }) => body)).size, 1);
  server.clock.time += 1000;
  const again = await Promise.all(Array.from({ length: 50 }, () => get(server, `/api/receipt/${id}`)));
  assert.deepEqual([server.anchors.calls.find, server.anchors.calls.readState], [1, 1]);
  assert.equal(again[0]!.body, all[0]!.body);
});

test('a receipt that does not exist yet is not remembered as missing', async () => {
  const server = createOrphographServer();
  assert.equal((await server.app.inject('/api/receipt/AAAAAAAAAAAAAAAA')).statusCode, 404);
  const id = await anchor(server);
  await get(server, `/api/receipt/${id}`);
});

test('who has the current receipt already is told so, who has an old one gets the new one', async () => {
  const server = createOrphographServer();
  const id = await anchor(server);
  const etag = String((await get(server, `/api/receipt/${id}`)).headers.etag);
  const ask = (tag = etag) => server.app.inject({ url: `/api/receipt/${id}`, headers: { 'if-none-match': tag } });
  // A proxy that compresses has made the tag weak.
  for (const tag of [etag, `W/${etag}`]) {
    const same = await ask(tag);
    assert.equal(same.statusCode, 304, tag);
    assert.equal(same.body, '');
  }
  server.anchors.setStatus(id, 'pinned', START, BLOCK);
  server.clock.time += 1000;
  assert.equal((await ask()).statusCode, 200);
});

test('verify reads afresh every time and shows a damaged proof', async () => {
  const server = createOrphographServer();
  const id = await anchor(server);
  await get(server, `/api/receipt/${id}`);
  server.anchors.corrupt(id, 'alice');
  const body = (await get(server, `/api/verify/${id}`)).json();
  assert.equal(body.calendars_ok, 4);
  assert.deepEqual(
    body.checks.map(({ file, ok }: { file: string; ok: boolean }) => [file, ok]),
    [
      ['a.ots', true],
      ['alice.ots', false],
      ['b.ots', true],
      ['btc.ots', true],
      ['finney.ots', true],
    ],
  );
  assert.equal(body.checks[1].magic_ok, false);
});

test('the archive holds the receipt as it is served, every proof, and how to check them', async () => {
  const server = createOrphographServer();
  const id = await anchor(server, 'photo.jpg');
  const served = await get(server, `/api/receipt/${id}`);
  const archive = await get(server, `/api/receipt/${id}.zip`);
  const files = unzipSync(new Uint8Array(archive.rawPayload));
  assert.deepEqual(Object.keys(files).sort(), [
    'README.txt',
    'a.ots',
    'alice.ots',
    'b.ots',
    'btc.ots',
    'finney.ots',
    'receipt.json',
    'verify_cli.py',
  ]);
  assert.equal(strFromU8(files['receipt.json']!), served.body);
  assert.match(strFromU8(files['README.txt']!), /touchmark verify/);
  for (const [name, bytes] of Object.entries(files)) {
    if (name.endsWith('.ots')) assert.equal(encodeHex(decodeDetached(bytes).timestamp.message), HASH);
  }
  const again = await get(server, `/api/receipt/${id}.zip`);
  assert.deepEqual(again.rawPayload, archive.rawPayload);
});

test('a damaged proof is left out of the archive, whose receipt says so', async () => {
  const server = createOrphographServer();
  const id = await anchor(server);
  server.anchors.corrupt(id, 'btc');
  const files = unzipSync(new Uint8Array((await get(server, `/api/receipt/${id}.zip`)).rawPayload));
  assert.equal(files['btc.ots'], undefined);
  assert.equal(JSON.parse(strFromU8(files['receipt.json']!)).calendars_ok, 4);
});

test('a summary claims no more than the state of the receipt supports', async () => {
  const server = createOrphographServer();
  const id = await anchor(server, 'photo.jpg');
  const read = async () => (await get(server, `/api/receipt/${id}/summary`)).json();
  assert.match((await read()).what_this_proves, /^Nothing by Bitcoin yet\. .*5 calendars have promised/);
  server.anchors.setStatus(id, 'partial', null);
  assert.match((await read()).what_this_proves, /^Not yet what it will\./);
  server.anchors.setStatus(id, 'pinned', START, BLOCK);
  const pinned = await read();
  assert.match(
    pinned.what_this_proves,
    /existed.* before Bitcoin block 800000.*2023-07-24T03:17:09\+00:00.* was mined/,
  );
  assert.match(pinned.what_this_does_not_prove.join('\n'), /owns it/);
  assert.match(pinned.how_to_verify, new RegExp(`/api/receipt/${id}\\.zip`));
});

test('a test chain is called one wherever Bitcoin is named', async () => {
  const server = createOrphographServer({ network: 'regtest' });
  const id = await anchor(server);
  server.anchors.setStatus(id, 'pinned', START, BLOCK);
  const summary = (await get(server, `/api/receipt/${id}/summary`)).json();
  assert.match(summary.what_this_does_not_prove[0], /regtest/);
  assert.match((await get(server, `/api/badge/${id}.svg`)).body, /Anchored to Bitcoin regtest/);
});

test('a badge says "Anchored to Bitcoin" for a pinned receipt only', async () => {
  const server = createOrphographServer();
  const id = await anchor(server, '</text><script>alert(1)</script>');
  const read = async () => (await get(server, `/api/badge/${id}.svg`)).body;
  const readMany = async () => (await get(server, `/api/badges?ids=${id},unknown,${id}`)).json().results;
  assert.match(await read(), />Waiting for Bitcoin</);
  assert.deepEqual(await readMany(), { [id]: { status: 'pending', text: 'Waiting for Bitcoin' }, unknown: null });
  server.anchors.setStatus(id, 'partial', null);
  assert.doesNotMatch(await read(), /Anchored/);
  assert.doesNotMatch((await readMany())[id].text, /Anchored/);
  server.anchors.setStatus(id, 'pinned', START, BLOCK);
  const pinned = await read();
  assert.match(pinned, />Anchored to Bitcoin</);
  assert.doesNotMatch(pinned, /script|style=|href|alert/);
  assert.deepEqual((await readMany())[id], { status: 'pinned', text: 'Anchored to Bitcoin' });
});

test('health is looked at once in thirty seconds, and is not ok without a calendar', async () => {
  const server = createOrphographServer();
  const first = await get(server, '/api/health');
  assert.equal(first.json().ok, true);
  assert.equal(first.json().ledger_bytes.anchor_ledger, 245_678);
  assert.deepEqual(first.json().last, {
    anchor_at: null,
    upgrade_run_at: '2026-05-14T13:55:00+00:00',
    expiry_run_at: null,
  });
  for (const name of ['a', 'b', 'alice', 'finney', 'btc']) server.anchors.down.add(name);
  server.clock.time += 29_999;
  assert.equal((await get(server, '/api/health')).body, first.body);
  server.clock.time += 1;
  const later = (await get(server, '/api/health')).json();
  assert.equal(later.ok, false);
  assert.equal(later.uptime_sec, 30);
});

test('stats are the same bytes for every viewer for a minute', async () => {
  const server = createOrphographServer();
  const first = await get(server, '/api/stats');
  await anchor(server, 'private-label');
  server.clock.time += 59_999;
  const other = await server.app.inject({ url: '/api/stats', headers: { 'x-orpho-api-key': 'orpho_x' } });
  assert.equal(other.body, first.body);
  server.clock.time += 1;
  const later = await get(server, '/api/stats');
  assert.equal(later.json().anchors.total, 1);
  assert.doesNotMatch(later.body, /private-label/);
});

test('an anchor that failed for the server’s own reasons costs no token', async () => {
  const server = createOrphographServer({ freeTier: { count: 1, periodMs: 86_400_000 } });
  const send = async (url: string, payload: object) =>
    (await server.app.inject({ method: 'POST', url, payload })).statusCode;
  for (const fault of ['calendars-unreachable', 'anchor-overloaded', 'shutting-down'] as const) {
    server.anchors.fault = fault;
    assert.equal(await send('/api/anchor', { hash_hex: HASH }), 503);
    assert.equal(await send('/api/anchor/batch', { hashes: [{ hash_hex: HASH }] }), 503);
  }
  server.anchors.fault = null;
  assert.equal(await send('/api/anchor', { hash_hex: HASH }), 200);
  assert.equal(await send('/api/anchor', { hash_hex: HASH }), 429);
});

test('whoever waits as long as a refusal says is let in', async () => {
  const server = createOrphographServer({ freeTier: { count: 3, periodMs: 86_400_000 } });
  const send = () => server.app.inject({ method: 'POST', url: '/api/anchor', payload: { hash_hex: HASH } });
  for (let i = 0; i < 3; i++) assert.equal((await send()).statusCode, 200);
  const refused = await send();
  assert.equal(refused.statusCode, 429);
  assert.equal(refused.headers['retry-after'], String(refused.json().retry_after_seconds));
  server.clock.time += refused.json().retry_after_seconds * 1000;
  assert.equal((await send()).statusCode, 200);
});

test('a batch asks the core once, whatever its size', async () => {
  const server = createOrphographServer();
  const hashes = Array.from({ length: 50 }, () => ({ hash_hex: HASH }));
  const answer = await server.app.inject({ method: 'POST', url: '/api/anchor/batch', payload: { hashes } });
  assert.equal(new Set(answer.json().results.map((result: { receipt_id: string }) => result.receipt_id)).size, 50);
  assert.equal(server.anchors.calls.submit, 1);
});

test('no body makes the server fail, and only valid digests reach the core', async () => {
  const server = createOrphographServer();
  const member = fc.oneof(fc.constantFrom(HASH, HASH.toUpperCase(), `${HASH}\n`, null), fc.string(), fc.jsonValue());
  const item = fc.record({ hash_hex: member, sha512_hex: member, client_label: member }, { requiredKeys: [] });
  const single = fc.oneof(item, fc.jsonValue());
  const batch = fc.oneof(fc.record({ hashes: fc.oneof(fc.array(single, { maxLength: 60 }), fc.jsonValue()) }), single);
  const paths = fc.constantFrom('/api/anchor', '/api/anchor/batch');
  await fc.assert(
    fc.asyncProperty(paths, fc.oneof(single, batch), async (url, payload) => {
      const answer = await server.app.inject({
        method: 'POST',
        url,
        payload: JSON.stringify(payload) ?? '',
        headers: { 'content-type': 'application/json' },
      });
      assert.ok([200, 400].includes(answer.statusCode), `${answer.statusCode} ${answer.body}`);
    }),
  );
});

test('a valid API key is not subject to the free tier, and any other one is', async () => {
  const server = createOrphographServer({ freeTier: { count: 1, periodMs: 86_400_000 } });
  const send = (key: string) =>
    server.app.inject({
      method: 'POST',
      url: '/api/anchor',
      payload: { hash_hex: HASH },
      headers: { 'x-orpho-api-key': key },
    });
  for (let i = 0; i < 3; i++) assert.equal((await send(API_KEY)).json().subscription_active, true);
  assert.equal((await send('orpho_other')).json().subscription_active, false);
  assert.equal((await send('orpho_other')).statusCode, 429);
  assert.equal((await send('')).statusCode, 429);
  assert.equal((await send(API_KEY)).statusCode, 200);
});
