import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { arbitraryTimestamps } from '../../../test/support/arbitrary-timestamp.ts';
import { concatBytes } from '../../base/bytes.ts';
import { encodeHex } from '../../base/hex.ts';
import { ATTESTATION_TAGS, type Attestation } from './attestation.ts';
import { decodeDetached, decodeTimestamp, encodeDetached, encodeDetachedHeader, encodeTimestamp } from './codec.ts';
import { OtsError, type OtsErrorCode } from './error.ts';
import { applyOp, type Op } from './op.ts';
import { connectTimestamp, createTimestamp, graft, mergeTimestamps, type Timestamp } from './timestamp.ts';

const DIGEST = Uint8Array.from({ length: 32 }, (_, i) => i);
const HEIGHT_5: Attestation = { type: 'bitcoin', height: 5 };

describe('what is written is read back as it was', () => {
  test('any bare timestamp', () => {
    fc.assert(
      fc.property(arbitraryTimestamps(1), ([timestamp]) => {
        assert.deepEqual(decodeTimestamp(encodeTimestamp(timestamp!), timestamp!.message), timestamp);
      }),
    );
  });

  test('any detached timestamp', () => {
    fc.assert(
      fc.property(arbitraryTimestamps(1, { minLength: 32, maxLength: 32 }), ([timestamp]) => {
        const detached = { fileHashOp: { name: 'sha256' as const }, timestamp: timestamp! };
        assert.deepEqual(decodeDetached(encodeDetached(detached)), detached);
      }),
    );
  });

  test('from a slice of a larger buffer, without keeping hold of it', () => {
    const bytes = encodeTimestamp(straightLine(DIGEST, [{ name: 'append', argument: DIGEST }]));
    const buffer = Buffer.concat([Buffer.from('ffff', 'hex'), bytes, Buffer.from('00', 'hex')]);
    const timestamp = decodeTimestamp(buffer.subarray(2, -1), DIGEST);
    buffer.fill(0);
    assert.deepEqual(encodeTimestamp(timestamp), bytes);
  });
});

describe('hostile bytes are refused with an OtsError or read as a proof that can be written', () => {
  test('a mutation of a valid file', () => {
    fc.assert(
      fc.property(
        arbitraryTimestamps(1, { minLength: 32, maxLength: 32 }),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.nat(3),
        ([timestamp], changes, cut) => {
          const bytes = encodeDetached({ fileHashOp: { name: 'sha256' }, timestamp: timestamp! });
          const body = bytes.length - 65;
          for (const [position, value] of changes) bytes[65 + (position % body)] = value;
          assertReadableOrRefused(bytes.subarray(0, bytes.length - cut));
        },
      ),
      { numRuns: 500 },
    );
  });

  test('any bytes behind a header', () => {
    const header = encodeDetachedHeader({ name: 'sha256' }, DIGEST);
    const likelyBytes = fc.oneof(fc.constantFrom(0x00, 0xff, 0xf0, 0xf1, 0xf2, 0xf3, 0x08, 0x01), fc.nat(255));
    fc.assert(
      fc.property(fc.array(likelyBytes, { maxLength: 300 }), (body) => {
        assertReadableOrRefused(concatBytes(header, Uint8Array.from(body)));
      }),
      { numRuns: 500 },
    );
  });

  test('a valid file cut short anywhere', () => {
    const bytes = encodeDetached({
      fileHashOp: { name: 'sha256' },
      timestamp: createTimestamp(DIGEST, [HEIGHT_5, { type: 'pending', uri: 'https://a.example' }], []),
    });
    for (let length = 0; length < bytes.length; length++) {
      assertRefused(() => decodeDetached(bytes.subarray(0, length)), length < 31 ? 'bad-magic' : 'truncated');
    }
  });

  test('a hundred thousand operations in a row', () => {
    assertRefused(() => decodeTimestamp(new Uint8Array(100_000).fill(0xf2), DIGEST), 'too-deep');
  });

  test('one operation repeated fifty thousand times', () => {
    const item = concatBytes(Uint8Array.of(0x08), encodeTimestamp(straightLine(DIGEST, [])));
    const bytes = concatBytes(...Array.from({ length: 50_000 }, () => [Uint8Array.of(0xff), item]).flat(), item);
    assert.deepEqual(decodeTimestamp(bytes, DIGEST), straightLine(DIGEST, [{ name: 'sha256' }]));
  });
});

