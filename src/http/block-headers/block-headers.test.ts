import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { Registry } from 'prom-client';
import { ChainError, type ChainReader } from '../../core/chain.ts';
import { MemoryLimiter } from '../../core/limit/memory-limiter.ts';
import { createServer } from '../server.ts';
import { createLogger } from '../shared/log.ts';
import { createBlockHeaders } from './index.ts';

const TIP = 100;
const HEADER = new Uint8Array(randomBytes(80));

/** @param count Requests that one address may make. */
function start(chain: Partial<ChainReader>, count = 1_000) {
  const asked: number[] = [];
  let now = 1_000_000;
  const clock = { now: () => now, sleep: async () => {} };
  const reader: ChainReader = {
    network: 'regtest',
    tip: async () => ({ height: TIP, hash: new Uint8Array(32) }),
    async blockHash(height) {
      asked.push(height);
      return new Uint8Array(32);
    },
    blockHeader: async () => HEADER,
    ...chain,
  };
  const app = createServer({
    surfaces: [
      createBlockHeaders({
        chain: reader,
        limiter: new MemoryLimiter({ maxKeys: 10, clock }),
        limit: { name: 'header-address', count, periodMs: 60_000 },
        clock,
      }),
    ],
    clock,
    random: (length) => new Uint8Array(randomBytes(length)),
    logger: createLogger({ level: 'silent' }),
    registry: new Registry(),
    readiness: {},
    trustedProxies: [],
    version: '0',
  });
  return { app, asked, wait: (ms: number) => (now += ms) };
}

test('the header of a block is given with the height of the tip, to scripts of any origin', async () => {
  const { app } = start({});
  const { statusCode, headers, body } = await app.inject('/bitcoin/headers/7');
  assert.equal(statusCode, 200);
  assert.equal(headers['access-control-allow-origin'], '*');
  assert.deepEqual(JSON.parse(body), {
    network: 'regtest',
    height: 7,
    header: Buffer.from(HEADER).toString('hex'),
    tip_height: TIP,
  });
});

test('the source is asked once for everyone, and again when the block may have been replaced', async () => {
  const { app, asked, wait } = start({});
  await Promise.all(Array.from({ length: 20 }, () => app.inject('/bitcoin/headers/7')));
  assert.deepEqual(asked, [7]);
  wait(11_000);
  await app.inject('/bitcoin/headers/7');
  assert.deepEqual(asked, [7, 7]);
});

test('what is above the tip, or no height, is refused without asking the source', async () => {
  const { app, asked } = start({});
  assert.equal((await app.inject(`/bitcoin/headers/${TIP + 1}`)).statusCode, 404);
  for (const bad of ['-1', '1e3', '007', '0x7', '99999999999', 'x', '%00']) {
    const { statusCode, body } = await app.inject(`/bitcoin/headers/${bad}`);
    assert.equal(statusCode, 400, bad);
    assert.ok(JSON.parse(body).error.request_id);
  }
  assert.deepEqual(asked, []);
});

test('a source that does not answer is a 503 that is not kept, and a client that asks too much waits', async () => {
  let isDown = true;
  const blockHash = async () => {
    if (isDown) throw new ChainError('chain-unreachable', 'no answer');
    return new Uint8Array(32);
  };
  const { app } = start({ blockHash }, 3);
  const down = await app.inject('/bitcoin/headers/7');
  assert.equal(down.statusCode, 503);
  assert.equal(down.headers['cache-control'], 'no-store');
  assert.equal(down.headers['retry-after'], '10');
  isDown = false;
  assert.equal((await app.inject('/bitcoin/headers/7')).statusCode, 200);
  assert.equal((await app.inject('/bitcoin/headers/7')).statusCode, 200);
  const refused = await app.inject('/bitcoin/headers/7');
  assert.equal(refused.statusCode, 429);
  assert.ok(Number(refused.headers['retry-after']) >= 1);
});
