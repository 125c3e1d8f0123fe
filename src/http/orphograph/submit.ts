import type { Anchored, AnchorService } from '../../core/anchor/anchor.ts';
import type { AnchorRequest } from '../../core/anchor/receipt.ts';
import type { Admission } from './admission.ts';

/** Anchors what was let in; what could not be anchored costs nothing. Errors: AnchorError. */
export async function submitAdmitted(
  anchors: AnchorService,
  admission: Admission,
  requests: readonly AnchorRequest[],
): Promise<readonly Anchored[]> {
  try {
    return await anchors.submit(requests);
  } catch (error) {
    admission.refund();
    throw error;
  }
}
