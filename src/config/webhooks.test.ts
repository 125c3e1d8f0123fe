import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DOCUMENTED_DELIVERY_POLICY } from '../core/webhook/policy.ts';
import { readWebhookConfig, readWebhookProxy } from './webhooks.ts';

test('without settings deliveries are as documented, go to port 443 alone, and never to this machine', () => {
  const { delivery, ports, allowsLoopback } = readWebhookConfig({});
  assert.deepEqual([delivery, ports, allowsLoopback], [DOCUMENTED_DELIVERY_POLICY, [], false]);
});

test('an operator sets the pauses, the timeout and other ports', () => {
  const { delivery, ports } = readWebhookConfig({
    TOUCHMARK_WEBHOOK_RETRY_SECONDS: '10,60',
    TOUCHMARK_WEBHOOK_TIMEOUT_SECONDS: '5',
    TOUCHMARK_WEBHOOK_PORTS: '8443, 9443',
  });
  assert.deepEqual([delivery.scheduleMs, delivery.timeoutMs], [[10_000, 60_000], 5_000]);
  assert.deepEqual(ports, [8443, 9443]);
});

test('what is wrong is refused by its name', () => {
  for (const [name, values] of Object.entries({
    TOUCHMARK_WEBHOOK_RETRY_SECONDS: ['0', '-1', '1.5', 'x', '604801', Array(21).fill('1').join()],
    TOUCHMARK_WEBHOOK_TIMEOUT_SECONDS: ['0', '31', 'x'],
    TOUCHMARK_WEBHOOK_PORTS: ['0', '65536', 'https'],
  })) {
    for (const value of values) {
      const read = () => readWebhookConfig({ [name]: value });
      assert.throws(read, (error: Error) => error.message.includes(name), `${name}=${value}`);
    }
  }
  for (const value of ['proxy:3128', 'ftp://proxy', 'https://proxy/path']) {
    assert.throws(() => readWebhookProxy({ TOUCHMARK_WEBHOOK_PROXY: value }), /TOUCHMARK_WEBHOOK_PROXY/, value);
  }
  assert.equal(
    readWebhookProxy({ TOUCHMARK_WEBHOOK_PROXY: 'http://user:pass@proxy:3128' }),
    'http://user:pass@proxy:3128',
  );
  assert.equal(readWebhookProxy({}), null);
});
