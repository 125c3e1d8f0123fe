import assert from 'node:assert/strict';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer, type Socket } from 'node:net';
import { describe, test } from 'node:test';
import { createSecureContext } from 'node:tls';
import type { Resolve } from '../../src/net/address-guard.ts';
import type { WebhookTransportOptions } from '../../src/net/webhook-transport.ts';
import { createWebhookTransport } from '../../src/net/webhook-transport.ts';
import { listen } from '../support/listen.ts';
import { makeTlsIdentity } from '../support/tls-certificates.ts';
import { startTunnel } from '../support/tunnel.ts';

const LOOPBACK = { ports: [], allowsLoopback: true };

/** A receiver that speaks no HTTP but what `answer` writes. */
const rawServer = (answer: (socket: Socket) => void) =>
  createServer((socket) => socket.once('data', () => answer(socket)));

async function send(url: string, options: Partial<WebhookTransportOptions> & { timeoutMs?: number } = {}) {
  const { timeoutMs = 5_000, ...others } = options;
  await using transport = createWebhookTransport({ addresses: LOOPBACK, proxyUrl: null, ...others });
  return await transport.send({
    url,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from('{}'),
    timeoutMs,
  });
}

describe('what receivers do to the sender', () => {
  test('an answer of 10 MB is cut off; its status counts', async () => {
    let written = 0;
    await using server = await listen(
      createHttpServer((_request, response) => {
        response.writeHead(200);
        const write = () => {
          if (written >= 10_000_000 || response.destroyed) return response.end();
          written += 65_536;
          response.write(Buffer.alloc(65_536, 'x'), write);
        };
        write();
      }),
    );
    const answer = await send(`http://127.0.0.1:${server.port}/`);
    assert.equal(answer.status, 200);
    assert.equal(answer.response, 'x'.repeat(1_024));
    assert.ok(written < 9_000_000, `${written} bytes were taken`);
  });

  test('headers that trickle end with a timeout, whatever comes', async () => {
    await using server = await listen(
      rawServer((socket) => {
        socket.write('HTTP/1.1 200 OK\r\n');
        const drip = setInterval(() => socket.writable && socket.write('x-more: 1\r\n'), 20);
        socket.on('close', () => clearInterval(drip));
      }),
    );
    const answer = await send(`http://127.0.0.1:${server.port}/`, { timeoutMs: 300 });
    assert.deepEqual([answer.status, answer.fault], [null, 'timeout']);
  });

  test('no answer at all is a timeout', async () => {
    await using server = await listen(createServer(() => {}));
    assert.equal((await send(`http://127.0.0.1:${server.port}/`, { timeoutMs: 200 })).fault, 'timeout');
  });

  test('a body that trickles is not waited for; its status counts', async () => {
    await using server = await listen(
      rawServer((socket) => {
        socket.write('HTTP/1.1 204 OK\r\nTransfer-Encoding: chunked\r\n\r\n'.replace('204 OK', '200 OK'));
        const drip = setInterval(() => socket.writable && socket.write('1\r\nx\r\n'), 20);
        socket.on('close', () => clearInterval(drip));
      }),
    );
    const answer = await send(`http://127.0.0.1:${server.port}/`, { timeoutMs: 10_000 });
    assert.deepEqual([answer.status, answer.fault], [200, null]);
  });

  test('redirects are not followed', async () => {
    let requests = 0;
    await using server = await listen(
      createHttpServer((request, response) => {
        requests++;
        response.writeHead(307, { location: `${request.url}x` }).end();
      }),
    );
    const answer = await send(`http://127.0.0.1:${server.port}/`);
    assert.deepEqual([answer.status, requests], [307, 1]);
  });

  test('what is no HTTP, endless headers and broken connections are failures, not crashes', async () => {
    const answers = [
      (socket: Socket) => socket.end('hello\r\n\r\n'),
      (socket: Socket) => socket.write(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`),
      (socket: Socket) => socket.destroy(),
      (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n'),
    ];
    for (const answer of answers) {
      await using server = await listen(rawServer(answer));
      const { status, fault } = await send(`http://127.0.0.1:${server.port}/`);
      assert.ok(fault !== null || status === 200, `${status} ${fault}`);
    }
    await using closed = await listen(createServer());
    await closed[Symbol.asyncDispose]();
    assert.equal((await send(`http://127.0.0.1:${closed.port}/`)).fault, 'unreachable');
  });

  test('what is kept of an answer has nothing that a database or a terminal would choke on', async () => {
    await using server = await listen(
      createHttpServer((_request, response) => response.end(Buffer.from('a\0b\u001b[31mc\nd\xff', 'latin1'))),
    );
    const { response } = await send(`http://127.0.0.1:${server.port}/`);
    assert.match(response, /^a\ufffdb\ufffd\[31mc\nd/);
    assert.ok(response.isWellFormed());
  });
});

describe('where nothing is sent', () => {
  test('a name that changes its answer after it was judged gains nothing', async () => {
    let connections = 0;
    await using server = await listen(
      createServer((socket) => {
        connections++;
        socket.end();
      }),
    );
    const answers = ['93.184.216.34', '127.0.0.1', '127.0.0.1', '127.0.0.1'];
    let asked = 0;
    // The first answer is what a check beforehand would see; sockets use the answer they get themselves.
    const resolve: WebhookTransportOptions['resolve'] = (_name, callback) =>
      callback(null, [{ address: answers[Math.min(asked++, 3)]!, family: 4 }]);
    resolve('rebinding.example', () => {});
    const url = `https://rebinding.example:${server.port}/`;
    const answer = await send(url, { addresses: { ports: [server.port], allowsLoopback: false }, resolve });
    assert.deepEqual([answer.fault, asked, connections], ['address-refused', 2, 0]);
  });

  test('an address that is literal is refused though no name is looked up', async () => {
    let connections = 0;
    await using server = await listen(
      createServer((socket) => {
        connections++;
        socket.end();
      }),
    );
    const addresses = { ports: [server.port], allowsLoopback: false };
    for (const host of ['127.0.0.1', '2130706433', '[::ffff:127.0.0.1]']) {
      assert.equal((await send(`https://${host}:${server.port}/`, { addresses })).fault, 'address-refused');
    }
    assert.equal(connections, 0);
  });

  test('a certificate that does not hold is not believed, and it is said what is wrong with it', async () => {
    const good = makeTlsIdentity('hook.example');
    const expired = makeTlsIdentity('expired.example', Date.now() - 60_000);
    const unknown = makeTlsIdentity('unknown.example');
    let requests = 0;
    await using server = await listen(
      createTlsServer(
        {
          ...good,
          SNICallback: (name, done) =>
            done(
              null,
              createSecureContext(name === 'expired.example' ? expired : name === 'unknown.example' ? unknown : good),
            ),
        },
        (_request, response) => {
          requests++;
          response.end();
        },
      ),
    );
    await using plain = await listen(rawServer((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n')));
    const options = {
      resolve: ((_name, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }])) satisfies Resolve,
      addresses: { ports: [server.port, plain.port], allowsLoopback: true },
      ca: good.cert + expired.cert,
    };
    const faultOf = async (host: string, port = server.port) => (await send(`https://${host}:${port}/`, options)).fault;
    assert.equal(await faultOf('other.example'), 'certificate-for-another-name');
    assert.equal(await faultOf('expired.example'), 'certificate-expired');
    assert.equal(await faultOf('unknown.example'), 'certificate-untrusted');
    assert.equal(await faultOf('hook.example', plain.port), 'tls');
    assert.equal(requests, 0);
    assert.equal(await faultOf('hook.example'), null);
  });
});

test('through a proxy it is the proxy that connects, and private addresses are refused all the same', async () => {
  const identity = makeTlsIdentity('hook.example');
  await using server = await listen(createTlsServer(identity, (_request, response) => response.end('by proxy')));
  await using proxy = await startTunnel(server.port);
  const { url: proxyUrl, asked } = proxy;
  const options = { addresses: { ports: [], allowsLoopback: false }, proxyUrl, ca: identity.cert };
  const answer = await send('https://hook.example/', options);
  assert.deepEqual([answer.status, answer.response, asked], [200, 'by proxy', ['hook.example:443']]);
  assert.equal((await send('https://10.0.0.1/', options)).fault, 'address-refused');
  assert.equal(asked.length, 1);
});
