import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { arbitraryTimestamps } from '../../../test/support/arbitrary-timestamp.ts';
import { encodeHex } from '../../base/hex.ts';
import type { Attestation } from './attestation.ts';
import { OtsError, type OtsErrorCode } from './error.ts';
import { applyOp, compareOps, type Op } from './op.ts';
import {
  connectTimestamp,
  createTimestamp,
  graft,
  mergeTimestamps,
  type Timestamp,
  walkAttestations,
} from './timestamp.ts';

const SHA256: Op = { name: 'sha256' };
const DIGEST = new Uint8Array(32).fill(7);
const BELOW = applyOp(SHA256, DIGEST);
const HEIGHT_5: Attestation = { type: 'bitcoin', height: 5 };
const PENDING: Attestation = { type: 'pending', uri: 'https://a.example' };

describe('merging', () => {
  test('a timestamp with itself changes nothing', () => {
    fc.assert(
      fc.property(arbitraryTimestamps(1), ([a]) => {
        assert.deepEqual(mergeTimestamps(a!, a!), a);
      }),
    );
  });

  test('gives the same in either order', () => {
    fc.assert(
      fc.property(arbitraryTimestamps(2), ([a, b]) => {
        assert.deepEqual(mergeTimestamps(a!, b!), mergeTimestamps(b!, a!));
      }),
    );
  });

  test('gives the same however three are grouped', () => {
    fc.assert(
      fc.property(arbitraryTimestamps(3), ([a, b, c]) => {
        assert.deepEqual(mergeTimestamps(mergeTimestamps(a!, b!), c!), mergeTimestamps(a!, mergeTimestamps(b!, c!)));
      }),
    );
  });

  test('keeps every attestation of both and adds none', () => {
    fc.assert(
      fc.property(arbitraryTimestamps(2), ([a, b]) => {
        assert.deepEqual(claims(mergeTimestamps(a!, b!)), new Set([...claims(a!), ...claims(b!)].sort()));
      }),
    );
  });

  test('timestamps of different messages is refused', () => {
    assertRefused(
      () => mergeTimestamps(createTimestamp(DIGEST, [HEIGHT_5], []), createTimestamp(BELOW, [HEIGHT_5], [])),
      'message-mismatch',
    );
  });

  test('what is shared deeper than any file is refused, without running out of stack', () => {
    const messages: Uint8Array[] = [DIGEST];
    for (let depth = 0; depth < 20_000; depth++) messages.push(applyOp(SHA256, messages.at(-1)!));
    const deep = messages.reduceRight<Timestamp | null>(
      (stamp, message) =>
        stamp === null
          ? createTimestamp(message, [HEIGHT_5], [])
          : createTimestamp(message, [], [{ op: SHA256, stamp }]),
      null,
    )!;
    assertRefused(() => mergeTimestamps(deep, deep), 'too-deep');
    assertRefused(() => graft(deep, BELOW, createTimestamp(BELOW, [HEIGHT_5], [])), 'too-deep');
    assert.equal([...walkAttestations(deep)].length, 1);
  });
});

describe('a created timestamp', () => {
  test('is the same whatever the order of its parts and however often one is given', () => {
    fc.assert(
      fc.property(
        arbitraryTimestamps(1).chain(([a]) =>
          fc.record({
            a: fc.constant(a!),
            attestations: shuffledWithRepeats(a!.attestations),
            branches: shuffledWithRepeats(a!.branches),
          }),
        ),
        ({ a, attestations, branches }) => {
          assert.deepEqual(createTimestamp(a.message, attestations, branches), a);
        },
      ),
    );
  });

  test('has its attestations and operations in strict order', () => {
    fc.assert(
      fc.property(arbitraryTimestamps(2), ([a, b]) => {
        const { branches } = mergeTimestamps(a!, b!);
        for (let i = 1; i < branches.length; i++) assert.ok(compareOps(branches[i - 1]!.op, branches[i]!.op) < 0);
      }),
    );
  });

  test('has no branch that starts elsewhere than its operation leads', () => {
    const stamp = createTimestamp(DIGEST, [HEIGHT_5], []);
    assertRefused(() => createTimestamp(DIGEST, [], [{ op: SHA256, stamp }]), 'message-mismatch');
  });

  test('keeps an unknown attestation that wears a known tag apart from the known one', () => {
    const tag = Uint8Array.of(0x05, 0x88, 0x96, 0x0d, 0x73, 0xd7, 0x19, 0x01);
    const disguised: Attestation = { type: 'unknown', tag, payload: Uint8Array.of(5) };
    const { attestations } = createTimestamp(DIGEST, [disguised, HEIGHT_5, disguised], []);
    assert.deepEqual(attestations, [HEIGHT_5, disguised]);
  });
});

