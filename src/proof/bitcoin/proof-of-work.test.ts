import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GENESIS_HEADER, HEADER_100000 } from '../../../test/support/bitcoin-blocks.ts';
import { parseBlockHeader } from './block-header.ts';
import { checkProofOfWork } from './proof-of-work.ts';

const genesis = parseBlockHeader(GENESIS_HEADER);

test('real mainnet headers pass at their heights', () => {
  checkProofOfWork(genesis, 0, 'mainnet');
  checkProofOfWork(parseBlockHeader(HEADER_100000), 100_000, 'mainnet');
});

test('a header changed by one bit has no proof of work', () => {
  for (const offset of [0, 36, 68, 79]) {
    const changed = Uint8Array.from(GENESIS_HEADER);
    changed[offset]! ^= 1;
    assert.throws(() => checkProofOfWork(parseBlockHeader(changed), 0, 'mainnet'), { code: 'insufficient-work' });
  }
});

test('an old, easy header cannot stand in for a later mainnet block', () => {
  checkProofOfWork(genesis, 99_999, 'mainnet');
  for (const height of [100_000, 200_000, 500_000, 840_000, 2_000_000]) {
    assert.throws(() => checkProofOfWork(genesis, height, 'mainnet'), { code: 'bad-target' });
  }
  assert.throws(() => checkProofOfWork(parseBlockHeader(HEADER_100000), 300_000, 'mainnet'), { code: 'bad-target' });
});

test('every mainnet floor lets the difficulty of its time pass', () => {
  // Bits of the real blocks at these heights. The invented hash of 0 meets any target.
  const bitsByHeight: readonly (readonly [number, number])[] = [
    [100_000, 0x1b04864c],
    [200_000, 0x1a05db8b],
    [300_000, 0x1900896c],
    [400_000, 0x1806b99f],
    [500_000, 0x18009645],
    [600_000, 0x1715a35c],
    [700_000, 0x170f48e4],
    [800_000, 0x17053894],
    [840_000, 0x17034219],
  ];
  for (const [height, bits] of bitsByHeight) {
    checkProofOfWork({ ...genesis, hash: new Uint8Array(32), bits }, height, 'mainnet');
  }
});

test('a target easier than the network is refused, the easiest allowed one is not', () => {
  const perfect = { ...genesis, hash: new Uint8Array(32) };
  const cases = [
    ['mainnet', 0x1d00ffff, 0x1d010000],
    ['testnet4', 0x1d00ffff, 0x1d010000],
    ['signet', 0x1e0377ae, 0x1e0377af],
    ['regtest', 0x207fffff, 0x21008000],
  ] as const;
  for (const [network, easiest, tooEasy] of cases) {
    checkProofOfWork({ ...perfect, bits: easiest }, 0, network);
    assert.throws(() => checkProofOfWork({ ...perfect, bits: tooEasy }, 0, network), { code: 'bad-target' });
  }
});

test('a target that is zero, negative or overflows is refused', () => {
  for (const bits of [0, 0x01003456, 0x04923456, 0x20ffffff, 0xff123456]) {
    const header = { ...genesis, hash: new Uint8Array(32), bits };
    assert.throws(() => checkProofOfWork(header, 0, 'regtest'), { code: 'bad-target' });
  }
});

test('a hash equal to its target is work enough, one more is not', () => {
  const target = new Uint8Array(32);
  target.set([0xff, 0xff], 26);
  checkProofOfWork({ ...genesis, hash: target }, 0, 'mainnet');
  const above = Uint8Array.from(target);
  above[0] = 1;
  assert.throws(() => checkProofOfWork({ ...genesis, hash: above }, 0, 'mainnet'), { code: 'insufficient-work' });
});
