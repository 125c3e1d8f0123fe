import type { Clock, RandomBytes } from '../../base/clock.ts';
import { CodedError } from '../../base/coded-error.ts';
import { encodeUlid } from '../../base/ulid.ts';
import type { Store } from '../store.ts';

export type ErasureErrorCode =
  | 'artist-unknown'
  /** A certificate is active, and somebody may rely on it: it has to be revoked before. */
  | 'artist-certified';
export class ErasureError extends CodedError<ErasureErrorCode> {}

/** Whom, by whom, and why, for the audit log. */
export interface ErasureOrder {
  readonly artistId: string;
  readonly operatorId: string;
  readonly reason: string;
}

const ULID_RANDOM_BYTES = 10;

/**
 * Takes an artist out of the registry for good: profile, handle, submissions, and of each certificate what it says, its
 * signature and its salt. Their ids stay revoked, and the public log stays as it is: without the salt a commitment says
 * nothing. Resolves with the ids. Errors: ErasureError.
 */
export async function eraseArtist(
  { store, clock, random }: { readonly store: Store; readonly clock: Clock; readonly random: RandomBytes },
  { artistId, operatorId, reason }: ErasureOrder,
): Promise<readonly string[]> {
  return store.transact(async ({ registry, certificate }) => {
    const certificates = await registry.lockArtist(artistId);
    if (certificates === null) throw new ErasureError('artist-unknown', `no artist has the id ${artistId}`);
    const active = certificates.filter(({ isActive }) => isActive).map(({ id }) => id);
    if (active.length > 0) {
      throw new ErasureError('artist-certified', `these have to be revoked first: ${active.join(', ')}`);
    }
    await registry.removeArtist(artistId);
    const at = clock.now();
    const action = {
      id: `act_${encodeUlid(at, random(ULID_RANDOM_BYTES))}`,
      at,
      operatorId,
      subject: artistId,
      reason,
    };
    const before = { certificates: certificates.length };
    await registry.insertAction({ ...action, type: 'artist.erased', before, after: { certificates: 0 } });
    for (const { id } of certificates) await certificate.erase(id);
    return certificates.map(({ id }) => id);
  });
}
