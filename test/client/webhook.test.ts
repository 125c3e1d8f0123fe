import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { verifyOrigimarkWebhook, verifyTrackoriginWebhook } from '../../src/client/index.ts';

const SECRET = 'whk_0123456789';
const NOW = 1_780_000_000_000;
const BODY = Buffer.from('{"id":"evt_1","type":"cert.issued","created_at":"2026-05-26T08:13:42.000Z","data":{"é":1}}');

const hmac = (timestamp: number | string, body: Uint8Array = BODY, secret = SECRET) =>
  createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex');
const t = NOW / 1000;
const check = (signature: string, body: Uint8Array = BODY) =>
  verifyTrackoriginWebhook({ secret: SECRET, body, signature, now: NOW });

test('a delivery that was signed with the secret is its event', async () => {
  assert.equal((await check(`t=${t},v1=${hmac(t)}`)).id, 'evt_1');
  assert.equal((await check(`t=${t},v1=${'0'.repeat(64)},v1=${hmac(t)}`)).type, 'cert.issued');
  for (const late of [t - 300, t + 300]) assert.ok(await check(`t=${late},v1=${hmac(late)}`));
  const origimark = { secret: SECRET, body: BODY, now: NOW, timestamp: String(t), signature: `v1=${hmac(t)}` };
  assert.equal((await verifyOrigimarkWebhook(origimark)).id, 'evt_1');
});

test('anything else is refused, and says why', async () => {
  const good = hmac(t);
  for (const [signature, code] of [
    ['', 'bad-header'],
    ['t=', 'bad-header'],
    [`v1=${good}`, 'bad-header'],
    [`t=${t}`, 'bad-header'],
    [`t=${t},t=${t},v1=${good}`, 'bad-header'],
    [`t=1e9,v1=${good}`, 'bad-header'],
    [`t=${t}${',v1=00'.repeat(9)}`, 'bad-header'],
    [`t=${t - 301},v1=${hmac(t - 301)}`, 'bad-time'],
    [`t=${t + 301},v1=${hmac(t + 301)}`, 'bad-time'],
    [`t=${t},v1=${hmac(t, BODY, 'other')}`, 'bad-signature'],
    [`t=${t},v1=${hmac(t - 1)}`, 'bad-signature'],
    [`t=${t},v1=${good.slice(2)}`, 'bad-signature'],
    [`t=${t},v1=nothex`, 'bad-signature'],
    [`t=${t},v1=`, 'bad-signature'],
  ] as const) {
    await assert.rejects(async () => check(signature), { code }, signature);
  }
  await assert.rejects(check(`t=${t},v1=${good}`, Buffer.from(`${BODY} `)), { code: 'bad-signature' });
  const headless = '{"id":"evt_1","type":"cert.issued","created_at":"2026-05-26T08:13:42.000Z","data":null}';
  for (const text of ['', '{}', '[]', 'null', '\xff', headless]) {
    const body = Buffer.from(text, 'latin1');
    await assert.rejects(check(`t=${t},v1=${hmac(t, body)}`, body), { code: 'bad-body' });
  }
});
