import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import { createOrphographServer } from '../../test/support/orphograph-server.ts';
import type { App } from './shared/app.ts';
import type { Surface } from './shared/surface.ts';

const REQUEST_ID = /^req_[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
const HASH = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';

async function listen(app: App): Promise<number> {
  await app.listen({ host: '127.0.0.1', port: 0 });
  return (app.server.address() as AddressInfo).port;
}

/** Sends raw bytes and returns everything that comes back until the connection is closed. */
async function exchange(port: number, ...parts: readonly (string | Buffer)[]): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.setEncoding('utf8').on('data', (text) => {
    answer += text;
  });
  for (const part of parts) socket.write(part);
  await once(socket, 'close');
  return answer;
}

function failingSurface(error: unknown): Surface {
  return {
    pathPrefixes: ['/failing'],
    register: (app) => {
      app.get('/failing', async () => {
        throw error;
      });
      app.post('/failing', async () => 'read');
    },
    presentError: (cause) => ({ status: 500, headers: { 'x-cause': (cause as Error).name }, body: 'failed' }),
  };
}

test('every answer has a request id of ours, and no two the same', async () => {
  const { app } = createOrphographServer({ surfaces: [failingSurface(new Error('no'))] });
  const answers = await Promise.all([
    app.inject('/livez'),
    app.inject('/readyz'),
    app.inject('/metrics'),
    app.inject('/api/v1/openapi.json'),
    app.inject('/api/config'),
    app.inject('/api/receipt/AAAAAAAAAAAAAAAA'),
    app.inject('/nowhere'),
    app.inject('/%E0%A4%A'),
    app.inject('/failing'),
    app.inject({ method: 'HEAD', url: '/api/health' }),
    app.inject({ method: 'OPTIONS', url: '/api/anchor' }),
    app.inject({ method: 'DELETE', url: '/api/anchor' }),
    app.inject({ method: 'POST', url: '/api/anchor', payload: 'x', headers: { 'content-type': 'text/plain' } }),
    app.inject({ method: 'POST', url: '/api/anchor', payload: '{', headers: { 'content-type': 'application/json' } }),
    app.inject({ url: '/livez', headers: { 'x-request-id': 'req_00000000000000000000000000' } }),
  ]);
  const ids = answers.map(({ headers }) => String(headers['x-request-id']));
  for (const id of ids) assert.match(id, REQUEST_ID);
  assert.equal(new Set(ids).size, ids.length);
});

test('an address that is not valid is 400 in the envelope of its owner', async () => {
  const { app } = createOrphographServer();
  const own = await app.inject('/%E0%A4%A');
  assert.equal(own.statusCode, 400);
  assert.equal(own.json().error.code, 'invalid_url');
  const contract = await app.inject('/api/receipt/%E0%A4%A');
  assert.equal(contract.statusCode, 400);
  assert.equal(contract.json().error, 'invalid_url');
});

test('bytes that are not HTTP, and heads that are too long, are refused with a request id', async () => {
  const { app } = createOrphographServer();
  const port = await listen(app);
  try {
    const garbage = await exchange(port, 'hello there\r\n\r\n');
    assert.match(garbage, /^HTTP\/1\.1 400 Bad Request\r\nConnection: close\r\nX-Request-Id: req_[0-9A-Z]{26}\r\n/);
    const codeOf = (answer: string) => {
      const [head, body] = answer.split('\r\n\r\n');
      const { error } = JSON.parse(body!);
      assert.equal(/\r\nX-Request-Id: (\S+)\r\n/.exec(head!)![1], error.request_id);
      return error.code;
    };
    assert.equal(codeOf(garbage), 'unknown_method');
    const unknown = await exchange(port, 'FETCH /livez HTTP/1.1\r\nHost: x\r\n\r\n');
    assert.match(unknown, /^HTTP\/1\.1 400 /);
    assert.equal(codeOf(unknown), 'unknown_method');
    assert.equal(codeOf(await exchange(port, 'GET /livez HTTP/9\r\n\r\n')), 'malformed_request');
    const long = await exchange(port, `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(20_000)}\r\n\r\n`);
    assert.match(long, /^HTTP\/1\.1 431 /);
    assert.equal(codeOf(long), 'headers_too_large');
  } finally {
    await app.close();
  }
});

