import type { FastifyRequest } from 'fastify';
import type { Sessions } from '../../core/account/account.ts';
import type { AnchorService } from '../../core/anchor/anchor.ts';
import type { ComposedProof } from '../../core/anchor/proof.ts';
import type { StoredReceipt } from '../../core/anchor/store.ts';
import { OrphographError } from './errors.ts';

export interface FoundReceipt {
  readonly stored: StoredReceipt;
  /** As they are at this moment. */
  readonly proofs: readonly ComposedProof[];
}

/**
 * The receipt that a request names. A private one does not exist for anybody but its owner's session.
 * Errors: `receipt-unknown`.
 */
export type FindReceipt = (request: FastifyRequest<{ Params: { receipt_id: string } }>) => Promise<FoundReceipt>;

export function createFindReceipt(anchors: AnchorService, sessions: Sessions): FindReceipt {
  return async (request) => {
    const stored = await anchors.find(request.params.receipt_id);
    if (stored === null) throw receiptUnknown();
    if (stored.receipt.isPrivate) await assertOwner(sessions, request, stored.receipt.owner?.accountId ?? null);
    return { stored, proofs: anchors.composeProofs(stored) };
  };
}

/** Errors: `receipt-unknown`, so that nobody learns that there is something to be owned. */
export async function assertOwner(
  sessions: Sessions,
  { headers }: FastifyRequest,
  ownerId: string | null,
): Promise<void> {
  const account = await sessions.find(headers);
  if (account === null || account.id !== ownerId) throw receiptUnknown();
}

export function receiptUnknown(): OrphographError {
  return new OrphographError('receipt-unknown', 'no receipt with this id');
}

/** What caches may do with an answer about a receipt: nothing at all when it is private. */
export function cacheControlOf(isPrivate: boolean, otherwise: string): string {
  return isPrivate ? 'private, no-store' : otherwise;
}
