import type { RandomBytes } from '../../base/clock.ts';
import { mintCredential } from '../key/mint.ts';
import type { Writers } from '../store.ts';

export interface PackPurchase {
  /** Null when nobody here is known by the e-mail. */
  readonly accountId: string | null;
  readonly email: string;
  readonly credits: number;
  /** The order or the payment that this is for. */
  readonly reference: string;
}

/**
 * Makes a pack: its token, its credits, and the mail that brings the token. Within the transaction that marks the
 * payment as used, so a payment makes one pack, whatever fails. Resolves with the credential's id.
 */
export async function issuePack(
  writers: Pick<Writers, 'key' | 'ledger' | 'order'>,
  { accountId, email, credits, reference }: PackPurchase,
  { now, random }: { readonly now: number; readonly random: RandomBytes },
): Promise<string> {
  const { secret, credential } = await mintCredential(
    writers,
    { kind: 'orphograph-pack', accountId, name: `${credits} receipts`, scopes: null, expiresAt: null },
    { now, random },
  );
  const purse = `pack:${credential.id}` as const;
  await writers.ledger.credit({ purse, accountId, amount: credits, reason: 'pack_purchase', reference, now });
  await writers.order.insertMail({ credentialId: credential.id, email, secret, credits }, now);
  return credential.id;
}
