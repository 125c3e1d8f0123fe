import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type AddressPolicy, checkWebhookUrl, guardedLookup, isPublicAddress } from './address-guard.ts';

const PUBLIC: AddressPolicy = { ports: [8443], allowsLoopback: false };
const SANDBOX: AddressPolicy = { ports: [], allowsLoopback: true };

const FIT = [
  'https://example.org/hook',
  'https://example.org:8443/hook?token=a%20b',
  'https://EXAMPLE.org./hook',
  'https://93.184.216.34/hook',
  'https://[2606:2800:220:1:248:1893:25c8:1946]/hook',
  'https://xn--bcher-kva.example/hook',
];

const UNFIT = [
  // No address, or none of this kind.
  ...['', 'example.org', '/hook', 'ftp://example.org', 'file:///etc/passwd', 'javascript:alert(1)', 'https://'],
  ...['http://example.org/hook', 'https://example.org:22/', 'https://example.org:80/', 'https://example.org:0/'],
  ...['https://user@example.org/', 'https://user:pass@example.org/', 'https://:pass@example.org/'],
  ...['https://example.org/#fragment', ' https://example.org/', 'https://exa\nmple.org/', 'https:\\\\example.org\\'],
  ...[`https://example.org/${'x'.repeat(2048)}`],
  // This machine and its networks, in every notation.
  ...['https://127.0.0.1/', 'https://127.1/', 'https://2130706433/', 'https://0x7f000001/', 'https://0177.0.0.1/'],
  ...['https://0x7f.1/', 'https://127.0.0.1./', 'https://%31%32%37.0.0.1/', 'https://１２７.0.0.1/', 'https://0/'],
  ...['https://[::1]/', 'https://[::]/', 'https://[0:0:0:0:0:0:0:1]/', 'https://[::ffff:127.0.0.1]/'],
  ...['https://[::ffff:7f00:1]/', 'https://[::127.0.0.1]/', 'https://localhost/', 'https://LOCALHOST./'],
  ...['https://a.localhost/', 'https://intranet/', 'http://127.0.0.1:8080/', 'http://[::1]:8080/'],
  ...['https://10.0.0.1/', 'https://172.16.0.1/', 'https://172.31.255.255/', 'https://192.168.1.1/'],
  ...[
    'https://169.254.169.254/latest/meta-data',
    'https://[fe80::1]/',
    'https://[fd00:ec2::254]/',
    'https://[fc00::1]/',
  ],
  ...['https://100.64.0.1/', 'https://100.127.255.254/', 'https://0.0.0.0/', 'https://255.255.255.255/'],
  ...['https://224.0.0.1/', 'https://240.0.0.1/', 'https://192.0.2.1/', 'https://198.18.0.1/', 'https://192.0.0.8/'],
  ...['https://198.51.100.1/', 'https://203.0.113.1/', 'https://192.88.99.1/'],
  // IPv4 inside of IPv6: NAT64, 6to4, Teredo.
  ...['https://[64:ff9b::7f00:1]/', 'https://[64:ff9b:1::a00:1]/', 'https://[2002:7f00:1::1]/', 'https://[2002::1]/'],
  ...['https://[2001::1]/', 'https://[2001:db8::1]/', 'https://[ff02::1]/', 'https://[fec0::1]/', 'https://[100::1]/'],
];

test('addresses that anybody can reach are taken', () => {
  for (const url of FIT) assert.equal(checkWebhookUrl(url, PUBLIC), null, url);
});

test('everything else is refused, with a reason', () => {
  for (const url of UNFIT) assert.match(String(checkWebhookUrl(url, PUBLIC)), /[a-z]/, url);
});

test('a sandbox takes loopback over http, and nothing else that is private', () => {
  for (const url of ['http://127.0.0.1:9000/', 'http://localhost:9000/x', 'http://[::1]:9/', 'http://127.9.9.9/']) {
    assert.equal(checkWebhookUrl(url, SANDBOX), null, url);
  }
  for (const url of ['http://10.0.0.1/', 'http://169.254.169.254/', 'http://0.0.0.0/', 'http://example.org/']) {
    assert.notEqual(checkWebhookUrl(url, SANDBOX), null, url);
  }
});

test('an address is judged alike however it is written', () => {
  fc.assert(
    fc.property(fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255)), ([a, b, c, d]) => {
      const dotted = `${a}.${b}.${c}.${d}`;
      const number = ((a * 256 + b) * 256 + c) * 256 + d;
      const octal = [a, b, c, d].map((byte) => `0${byte.toString(8)}`).join('.');
      const isFit = checkWebhookUrl(`https://${dotted}/`, PUBLIC) === null;
      assert.equal(isFit, isPublicAddress(dotted));
      for (const host of [String(number), `0x${number.toString(16)}`, octal, `${a}.${(b * 256 + c) * 256 + d}`]) {
        assert.equal(checkWebhookUrl(`https://${host}/`, PUBLIC) === null, isFit, `${host} is ${dotted}`);
      }
      // Whatever wraps an IPv4 address is refused, also when that address is public.
      const hex = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
      for (const wrapped of [`::ffff:${dotted}`, `64:ff9b::${hex}`, `2002:${hex}::1`]) {
        assert.equal(isPublicAddress(wrapped), false, wrapped);
      }
    }),
  );
});

test('a name that leads to a private address is refused where it is connected to, also for one answer among several', async () => {
  const lookup = (addresses: string[], all: boolean) =>
    new Promise<{ error: NodeJS.ErrnoException | null; found: unknown }>((resolve) => {
      const resolved = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
      guardedLookup(PUBLIC, (_name, callback) => callback(null, resolved))('name.example', { all }, (error, found) =>
        resolve({ error, found }),
      );
    });
  for (const all of [true, false]) {
    assert.equal((await lookup(['93.184.216.34'], all)).error, null);
    for (const addresses of [['10.0.0.1'], ['93.184.216.34', '127.0.0.1'], ['::ffff:10.0.0.1'], ['fe80::1%eth0'], []]) {
      assert.equal((await lookup(addresses, all)).error?.code, 'address-refused', addresses.join());
    }
  }
});
