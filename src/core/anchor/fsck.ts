import { equalBytes } from '../../base/bytes.ts';
import { CodedError } from '../../base/coded-error.ts';
import { parseBlockHeader } from '../../proof/bitcoin/block-header.ts';
import { checkProofOfWork } from '../../proof/bitcoin/proof-of-work.ts';
import { decodeDetached } from '../../proof/ots/codec.ts';
import { walkAttestations } from '../../proof/ots/timestamp.ts';
import type { ChainReader } from '../chain.ts';
import { ProofComposer } from './proof.ts';
import type { RoundStatus, Submission } from './receipt.ts';
import type { AnchorReader, StoredReceipt } from './store.ts';

/** A stored thing that does not hold what it says. */
export interface Finding {
  readonly receiptId: string;
  readonly problem: string;
}

const PAGE_RECEIPTS = 500;

/**
 * Checks every stored receipt from what is stored alone: its proofs compose and start at its digest, confirmed ones
 * lead to the block they name on the chain as it is now, and the status says what the submissions say. `onProgress` is told the number
 * of receipts checked so far. Errors: ChainError when Bitcoin cannot be asked.
 */
export async function* checkAnchors(
  reader: AnchorReader,
  chain: ChainReader,
  onProgress: (checked: number) => void,
): AsyncGenerator<Finding> {
  const composer = new ProofComposer();
  const merkleRoots = new Map<number, Uint8Array | null>();
  let checked = 0;
  for (let after = ''; ; ) {
    const page = await reader.listReceipts(after, PAGE_RECEIPTS);
    if (page.length === 0) return;
    for (const stored of page) {
      for (const problem of await findProblems(stored)) yield { receiptId: stored.receipt.id, problem };
    }
    checked += page.length;
    onProgress(checked);
    after = page.at(-1)!.receipt.id;
  }

  async function findProblems(stored: StoredReceipt): Promise<string[]> {
    const problems: string[] = [];
    const expected = expectedStatus(stored.submissions);
    if (stored.round.status !== expected) {
      problems.push(`the round says ${stored.round.status}, its submissions say ${expected}`);
    }
    const proofs = composer.composeAll(stored);
    if (proofs.length === 0) problems.push('no calendar ever accepted its round');
    for (const { calendar, bytes, error } of proofs) {
      if (bytes === null) {
        problems.push(`${calendar}: ${error}`);
        continue;
      }
      const confirmed = stored.submissions.filter((s) => s.calendar === calendar && s.state === 'confirmed');
      for (const { block } of confirmed) {
        const root = await readMerkleRoot(block!.height);
        if (root === null) {
          problems.push(`${calendar}: the chain has no valid block ${block!.height}`);
        } else if (!leadsTo(bytes, block!.height, root)) {
          problems.push(`${calendar}: the proof does not lead to the Merkle root of block ${block!.height}`);
        }
      }
    }
    return problems;
  }

  async function readMerkleRoot(height: number): Promise<Uint8Array | null> {
    const known = merkleRoots.get(height);
    if (known !== undefined) return known;
    const hash = await chain.blockHash(height);
    const bytes = hash === null ? null : await chain.blockHeader(hash);
    const root = bytes === null ? null : checkedMerkleRoot(bytes, height, chain.network);
    merkleRoots.set(height, root);
    return root;
  }
}

function checkedMerkleRoot(bytes: Uint8Array, height: number, network: ChainReader['network']): Uint8Array | null {
  const header = parseBlockHeader(bytes);
  try {
    checkProofOfWork(header, height, network);
  } catch (error) {
    if (error instanceof CodedError) return null;
    throw error;
  }
  return header.merkleRoot;
}

function leadsTo(proof: Uint8Array, height: number, merkleRoot: Uint8Array): boolean {
  return [...walkAttestations(decodeDetached(proof).timestamp)].some(
    ({ message, attestation }) =>
      attestation.type === 'bitcoin' && attestation.height === height && equalBytes(message, merkleRoot),
  );
}

function expectedStatus(submissions: readonly Submission[]): RoundStatus {
  if (submissions.some(({ state }) => state === 'confirmed')) return 'pinned';
  return submissions.some(({ state }) => state === 'attested') ? 'partial' : 'pending';
}
