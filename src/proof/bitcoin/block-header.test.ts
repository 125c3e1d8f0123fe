import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GENESIS_HEADER, HEADER_100000 } from '../../../test/support/bitcoin-blocks.ts';
import { reverseBytes } from '../../base/bytes.ts';
import { decodeHex, encodeHex } from '../../base/hex.ts';
import { parseBlockHeader } from './block-header.ts';
import { BITCOIN_NETWORKS } from './network.ts';

test('the first block of mainnet reads as history has it', () => {
  const header = parseBlockHeader(GENESIS_HEADER);
  assert.deepEqual(header.hash, BITCOIN_NETWORKS.mainnet.genesisHash);
  assert.equal(
    encodeHex(reverseBytes(header.merkleRoot)),
    '4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b',
  );
  assert.deepEqual(header.previousHash, new Uint8Array(32));
  assert.equal(header.version, 1);
  assert.equal(header.time, Date.UTC(2009, 0, 3, 18, 15, 5) / 1000);
  assert.equal(header.bits, 0x1d00ffff);
  assert.equal(header.nonce, 2083236893);
});

test('block 100000 has the hash everyone knows', () => {
  assert.equal(
    encodeHex(reverseBytes(parseBlockHeader(HEADER_100000).hash)),
    '000000000003ba27aa200b1cecaad478d2b00432346c3f1f3986da1afd33e506',
  );
});

test('a header that is not 80 bytes is refused', () => {
  for (const length of [0, 79, 81]) {
    assert.throws(() => parseBlockHeader(new Uint8Array(length)), { code: 'bad-length' });
  }
});

test('a header in the middle of a larger buffer reads the same', () => {
  const padded = decodeHex(`ffff${encodeHex(GENESIS_HEADER)}ffff`)!.subarray(2, 82);
  assert.deepEqual(parseBlockHeader(padded), parseBlockHeader(GENESIS_HEADER));
});