test('an unknown address, and a wrong method, are refused before the body is read', async () => {
  const { app } = createOrphographServer();
  const port = await listen(app);
  try {
    for (const [head, status] of [
      ['POST /api/nothing', 404],
      ['PUT /api/anchor', 405],
      ['PROPFIND /api/anchor', 405],
    ] as const) {
      const socket = connect(port, '127.0.0.1');
      socket.write(`${head} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{`);
      const [answer] = (await once(socket, 'data')) as [Buffer];
      assert.match(answer.toString(), new RegExp(`^HTTP/1\\.1 ${status} `));
      socket.destroy();
    }
  } finally {
    await app.close();
  }
});

test('a body over the limit is refused, whether its length is announced or not', async () => {
  const { app, anchors } = createOrphographServer();
  const port = await listen(app);
  try {
    const head = 'POST /api/anchor HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
    const announced = await exchange(port, `${head}Content-Length: 4097\r\n\r\n`);
    assert.match(announced, /^HTTP\/1\.1 413 /);
    const chunk = `1000\r\n${' '.repeat(0x1000)}\r\n`;
    const chunked = await exchange(port, `${head}Transfer-Encoding: chunked\r\n\r\n${chunk}`, chunk);
    assert.match(chunked, /^HTTP\/1\.1 413 /);
    assert.equal(anchors.calls.submit, 0);
  } finally {
    await app.close();
  }
});

test('a body that is not UTF-8 is refused instead of repaired', async () => {
  const { app, anchors } = createOrphographServer();
  const payload = Buffer.concat([
    Buffer.from(`{"hash_hex":"${HASH}","client_label":"`),
    Buffer.from([0xff]),
    Buffer.from('"}'),
  ]);
  const headers = { 'content-type': 'application/json' };
  const answer = await app.inject({ method: 'POST', url: '/api/anchor', headers, payload });
  assert.equal(answer.statusCode, 400);
  assert.equal(answer.json().error, 'invalid_json');
  assert.equal(anchors.calls.submit, 0);
});

test('an error that is nobody’s case tells the client nothing and the log everything but values', async () => {
  const error = Object.assign(new TypeError('broken'), {
    detail: 'Key (label)=(secret) exists',
    parameters: ['secret'],
  });
  const { app, log } = createOrphographServer({ surfaces: [failingSurface(error)] });
  const answer = await app.inject('/failing');
  assert.equal(answer.statusCode, 500);
  assert.equal(answer.body, 'failed');
  const line = log.find(({ msg }) => msg === 'request failed')!;
  assert.equal((line.err as Record<string, unknown>).message, 'broken');
  assert.equal(line.request_id, answer.headers['x-request-id']);
  assert.doesNotMatch(JSON.stringify(log), /secret/);
});

test('an error in a contract’s operation is a bare 500 in its envelope', async () => {
  const { app, anchors } = createOrphographServer();
  anchors.find = async () => {
    throw new Error('connection to 10.0.0.5 refused');
  };
  const answer = await app.inject('/api/receipt/AAAAAAAAAAAAAAAA');
  assert.equal(answer.statusCode, 500);
  assert.deepEqual(Object.keys(answer.json()), ['error', 'message']);
  assert.equal(answer.json().error, 'server_error');
  assert.doesNotMatch(answer.body, /10\.0\.0\.5/);
});

