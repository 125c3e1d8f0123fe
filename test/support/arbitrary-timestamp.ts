import fc from 'fast-check';
import type { Attestation } from '../../src/proof/ots/attestation.ts';
import { OtsError } from '../../src/proof/ots/error.ts';
import { applyOp, type Op } from '../../src/proof/ots/op.ts';
import { type Branch, createTimestamp, type Timestamp } from '../../src/proof/ots/timestamp.ts';

/** Records as the code makes them: ones without a prototype would not be deeply equal to those. */
function record<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true });
}

interface Plan {
  readonly attestations: readonly Attestation[];
  readonly steps: readonly { readonly op: Op; readonly plan: Plan }[];
}

// Few different values, so that equal operations and equal attestations meet often.
const shortBytes = fc.constantFrom('a', 'aa', 'b').map((text) => new TextEncoder().encode(text));

const arbitraryAttestation: fc.Arbitrary<Attestation> = fc.oneof(
  record({ type: fc.constant('pending' as const), uri: fc.constantFrom('', 'https://a.example', 'b') }),
  record({
    type: fc.constantFrom('bitcoin' as const, 'litecoin' as const, 'ethereum' as const),
    height: fc.oneof(fc.constantFrom(0, 7, 128, 300), fc.maxSafeNat()),
  }),
  record({
    type: fc.constant('unknown' as const),
    tag: fc.constantFrom(0x00, 0x20, 0xff).map((byte) => new Uint8Array(8).fill(byte)),
    payload: fc.oneof(shortBytes, fc.uint8Array({ maxLength: 200 })),
  }),
);

const arbitraryOp: fc.Arbitrary<Op> = fc.oneof(
  record({ name: fc.constantFrom('sha1' as const, 'ripemd160' as const, 'sha256' as const, 'keccak256' as const) }),
  record({ name: fc.constantFrom('reverse' as const, 'hexlify' as const) }),
  record({
    name: fc.constantFrom('append' as const, 'prepend' as const),
    argument: fc.oneof(shortBytes, fc.uint8Array({ minLength: 1, maxLength: 200 })),
  }),
);

const { plan: arbitraryPlan } = fc.letrec<{ plan: Plan }>((tie) => ({
  plan: record({
    attestations: fc.array(arbitraryAttestation, { maxLength: 3 }),
    steps: fc.oneof(
      { depthSize: 'small' },
      fc.constant([]),
      fc.array(record({ op: arbitraryOp, plan: tie('plan') }), { maxLength: 3 }),
    ),
  }),
}));

/** `count` timestamps of one message of `minLength` to `maxLength` bytes, each of which can be written. */
export function arbitraryTimestamps(
  count: number,
  { minLength = 0, maxLength = 64 }: { minLength?: number; maxLength?: number } = {},
): fc.Arbitrary<Timestamp[]> {
  return fc
    .tuple(fc.uint8Array({ minLength, maxLength }), fc.array(arbitraryPlan, { minLength: count, maxLength: count }))
    .map(([message, plans]) => plans.map((plan) => grow(message, plan)));
}

function grow(message: Uint8Array, plan: Plan): Timestamp {
  const branches = plan.steps.flatMap(({ op, plan: below }): Branch[] => {
    const result = applyIfPossible(op, message);
    return result === null ? [] : [{ op, stamp: grow(result, below) }];
  });
  const isEmpty = plan.attestations.length + branches.length === 0;
  return createTimestamp(message, isEmpty ? [{ type: 'bitcoin', height: 0 }] : plan.attestations, branches);
}

function applyIfPossible(op: Op, message: Uint8Array): Uint8Array | null {
  try {
    return applyOp(op, message);
  } catch (error) {
    if (error instanceof OtsError) return null;
    throw error;
  }
}