describe('nothing is written that could not be read', () => {
  test('a path of 255 operations is, one of 256 is not', () => {
    const ops = Array.from({ length: 256 }, (): Op => ({ name: 'sha256' }));
    const longest = straightLine(DIGEST, ops.slice(1));
    assert.deepEqual(decodeTimestamp(encodeTimestamp(longest), DIGEST), longest);
    assertRefused(() => encodeTimestamp(straightLine(DIGEST, ops)), 'too-deep');
  });

  test('a path that grew too long by grafting', () => {
    const ops = Array.from({ length: 128 }, (): Op => ({ name: 'sha256' }));
    const lower = straightLine(DIGEST, ops);
    const middle = follow(DIGEST, ops);
    assert.equal(encodeTimestamp(graft(lower, middle, straightLine(middle, ops.slice(1)))).length > 0, true);
    assertRefused(() => encodeTimestamp(graft(lower, middle, straightLine(middle, ops))), 'too-deep');
  });

  test('a node that says nothing', () => {
    assertRefused(() => encodeTimestamp(createTimestamp(DIGEST, [], [])), 'empty-node');
    const stamp = createTimestamp(applyOp({ name: 'sha256' }, DIGEST), [], []);
    assertRefused(
      () => encodeTimestamp(createTimestamp(DIGEST, [HEIGHT_5], [{ op: { name: 'sha256' }, stamp }])),
      'empty-node',
    );
  });

  test('messages over 16 MiB in all that came together by merging', () => {
    const [a, b] = ['a', 'b'].map((text) => {
      const argument = new TextEncoder().encode(text.repeat(4000));
      const [heads, tails] = [0, 2000].map((first) => {
        const branches = Array.from({ length: 2000 }, (_, i) => {
          const op: Op = { name: 'append', argument: Uint8Array.of((first + i) >> 8, (first + i) & 255) };
          return { op, stamp: createTimestamp(applyOp(op, argument), [HEIGHT_5], []) };
        });
        return createTimestamp(argument, [], branches);
      });
      return createTimestamp(
        DIGEST.subarray(0, 0),
        [],
        [{ op: { name: 'append', argument }, stamp: mergeTimestamps(heads!, tails!) }],
      );
    });
    assert.equal(encodeTimestamp(a!).length > 0, true);
    assertRefused(() => encodeTimestamp(mergeTimestamps(a!, b!)), 'too-large');
  });

  const tooLong = 'u'.repeat(1001);
  const refused: [string, Attestation, OtsErrorCode][] = [
    ['a URI of 1001 bytes', { type: 'pending', uri: tooLong }, 'bad-uri'],
    ['a URI with a question mark', { type: 'pending', uri: 'https://a.example/?q' }, 'bad-uri'],
    ['a URI with a line feed at its end', { type: 'pending', uri: 'https://a.example\n' }, 'bad-uri'],
    ['a URI that is not ASCII', { type: 'pending', uri: 'https://é.example' }, 'bad-uri'],
    ['a height of -1', { type: 'bitcoin', height: -1 }, 'bad-attestation'],
    ['a height of 2^53', { type: 'litecoin', height: 2 ** 53 }, 'bad-attestation'],
    ['a height of 1.5', { type: 'ethereum', height: 1.5 }, 'bad-attestation'],
    ['a tag of 7 bytes', { type: 'unknown', tag: new Uint8Array(7), payload: DIGEST }, 'bad-attestation'],
    ['a tag of 9 bytes', { type: 'unknown', tag: new Uint8Array(9), payload: DIGEST }, 'bad-attestation'],
    ['a known tag', { type: 'unknown', tag: ATTESTATION_TAGS.bitcoin, payload: DIGEST }, 'bad-attestation'],
    [
      'a payload of 8193 bytes',
      { type: 'unknown', tag: new Uint8Array(8), payload: new Uint8Array(8193) },
      'bad-attestation',
    ],
  ];
  for (const [name, attestation, code] of refused) {
    test(name, () => assertRefused(() => encodeTimestamp(createTimestamp(DIGEST, [attestation], [])), code));
  }

  test('an argument that is empty or of 4097 bytes', () => {
    const stamp = createTimestamp(DIGEST, [HEIGHT_5], []);
    for (const length of [0, 4097]) {
      const op: Op = { name: 'append', argument: new Uint8Array(length) };
      assertRefused(() => createTimestamp(DIGEST, [], [{ op, stamp }]), 'bad-argument');
      assertRefused(
        () => encodeTimestamp({ message: DIGEST, attestations: [], branches: [{ op, stamp }] }),
        'bad-argument',
      );
    }
  });

  test('a message over 4096 bytes', () => {
    assertRefused(() => encodeTimestamp(createTimestamp(new Uint8Array(4097), [HEIGHT_5], [])), 'message-too-long');
  });

  test('a digest that its hash operation cannot have made', () => {
    assertRefused(() => encodeDetachedHeader({ name: 'sha1' }, DIGEST), 'bad-digest');
    const timestamp = createTimestamp(DIGEST.subarray(0, 20), [HEIGHT_5], []);
    assertRefused(() => encodeDetached({ fileHashOp: { name: 'sha256' }, timestamp }), 'bad-digest');
  });
});

function straightLine(message: Uint8Array, ops: readonly Op[]): Timestamp {
  return connectTimestamp(message, ops, createTimestamp(follow(message, ops), [HEIGHT_5], []));
}

function follow(message: Uint8Array, ops: readonly Op[]): Uint8Array {
  return ops.reduce<Uint8Array>((reached, op) => applyOp(op, reached), message);
}

function assertRefused(action: () => unknown, code: OtsErrorCode): void {
  assert.throws(action, (error) => error instanceof OtsError && error.code === code);
}

function assertReadableOrRefused(bytes: Uint8Array): void {
  let detached: ReturnType<typeof decodeDetached>;
  try {
    detached = decodeDetached(bytes);
  } catch (error) {
    assert.ok(error instanceof OtsError, String(error));
    return;
  }
  const canonical = encodeDetached(detached);
  assert.deepEqual(decodeDetached(canonical), detached);
  assert.equal(encodeHex(encodeDetached(decodeDetached(canonical))), encodeHex(canonical));
}