test('the log has one line a request and nothing that is private in it', async () => {
  const { app, log } = createOrphographServer();
  const answer = await app.inject({
    method: 'POST',
    url: '/api/anchor?token=query-secret',
    payload: { hash_hex: HASH, client_label: 'label-secret' },
    headers: { 'x-pack-token': 'pack-secret', cookie: 'session=cookie-secret' },
  });
  const id = answer.json().receipt_id as string;
  await app.inject({ url: `/api/receipt/${id}`, headers: { 'x-orpho-api-key': 'key-secret' } });
  await app.inject('/nowhere/path-secret');
  assert.deepEqual(
    log.map(({ method, route, status }) => [method, route, status]),
    [
      ['POST', '/api/anchor', 200],
      ['GET', '/api/receipt/:receipt_id', 200],
      ['GET', 'none', 404],
    ],
  );
  for (const line of log) {
    assert.match(String(line.request_id), REQUEST_ID);
    assert.equal(typeof line.ms, 'number');
  }
  const text = JSON.stringify(log);
  assert.doesNotMatch(text, /secret/);
  assert.doesNotMatch(text, new RegExp(HASH.slice(0, 16)));
  assert.doesNotMatch(text, new RegExp(id));
});

test('metrics count requests by route pattern and status, never by address', async () => {
  const { app } = createOrphographServer();
  await app.inject('/api/receipt/AAAAAAAAAAAAAAAA');
  await app.inject('/api/receipt/BBBBBBBBBBBBBBBB');
  await app.inject('/made/up');
  const { body } = await app.inject('/metrics');
  assert.match(
    body,
    /touchmark_http_request_duration_seconds_count\{method="GET",route="\/api\/receipt\/:receipt_id",status="404"\} 2/,
  );
  assert.match(body, /_count\{method="GET",route="none",status="404"\} 1/);
  assert.doesNotMatch(body, /AAAA|made/);
});

test('the server is ready while every check passes, and names those that fail', async () => {
  let works = true;
  const check = async () => {
    if (!works) throw new Error('down');
  };
  const { app } = createOrphographServer({ readiness: { database: check, bitcoin: async () => {} } });
  const ready = await app.inject('/readyz');
  assert.equal(ready.statusCode, 200);
  works = false;
  const notReady = await app.inject('/readyz');
  assert.equal(notReady.statusCode, 503);
  assert.deepEqual(notReady.json().failed, ['database']);
  assert.equal((await app.inject('/livez')).statusCode, 200);
});

test('what a request was let wait for when the server closes is answered, and the connection closed', async () => {
  const { app, anchors } = createOrphographServer();
  const port = await listen(app);
  let release = (): void => {};
  anchors.hold = new Promise((resolve) => {
    release = resolve;
  });
  const payload = JSON.stringify({ hash_hex: HASH });
  const answered = exchange(
    port,
    `POST /api/anchor HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${payload.length}\r\n\r\n${payload}`,
  );
  while (anchors.calls.submit === 0) await new Promise((resolve) => setImmediate(resolve));
  const closed = app.close();
  setTimeout(release, 20);
  assert.match(await answered, /^HTTP\/1\.1 200 OK\r\n(?:.*\r\n)*connection: close\r\n/i);
  await closed;
});

/** What stands on `/served`. */
function servingSurface(serve: (app: App) => void): Surface {
  return {
    pathPrefixes: ['/served'],
    register: serve,
    presentError: () => ({ status: 500, headers: {}, body: 'failed' }),
  };
}

test('an answer that had begun when the server closes is ended, and does not keep it from closing', async () => {
  const body = new PassThrough();
  const surface = servingSurface((scope) => scope.get('/served', (_request, reply) => reply.send(body)));
  const { app } = createOrphographServer({ surfaces: [surface] });
  const port = await listen(app);
  body.write('begun');
  // Kept alive by the answer, as it had begun before.
  const answer = await fetch(`http://127.0.0.1:${port}/served`);
  const closed = app.close();
  await turn();
  body.end(', ended');
  assert.equal(await answer.text(), 'begun, ended');
  await closed;
});

test('an idle keep-alive connection does not keep the server from closing', async () => {
  const { app } = createOrphographServer();
  const port = await listen(app);
  const socket = connect(port, '127.0.0.1');
  socket.write('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n');
  const [answer] = (await once(socket, 'data')) as [Buffer];
  assert.match(answer.toString(), /keep-alive/i);
  const ended = once(socket.resume(), 'close');
  await app.close();
  await ended;
});

