import assert from 'node:assert/strict';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, test } from 'node:test';
import { reverseBytes } from '../../src/base/bytes.ts';
import { encodeHex } from '../../src/base/hex.ts';
import { createBitcoinCoreChain } from '../../src/net/chain/bitcoin-core.ts';
import { createEsploraChain } from '../../src/net/chain/esplora.ts';
import { parseBlockHeader } from '../../src/proof/bitcoin/block-header.ts';
import { BITCOIN_NETWORKS } from '../../src/proof/bitcoin/network.ts';
import { GENESIS_BLOCK, GENESIS_COINBASE, GENESIS_HEADER, HEADER_100000 } from '../support/bitcoin-blocks.ts';

const genesisHash = BITCOIN_NETWORKS.mainnet.genesisHash;
const genesisHashText = encodeHex(reverseBytes(genesisHash));

let server: Server | undefined;
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => server?.close(resolve));
});

async function listen(listener: RequestListener): Promise<string> {
  server = createServer(listener);
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** An Esplora that gives one answer to everything but the question for the first block. */
async function esploraThatAnswers(answer: string | Uint8Array | RequestListener, timeoutMs = 10_000) {
  const url = await listen((request, response) => {
    if (request.url === '/block-height/0') response.end(genesisHashText);
    else if (typeof answer === 'function') answer(request, response);
    else response.end(answer);
  });
  return createEsploraChain({ url, network: 'mainnet', timeoutMs, blockTimeoutMs: timeoutMs });
}

/** A node that gives one answer to everything but the question for the first block. */
async function coreThatAnswers(status: number, answer: (id: unknown) => unknown) {
  const url = await listen(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { id, params, method } = JSON.parse(body);
    const isGenesis = method === 'getblockhash' && params[0] === 0;
    response.statusCode = isGenesis ? 200 : status;
    const reply = isGenesis ? { id, result: genesisHashText, error: null } : answer(id);
    response.end(typeof reply === 'string' ? reply : JSON.stringify(reply));
  });
  return createBitcoinCoreChain({ url, readCredentials: async () => 'user:password', network: 'mainnet' });
}

test('the header of another block is a lie', async () => {
  const chain = await esploraThatAnswers(encodeHex(HEADER_100000));
  await assert.rejects(chain.blockHeader(genesisHash), { code: 'chain-lied' });
});

test('a header without the work it claims is a lie, even when it is the one asked for', async () => {
  const invented = Uint8Array.from(GENESIS_HEADER);
  invented[36]! ^= 1;
  const chain = await esploraThatAnswers(encodeHex(invented));
  await assert.rejects(chain.blockHeader(parseBlockHeader(invented).hash), { code: 'chain-lied' });
});

test('a block with other transactions than its header commits to is a lie', async () => {
  const forged = Uint8Array.from(GENESIS_BLOCK);
  forged[forged.length - 1] = 1;
  const chain = await esploraThatAnswers(forged);
  await assert.rejects(chain.block(genesisHash), { code: 'chain-lied' });
});

test('another, sound block than the one asked for is a lie', async () => {
  const chain = await esploraThatAnswers(GENESIS_BLOCK);
  assert.deepEqual(await chain.block(genesisHash), GENESIS_BLOCK);
  await assert.rejects(chain.block(parseBlockHeader(HEADER_100000).hash), { code: 'chain-lied' });
});

test('a transaction taken under another id is a lie', async () => {
  const chain = await esploraThatAnswers(genesisHashText);
  await assert.rejects(chain.broadcast(GENESIS_COINBASE), { code: 'chain-lied' });
});

test('rubbish is recognised for every question', async () => {
  const chain = await esploraThatAnswers('<html>Sign in</html>');
  await assert.rejects(chain.tip(), { code: 'chain-garbled' });
  await assert.rejects(chain.blockHash(7), { code: 'chain-garbled' });
  await assert.rejects(chain.blockHeader(genesisHash), { code: 'chain-garbled' });
  await assert.rejects(chain.block(genesisHash), { code: 'chain-garbled' });
  await assert.rejects(chain.broadcast(GENESIS_COINBASE), { code: 'chain-garbled' });
  await assert.rejects(chain.feeRate(6), { code: 'chain-garbled' });
});

for (const [how, head] of [
  ['announced', { 'content-length': '1000000000' }],
  ['streamed without end', { 'transfer-encoding': 'chunked' }],
] as const) {
  test(`an oversized answer that is ${how} is cut off`, async () => {
    let sentBytes = 0;
    const chain = await esploraThatAnswers((_, response) => {
      response.writeHead(200, head);
      const send = () => {
        while (!response.destroyed && sentBytes < 100_000_000) {
          sentBytes += 65_536;
          if (!response.write(Buffer.alloc(65_536, 'a'))) return void response.once('drain', send);
        }
      };
      send();
    });
    await assert.rejects(chain.blockHeader(genesisHash), { code: 'chain-garbled' });
    assert.ok(sentBytes < 100_000_000);
  });
}

