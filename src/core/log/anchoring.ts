import { sha256 } from '@noble/hashes/sha2.js';
import type { Clock } from '../../base/clock.ts';
import { parseNote } from '../../proof/note/note.ts';
import type { AnchorService } from '../anchor/anchor.ts';
import type { Store } from '../store.ts';

/** After a failure, which may be that the process died. */
const RETRY_MS = 60_000;

/**
 * Gives the newest published checkpoint to calendars every `intervalMs`, when it has grown. What is anchored is the
 * SHA-256 of the note's text: signatures come and go. Any number of processes may do it.
 */
export async function anchorCheckpoint({
  store,
  anchors,
  clock,
  intervalMs,
}: {
  readonly store: Store;
  readonly anchors: Pick<AnchorService, 'submit'>;
  readonly clock: Clock;
  readonly intervalMs: number;
}): Promise<void> {
  const [{ published }, [last]] = await Promise.all([store.log.readState(), store.log.listAnchored(1)]);
  if (published === null || published.size === 0 || published.size === last?.size) return;
  const now = clock.now();
  const retryAt = now + Math.min(RETRY_MS, intervalMs);
  if (!(await store.transact(({ log }) => log.claimAnchoring(now, retryAt)))) return;
  const { size, note } = published;
  const digest = sha256(new TextEncoder().encode(parseNote(note).text));
  // Nobody's and no key's, but not anonymous either: retention must not prune it.
  const owner = { accountId: null, credentialId: null };
  const [anchored] = await anchors.submit([{ digest, sha512: null, label: null, owner }]);
  const checkpoint = { size, note, receiptId: anchored!.receipt.id, anchoredAt: clock.now() };
  await store.transact(({ log }) => log.saveAnchored(checkpoint, now + intervalMs));
}