test('a connection on which nothing was ever sent does not keep the server from closing', async () => {
  const { app } = createOrphographServer();
  const socket = connect(await listen(app), '127.0.0.1');
  await Promise.all([once(socket, 'connect'), once(app.server, 'connection')]);
  const ended = once(socket.resume(), 'close');
  await app.close();
  await ended;
});

test('whoever does not send the rest of a request keeps the server from closing for a while only', async () => {
  const { app, clock } = createOrphographServer();
  const grace = Promise.withResolvers<void>();
  let asked = 0;
  clock.sleep = (ms) => {
    asked = ms;
    return grace.promise;
  };
  const answered = exchange(
    await listen(app),
    'POST /api/anchor HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
  );
  await once(app.server, 'request');
  let isClosed = false;
  const closed = app.close().then(() => {
    isClosed = true;
  });
  await delay(50);
  assert.ok(!isClosed && asked === 15_000);
  grace.resolve();
  await closed;
  assert.equal(await answered, '');
});

test('a forged X-Forwarded-For changes nothing; a trusted proxy’s does', async () => {
  const freeTier = { count: 1, periodMs: 1000 };
  const send = (app: App, from: string) =>
    app
      .inject({
        method: 'POST',
        url: '/api/anchor',
        payload: { hash_hex: HASH },
        headers: { 'x-forwarded-for': from },
      })
      .then(({ statusCode }) => statusCode);
  const direct = createOrphographServer({ freeTier }).app;
  assert.deepEqual([await send(direct, '192.0.2.1'), await send(direct, '198.51.100.1')], [200, 429]);
  const proxied = createOrphographServer({ freeTier, trustedProxies: ['127.0.0.1'] }).app;
  assert.deepEqual([await send(proxied, '192.0.2.1'), await send(proxied, '198.51.100.1')], [200, 200]);
  // The proxy appends what it saw; what stood there before is the client's own invention.
  assert.equal(await send(proxied, '203.0.113.9, 192.0.2.77'), 429);
});

test('OpenAPI 3.1 describes every operation that has a schema, and no other route', async () => {
  const { app } = createOrphographServer();
  const document = (await app.inject('/api/v1/openapi.json')).json();
  assert.equal(document.openapi, '3.1.0');
  assert.deepEqual(Object.keys(document.paths).sort(), [
    '/api/anchor',
    '/api/anchor/batch',
    '/api/badge/{receipt_id}.svg',
    '/api/badges',
    '/api/btc-order',
    '/api/btc-order/{order_id}',
    '/api/btc-order/{order_id}/qr.svg',
    '/api/config',
    '/api/health',
    '/api/me/anchors',
    '/api/me/anchors.zip',
    '/api/me/receipt/{receipt_id}/privacy',
    '/api/receipt/{receipt_id}',
    '/api/receipt/{receipt_id}.zip',
    '/api/receipt/{receipt_id}/summary',
    '/api/stats',
    '/api/v1/openapi.json',
    '/api/verify/{receipt_id}',
  ]);
});

test('requests over one connection are answered one after the other', async () => {
  const { app } = createOrphographServer();
  const port = await listen(app);
  try {
    const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n`;
    const answer = await exchange(
      port,
      `${get('/livez')}\r\n${get('/nowhere')}\r\n${get('/livez')}Connection: close\r\n\r\n`,
    );
    assert.deepEqual(answer.match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 200', 'HTTP/1.1 404', 'HTTP/1.1 200']);
  } finally {
    await app.close();
  }
});

test('a target in absolute or asterisk form is answered like the path it names, and never ends the server', async () => {
  const { app } = createOrphographServer();
  const port = await listen(app);
  const statusOf = async (line: string) => {
    const answer = await exchange(port, `${line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    return Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)![1]);
  };
  const expected = {
    'GET http://evil.example/livez': 200,
    'GET http://evil.example/%zz': 400,
    'GET http://evil.example/nope': 404,
    'GET http://evil.example': 404,
    'POST http://evil.example/livez': 405,
    'GET *': 404,
    'OPTIONS *': 404,
  };
  for (const [line, status] of Object.entries(expected)) assert.equal(await statusOf(line), status, line);
  assert.equal(await statusOf('GET /livez'), 200);
  await app.close();
});