test('a redirect is not followed', async () => {
  let wasFollowed = false;
  const chain = await esploraThatAnswers((request, response) => {
    if (request.url === '/elsewhere') wasFollowed = true;
    response.writeHead(302, { location: '/elsewhere' }).end();
  });
  await assert.rejects(chain.blockHeader(genesisHash), { code: 'chain-garbled' });
  assert.equal(wasFollowed, false);
});

test('a source that never answers, or drips, is given up on', async () => {
  const silent = await esploraThatAnswers(() => {}, 50);
  await assert.rejects(silent.blockHeader(genesisHash), { code: 'chain-unreachable' });
  server?.closeAllConnections();
  server?.close();
  const dripping = await esploraThatAnswers((_, response) => {
    const timer = setInterval(() => response.write('0'), 5);
    response.on('close', () => clearInterval(timer));
  }, 50);
  await assert.rejects(dripping.blockHeader(genesisHash), { code: 'chain-unreachable' });
});

test('a question is repeated once when the connection breaks, not more', async () => {
  let asked = 0;
  const flaky = await esploraThatAnswers((request, response) => {
    asked++;
    if (asked === 1) request.socket.destroy();
    else response.end(encodeHex(GENESIS_HEADER));
  });
  assert.deepEqual(await flaky.blockHeader(genesisHash), GENESIS_HEADER);
  server?.closeAllConnections();
  server?.close();
  asked = 0;
  const broken = await esploraThatAnswers((request) => {
    asked++;
    request.socket.destroy();
  });
  await assert.rejects(broken.blockHeader(genesisHash), { code: 'chain-unreachable' });
  assert.equal(asked, 2);
});

test('an overloaded source is unreachable, a refusal it does not explain is not a refusal', async () => {
  for (const [status, code] of [
    [429, 'chain-unreachable'],
    [500, 'chain-unreachable'],
    [503, 'chain-unreachable'],
    [403, 'chain-unauthorised'],
    [418, 'chain-garbled'],
  ] as const) {
    const chain = await esploraThatAnswers((_, response) => response.writeHead(status).end('sorry'));
    await assert.rejects(chain.blockHeader(genesisHash), { code });
    await assert.rejects(chain.broadcast(GENESIS_COINBASE), { code });
    server?.closeAllConnections();
    server?.close();
  }
});

test('fee estimates are taken for the asked target or a faster one', async () => {
  const chain = await esploraThatAnswers('{"2":10.5,"6":4,"144":1.2}');
  assert.equal(await chain.feeRate(2), 10.5);
  assert.equal(await chain.feeRate(5), 10.5);
  assert.equal(await chain.feeRate(1008), 1.2);
  assert.equal(await chain.feeRate(1), null);
});

test('a node that is still catching up is behind, one that is starting is not reachable yet', async () => {
  const behind = await coreThatAnswers(200, (id) => ({
    id,
    result: { blocks: 1, bestblockhash: genesisHashText, initialblockdownload: true },
    error: null,
  }));
  await assert.rejects(behind.tip(), { code: 'chain-behind' });
  server?.close();
  const starting = await coreThatAnswers(500, (id) => ({ id, error: { code: -28, message: 'Loading block index…' } }));
  await assert.rejects(starting.tip(), { code: 'chain-unreachable' });
});

test('a node without an estimate has none', async () => {
  const chain = await coreThatAnswers(200, (id) => ({ id, result: { errors: ['Insufficient data'], blocks: 0 } }));
  assert.equal(await chain.feeRate(6), null);
});

test('errors of protocol 1.0 come under status 500 and still count', async () => {
  const chain = await coreThatAnswers(500, (id) => ({
    id,
    result: null,
    error: { code: -8, message: 'out of range' },
  }));
  assert.equal(await chain.blockHash(9), null);
  await assert.rejects(chain.feeRate(6), { code: 'chain-garbled' });
});

test('a node that answers another question, or no JSON, is recognised', async () => {
  for (const answer of [
    () => ({ id: 'other', result: genesisHashText }),
    () => 'Work queue depth exceeded',
    () => '[]',
    (id: unknown) => ({ id, error: 'no' }),
    (id: unknown) => ({ id, result: 5 }),
  ]) {
    const chain = await coreThatAnswers(200, answer);
    await assert.rejects(chain.tip(), { code: 'chain-garbled' });
    await assert.rejects(chain.blockHeader(genesisHash), { code: 'chain-garbled' });
    server?.closeAllConnections();
    server?.close();
  }
});
