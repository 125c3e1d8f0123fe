import type { AnchorService } from '../../core/anchor/anchor.ts';
import type { ComposedProof } from '../../core/anchor/proof.ts';
import type { StoredReceipt } from '../../core/anchor/store.ts';
import { OrphographError } from './errors.ts';

/** A receipt with its proofs as they are at this moment. Errors: `receipt-unknown`. */
export async function findReceipt(
  anchors: AnchorService,
  id: string,
): Promise<{ stored: StoredReceipt; proofs: readonly ComposedProof[] }> {
  const stored = await anchors.find(id);
  if (stored === null) throw new OrphographError('receipt-unknown', 'no receipt with this id');
  return { stored, proofs: anchors.composeProofs(stored) };
}
