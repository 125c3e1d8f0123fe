import type { AnchorService, Charged } from '../../core/anchor/anchor.ts';
import type { AnchorRequest } from '../../core/anchor/receipt.ts';
import type { Admission } from './admission.ts';

/**
 * Anchors what was let in; what could not be anchored costs nothing. Of a pack, what it had no credit for is null.
 * Errors: AnchorError.
 */
export async function submitAdmitted(
  anchors: AnchorService,
  admission: Admission,
  requests: readonly AnchorRequest[],
): Promise<Charged> {
  try {
    if (admission.purse !== null) return await anchors.submitCharged(admission.purse, requests);
    return { anchored: await anchors.submit(requests), balance: 0 };
  } catch (error) {
    await admission.refund();
    throw error;
  }
}
