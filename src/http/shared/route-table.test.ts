import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RouteTable } from './route-table.ts';

function createTable(): RouteTable {
  const routes = new RouteTable();
  routes.add({ url: '/api/receipt/:id', method: ['GET', 'HEAD'], config: { cors: true } });
  routes.add({ url: '/api/receipt/:id.zip', method: 'GET' });
  routes.add({ url: '/api/receipt/:id', method: 'DELETE' });
  routes.add({ url: '/calendar/:name/*', method: 'POST' });
  return routes;
}

test('a known path lists all its methods, and which of them browsers may use', () => {
  assert.deepEqual(createTable().find('/api/receipt/abc'), {
    all: ['GET', 'HEAD', 'DELETE', 'OPTIONS'],
    cors: ['GET', 'HEAD'],
  });
});

test('query and percent-encoding do not hide a path', () => {
  assert.ok(createTable().find('/api/receipt/abc?x=/y'));
  assert.ok(createTable().find('/api/%72eceipt/abc'));
  assert.ok(createTable().find('/calendar/a/any/thing'));
});

test('a path is known only as a whole', () => {
  for (const path of ['/', '/api/receipt', '/api/receipt/', '/api/receipt/a/b', '/x/api/receipt/a', '/api/receiptXa']) {
    assert.equal(createTable().find(path), null, path);
  }
});

test('a path that cannot be decoded is not known', () => {
  assert.equal(createTable().find('/%E0%A4%A'), null);
});

test('a fixed path is not one with a parameter, whatever methods that has', () => {
  const routes = createTable();
  routes.add({ url: '/api/receipt/bulk', method: 'POST' });
  assert.deepEqual(routes.find('/api/receipt/bulk')!.all, ['POST', 'OPTIONS']);
  assert.equal(routes.isMisrouted('/api/receipt/bulk?x', '/api/receipt/:id'), true);
  assert.equal(routes.isMisrouted('/api/receipt/%62ulk', '/api/receipt/:id'), true);
  assert.equal(routes.isMisrouted('/api/receipt/bulk', '/api/receipt/bulk'), false);
  assert.equal(routes.isMisrouted('/api/receipt/bulky', '/api/receipt/:id'), false);
});
