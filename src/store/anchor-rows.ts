import type { Selectable } from 'kysely';
import type { Receipt, Round, Submission } from '../core/anchor/receipt.ts';
import type { ScheduledSubmission } from '../core/anchor/store.ts';
import type { MerkleStep } from '../proof/merkle/opentimestamps.ts';
import type { ReceiptTable, RoundTable, SubmissionTable } from './anchor-tables.ts';

const SIBLING_BYTES = 32;

export function readRound(row: Omit<Selectable<RoundTable>, 'receipt_count' | 'anonymous_ids'>): Round {
  return {
    id: row.id,
    root: row.root,
    createdAt: row.created_at.getTime(),
    status: row.status,
    pinnedAt: epochMs(row.pinned_at),
  };
}

export function readReceipt(row: Selectable<ReceiptTable>): Receipt {
  return {
    id: row.id,
    createdAt: row.created_at.getTime(),
    roundId: row.round_id,
    digest: row.digest,
    sha512: row.sha512,
    label: row.label,
    nonce: row.nonce,
    path: unpackPath(row.path, row.path_sides),
    owner: isOwned(row) ? { accountId: row.account_id, credentialId: row.credential_id } : null,
    isPrivate: row.is_private,
  };
}

/** A receipt that is kept for nobody in particular reads as anonymous; what retention may prune is written in its round. */
function isOwned({ account_id, credential_id }: Selectable<ReceiptTable>): boolean {
  return account_id !== null || credential_id !== null;
}

export function readSubmission(row: Selectable<SubmissionTable>): Submission {
  return {
    roundId: row.round_id,
    calendar: row.calendar,
    attempt: row.attempt,
    url: row.url,
    state: row.state,
    error: row.error,
    acceptedAt: epochMs(row.accepted_at),
    proof: row.proof,
    commitment: row.commitment,
    lookupUri: row.lookup_uri,
    upgrade: row.upgrade,
    block: row.block_hash === null ? null : { height: row.block_height!, hash: row.block_hash, time: row.block_time! },
  };
}

export function writeSubmission(submission: ScheduledSubmission): SubmissionTable {
  return {
    round_id: submission.roundId,
    calendar: submission.calendar,
    attempt: submission.attempt,
    url: submission.url,
    state: submission.state,
    error: submission.error,
    accepted_at: dateOrNull(submission.acceptedAt),
    proof: submission.proof,
    commitment: submission.commitment,
    lookup_uri: submission.lookupUri,
    upgrade: submission.upgrade,
    block_height: submission.block?.height ?? null,
    block_hash: submission.block?.hash ?? null,
    block_time: submission.block?.time ?? null,
    polls: submission.polls,
    due_at: dateOrNull(submission.dueAt),
    resubmit_at: dateOrNull(submission.resubmitAt),
  };
}

export function packPath(path: readonly MerkleStep[]): { siblings: Uint8Array; sides: number } {
  const siblings = new Uint8Array(path.length * SIBLING_BYTES);
  let sides = 0;
  path.forEach((step, i) => {
    siblings.set(step.sibling, i * SIBLING_BYTES);
    if (step.side === 'left') sides |= 1 << i;
  });
  return { siblings, sides };
}

function unpackPath(siblings: Uint8Array, sides: number): MerkleStep[] {
  return Array.from({ length: siblings.length / SIBLING_BYTES }, (_, i) => ({
    side: (sides >> i) & 1 ? 'left' : 'right',
    sibling: siblings.subarray(i * SIBLING_BYTES, (i + 1) * SIBLING_BYTES),
  }));
}

export function dateOrNull(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms);
}

export function epochMs(date: Date | null): number | null {
  return date === null ? null : date.getTime();
}
