import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientAddress, clientNetwork } from './client-network.ts';

const NETWORKS: Record<string, string> = {
  '203.0.113.77': '203.0.113.0/24',
  '203.0.113.0': '203.0.113.0/24',
  '::ffff:203.0.113.77': '203.0.113.0/24',
  '::FFFF:203.0.113.77': '203.0.113.0/24',
  '::ffff:cb00:714d': '203.0.113.0/24',
  '0:0:0:0:0:ffff:cb00:714d': '203.0.113.0/24',
  '2001:db8:1:2:3:4:5:6': '2001:db8:1::/48',
  '2001:db8:1::': '2001:db8:1::/48',
  '2001:0DB8:0001:ffff::1': '2001:db8:1::/48',
  '2001:db8::1': '2001:db8:0::/48',
  '::1': '0:0:0::/48',
  '::': '0:0:0::/48',
  'fe80::1%eth0': 'fe80:0:0::/48',
  '64:ff9b::203.0.113.77': '64:ff9b:0::/48',
};

for (const [address, network] of Object.entries(NETWORKS)) {
  test(`${address} is counted as ${network}`, () => assert.equal(clientNetwork(address), network));
}

test('an address stands for itself, or for the /64 that one machine has', () => {
  const addresses: Record<string, string> = {
    '203.0.113.77': '203.0.113.77',
    '::ffff:203.0.113.77': '203.0.113.77',
    '::ffff:cb00:714d': '203.0.113.77',
    '2001:db8:1:2:3:4:5:6': '2001:db8:1:2::/64',
    '2001:0DB8:0001:0002::1': '2001:db8:1:2::/64',
    '::1': '0:0:0:0::/64',
  };
  for (const [address, counted] of Object.entries(addresses)) assert.equal(clientAddress(address), counted);
});

test('what is no address shares one bucket', () => {
  for (const text of ['', 'unknown', '203.0.113', '203.0.113.256', 'example.org', '2001:db8:::1']) {
    assert.equal(clientNetwork(text), 'unknown');
    assert.equal(clientAddress(text), 'unknown');
  }
});