describe('connecting', () => {
  const end = createTimestamp(applyOp({ name: 'hexlify' }, BELOW), [HEIGHT_5], []);

  test('leads from the message through the operations to what is known at their end', () => {
    assert.deepEqual(
      connectTimestamp(DIGEST, [SHA256, { name: 'hexlify' }], end),
      createTimestamp(
        DIGEST,
        [],
        [{ op: SHA256, stamp: createTimestamp(BELOW, [], [{ op: { name: 'hexlify' }, stamp: end }]) }],
      ),
    );
    assert.equal(connectTimestamp(end.message, [], end), end);
  });

  test('to another message is refused', () => {
    assertRefused(() => connectTimestamp(DIGEST, [SHA256], end), 'message-mismatch');
  });
});

describe('grafting', () => {
  const pending = createTimestamp(DIGEST, [], [{ op: SHA256, stamp: createTimestamp(BELOW, [PENDING], []) }]);

  test('adds what a calendar answered at its commitment and keeps what was there', () => {
    const answer = createTimestamp(BELOW, [HEIGHT_5], []);
    const upgraded = createTimestamp(BELOW, [HEIGHT_5, PENDING], []);
    assert.deepEqual(graft(pending, BELOW, answer), createTimestamp(DIGEST, [], [{ op: SHA256, stamp: upgraded }]));
  });

  test('at a message that occurs nowhere gives the timestamp itself', () => {
    const elsewhere = applyOp(SHA256, BELOW);
    assert.equal(graft(pending, elsewhere, createTimestamp(elsewhere, [HEIGHT_5], [])), pending);
  });

  test('reaches every node with the message', () => {
    const there: Op = { name: 'reverse' };
    const reversed = applyOp(there, BELOW);
    const twice = createTimestamp(
      BELOW,
      [PENDING],
      [
        {
          op: there,
          stamp: createTimestamp(reversed, [], [{ op: there, stamp: createTimestamp(BELOW, [PENDING], []) }]),
        },
      ],
    );
    const grafted = graft(twice, BELOW, createTimestamp(BELOW, [HEIGHT_5], []));
    assert.equal([...walkAttestations(grafted)].filter(({ attestation }) => attestation.type === 'bitcoin').length, 2);
  });

  test('at the root is merging', () => {
    fc.assert(
      fc.property(arbitraryTimestamps(2, { minLength: 64, maxLength: 64 }), ([a, b]) => {
        // A transformation that leads back to the root's message would be grafted onto a second time.
        fc.pre(![...messages(a!)].slice(1).includes(encodeHex(a!.message)));
        assert.deepEqual(graft(a!, a!.message, b!), mergeTimestamps(a!, b!));
      }),
    );
  });

  test('twice is grafting once, and loses nothing', () => {
    fc.assert(
      fc.property(arbitraryTimestamps(1), fc.nat(), ([a], pick) => {
        const all = [...messages(a!)];
        const at = Uint8Array.from(Buffer.from(all[pick % all.length]!, 'hex'));
        const addition = createTimestamp(at, [HEIGHT_5], []);
        const once = graft(a!, at, addition);
        assert.deepEqual(graft(once, at, addition), once);
        assert.ok(claims(once).isSupersetOf(claims(a!)));
        assert.ok(claims(once).has(claim(at, HEIGHT_5)));
      }),
    );
  });

  test('what is about another message is refused', () => {
    assertRefused(() => graft(pending, BELOW, createTimestamp(DIGEST, [HEIGHT_5], [])), 'message-mismatch');
  });
});

function claims(timestamp: Timestamp): Set<string> {
  return new Set(
    [...walkAttestations(timestamp)].map(({ message, attestation }) => claim(message, attestation)).sort(),
  );
}

function claim(message: Uint8Array, attestation: Attestation): string {
  const text = JSON.stringify(attestation, (_, value) => (value instanceof Uint8Array ? encodeHex(value) : value));
  return `${encodeHex(message)} ${text}`;
}

function* messages(timestamp: Timestamp): Generator<string> {
  yield encodeHex(timestamp.message);
  for (const { stamp } of timestamp.branches) yield* messages(stamp);
}

function shuffledWithRepeats<T>(items: readonly T[]): fc.Arbitrary<T[]> {
  const twice = [...items, ...items];
  return fc.shuffledSubarray(twice, { minLength: twice.length, maxLength: twice.length });
}

function assertRefused(action: () => unknown, code: OtsErrorCode): void {
  assert.throws(action, (error) => error instanceof OtsError && error.code === code);
}
