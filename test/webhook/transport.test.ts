import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { WebhookTransportOptions } from '../../src/net/webhook-transport.ts';
import { createWebhookTransport } from '../../src/net/webhook-transport.ts';

const LOOPBACK = { ports: [], allowsLoopback: true };

async function listen(server: Server): Promise<{ port: number } & AsyncDisposable> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

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

  test('a certificate that nobody vouches for is not believed', async () => {
    const { key, cert } = await makeCertificate();
    let requests = 0;
    await using server = await listen(
      createTlsServer({ key, cert }, (_request, response) => {
        requests++;
        response.end();
      }),
    );
    const resolve: WebhookTransportOptions['resolve'] = (_name, callback) =>
      callback(null, [{ address: '127.0.0.1', family: 4 }]);
    const addresses = { ports: [server.port], allowsLoopback: true };
    const url = (host: string) => `https://${host}:${server.port}/`;
    assert.equal((await send(url('hook.example'), { addresses, resolve })).fault, 'tls');
    assert.equal((await send(url('other.example'), { addresses, resolve, ca: cert })).fault, 'tls');
    assert.equal(requests, 0);
    assert.equal((await send(url('hook.example'), { addresses, resolve, ca: cert })).status, 200);
  });
});

test('through a proxy it is the proxy that connects, and private addresses are refused all the same', async () => {
  const { key, cert } = await makeCertificate();
  await using server = await listen(createTlsServer({ key, cert }, (_request, response) => response.end('by proxy')));
  const asked: string[] = [];
  const proxy = createHttpServer();
  proxy.on('connect', (request, client: Socket) => {
    asked.push(request.url!);
    const upstream = connect(server.port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    upstream.on('error', () => client.destroy());
    client.on('error', () => upstream.destroy());
  });
  await using listening = await listen(proxy);
  const options = {
    addresses: { ports: [], allowsLoopback: false },
    proxyUrl: `http://127.0.0.1:${listening.port}`,
    ca: cert,
  };
  const answer = await send('https://hook.example/', options);
  assert.deepEqual([answer.status, answer.response, asked], [200, 'by proxy', ['hook.example:443']]);
  assert.equal((await send('https://10.0.0.1/', options)).fault, 'address-refused');
  assert.equal(asked.length, 1);
});

async function makeCertificate(): Promise<{ key: string; cert: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'touchmark-tls-'));
  try {
    const args = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=hook.example'.split(
      ' ',
    );
    args.push(
      '-addext',
      'subjectAltName=DNS:hook.example',
      '-keyout',
      join(folder, 'key'),
      '-out',
      join(folder, 'cert'),
    );
    const made = spawnSync('openssl', args, { encoding: 'utf8' });
    assert.equal(made.status, 0, `openssl is needed: ${made.stderr ?? made.error}`);
    return { key: await readFile(join(folder, 'key'), 'utf8'), cert: await readFile(join(folder, 'cert'), 'utf8') };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
