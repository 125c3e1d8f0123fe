import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HDKey } from '@scure/bip32';
import { AccountKeyError, createReceivingWallet } from './receiving-wallet.ts';

/** Account 0 of the seed phrase in BIP 84's test vectors. */
const BIP84_ZPUB =
  'zpub6rFR7y4Q2AijBEqTUquhVz398htDFrtymD9xYYfG1m4wAcvPhXNfE3EfH1r1ADqtfSdVCToUG868RvUUkgDKf31mGDtKsAYz2oz2AGutZYs';
const BIP84_ADDRESSES = ['bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu', 'bc1qnjg0jd8228aq7egyzacy8cys3knf9xvrerkf9g'];

const SEED = new Uint8Array(32).fill(1);
const MAINNET = HDKey.fromMasterSeed(SEED).derive("m/84'/0'/0'");
const TESTNET = HDKey.fromMasterSeed(SEED, { public: 0x043587cf, private: 0x04358394 }).derive("m/84'/1'/0'");

const refusal = (code: string) => (error: unknown) => {
  assert.ok(error instanceof AccountKeyError);
  assert.equal(error.code, code);
  assert.doesNotMatch(`${error.message} ${String(error.cause)}`, /[1-9A-HJ-NP-Za-km-z]{20}/, 'the key is not repeated');
  return true;
};

test('addresses are those of the test vectors of BIP 84', () => {
  const wallet = createReceivingWallet(BIP84_ZPUB, 'mainnet');
  assert.deepEqual(
    BIP84_ADDRESSES,
    BIP84_ADDRESSES.map((_, index) => wallet.addressAt(index).address),
  );
});

test('a key gives the same addresses under each of its names', () => {
  const zpub = new HDKey({
    publicKey: MAINNET.publicKey!,
    chainCode: MAINNET.chainCode!,
    depth: 3,
    versions: { public: 0x04b24746, private: 0x04b2430c },
  });
  const [one, other] = [MAINNET, zpub].map((key) => createReceivingWallet(key.publicExtendedKey, 'mainnet'));
  assert.match(zpub.publicExtendedKey, /^zpub/);
  assert.deepEqual(one!.addressAt(7), other!.addressAt(7));
  assert.equal(one!.id, other!.id);
});

test('addresses carry the prefix of the network', () => {
  const prefixes = { mainnet: 'bc1q', testnet4: 'tb1q', signet: 'tb1q', regtest: 'bcrt1q' } as const;
  for (const [network, prefix] of Object.entries(prefixes) as [keyof typeof prefixes, string][]) {
    const key = network === 'mainnet' ? MAINNET : TESTNET;
    assert.ok(createReceivingWallet(key.publicExtendedKey, network).addressAt(0).address.startsWith(prefix));
  }
});

test('a private key is refused, loudly and without being repeated', () => {
  for (const key of [MAINNET, TESTNET]) {
    assert.throws(() => createReceivingWallet(key.privateExtendedKey, 'mainnet'), refusal('key-is-private'));
  }
  assert.throws(
    () => createReceivingWallet(`zprv${MAINNET.privateExtendedKey.slice(4)}`, 'mainnet'),
    refusal('key-is-private'),
  );
});

test('a key of another network, kind or depth, and one with a typo, is refused', () => {
  assert.throws(() => createReceivingWallet(MAINNET.publicExtendedKey, 'regtest'), refusal('key-of-other-network'));
  assert.throws(() => createReceivingWallet(TESTNET.publicExtendedKey, 'mainnet'), refusal('key-of-other-network'));
  assert.throws(
    () =>
      createReceivingWallet(
        'ypub6Ww3ibxVfGzLrAH1PNcjyAWenMTbbAosGNB6VvmSEgytSER9azLDWCxoJwW7Ke7icmizBMXrzBx9979FfaHxHcrArf3zbeJJJUZPf663zsP',
        'mainnet',
      ),
    refusal('key-of-other-addresses'),
  );
  assert.throws(
    () => createReceivingWallet(MAINNET.deriveChild(0).publicExtendedKey, 'mainnet'),
    refusal('key-too-deep'),
  );
  const { publicExtendedKey } = MAINNET;
  const typo =
    publicExtendedKey.slice(0, 30) + (publicExtendedKey[30] === 'a' ? 'b' : 'a') + publicExtendedKey.slice(31);
  assert.throws(() => createReceivingWallet(typo, 'mainnet'), refusal('key-malformed'));
  for (const text of ['', 'xpub', 'hello']) {
    assert.throws(() => createReceivingWallet(text, 'mainnet'), refusal('key-malformed'));
  }
});
