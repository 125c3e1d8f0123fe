import { concatBytes, reverseBytes } from '../../src/base/bytes.ts';
import { encodeHex } from '../../src/base/hex.ts';
import type { Store } from '../../src/core/store.ts';
import { encodeTimestamp } from '../../src/proof/ots/codec.ts';
import type { Op } from '../../src/proof/ots/op.ts';
import { endOf, hash, pathTo, SHA256 } from './proofs.ts';

/** One input, an empty script, and an OP_RETURN output that ends with the commitment: what stands around it. */
const HEAD = concatBytes(
  Uint8Array.of(1, 0, 0, 0, 1),
  new Uint8Array(32).fill(9),
  Uint8Array.of(0, 0, 0, 0, 0, 255, 255, 255, 255, 1, 0, 0, 0, 0, 0, 0, 0, 0, 34, 0x6a, 32),
);
const TAIL = new Uint8Array(4);
const TO_BLOCK: readonly Op[] = [
  { name: 'prepend', argument: HEAD },
  { name: 'append', argument: TAIL },
  SHA256,
  SHA256,
  { name: 'append', argument: new Uint8Array(32).fill(1) },
  SHA256,
  SHA256,
];

export const BLOCK_HEIGHT = 850_000;
/** Unix seconds. */
export const BLOCK_TIME = Date.parse('2026-04-13T20:00:00Z') / 1000;

/** As a calendar that committed to `commitment` answers once its transaction is in a block. */
export function attestedPath(commitment: Uint8Array): { upgrade: Uint8Array; merkleRoot: Uint8Array; txid: string } {
  const height = BLOCK_HEIGHT;
  return {
    upgrade: encodeTimestamp(pathTo(commitment, TO_BLOCK, { type: 'bitcoin', height })),
    merkleRoot: endOf(commitment, TO_BLOCK),
    txid: encodeHex(reverseBytes(hash('sha256', hash('sha256', concatBytes(HEAD, commitment, TAIL))))),
  };
}

/** Writes what the worker writes when the chain has confirmed one calendar's proof of each round that is due. */
export async function confirmDue(store: Store, calendar: string, now: number): Promise<void> {
  await store.transact(async ({ anchor }) => {
    const leaseUntil = now + 1;
    const claims = (await anchor.claimDue('pending', now, leaseUntil, 1000)).filter((one) => one.calendar === calendar);
    const block = { height: BLOCK_HEIGHT, hash: new Uint8Array(32).fill(8), time: BLOCK_TIME };
    await anchor.updateClaimed(
      claims.map((claim) => {
        const { upgrade } = attestedPath(claim.commitment!);
        return { ...claim, state: 'confirmed', upgrade, block, dueAt: null, resubmitAt: null };
      }),
      leaseUntil,
    );
    await anchor.refreshRounds([...new Set(claims.map(({ roundId }) => roundId))], now);
  });
}
