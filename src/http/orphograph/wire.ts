import type { Static } from 'typebox';
import { equalBytes } from '../../base/bytes.ts';
import { decodeHex, encodeHex } from '../../base/hex.ts';
import type { Anchored } from '../../core/anchor/anchor.ts';
import type { ComposedProof } from '../../core/anchor/proof.ts';
import type { AnchorRequest, ReceiptOwner, Submission } from '../../core/anchor/receipt.ts';
import type { StoredReceipt } from '../../core/anchor/store.ts';
import { encodeDetachedHeader } from '../../proof/ots/codec.ts';
import type { AnchorItem, Receipt } from './schemas.ts';

/** With fewer calendars than this a receipt rests on too few operators, by the contract's definition. */
const REDUNDANT_CALENDARS = 3;

const DIGEST_BYTES = 32;

/** UTC with second precision: `2026-05-14T14:00:00+00:00`. */
export function presentTime(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19)}+00:00`;
}

export function presentTimeOrNull(timeMs: number | null): string | null {
  return timeMs === null ? null : presentTime(timeMs);
}

/** A validated item as the core takes it. */
export function toAnchorRequest(item: Static<typeof AnchorItem>, owner: ReceiptOwner | null): AnchorRequest {
  return {
    digest: decodeHex(item.hash_hex)!,
    sha512: typeof item.sha512_hex === 'string' ? decodeHex(item.sha512_hex) : null,
    label: item.client_label ?? null,
    owner,
  };
}

/** How many calendars took a receipt, as it is told when it is made. */
export function presentRedundancy(submissions: readonly Submission[]) {
  const accepted = submissions.filter(isAccepted).length;
  return {
    calendars_ok: accepted,
    calendars_total: submissions.length,
    low_redundancy: accepted < REDUNDANT_CALENDARS,
  };
}

/** The answer to a single anchor. */
export function presentAnchored(
  { receipt, submissions }: Anchored,
  paid: { packConsumed: boolean; packRemaining: number; subscriptionActive: boolean },
) {
  return {
    receipt_id: receipt.id,
    created_at: presentTime(receipt.createdAt),
    hash_hex: encodeHex(receipt.digest),
    sha512_hex: receipt.sha512 && encodeHex(receipt.sha512),
    client_label: receipt.label,
    ...presentRedundancy(submissions),
    pack_consumed: paid.packConsumed,
    pack_remaining: paid.packRemaining,
    subscription_active: paid.subscriptionActive,
    successes: submissions
      .filter(isAccepted)
      .map(({ calendar, url }) => ({ calendar: url, ots_path: `receipts/${receipt.id}/${calendar}.ots` })),
    failures: submissions
      .filter((submission) => !isAccepted(submission))
      .map(({ url, error }) => ({ calendar: url, error: error ?? 'unknown' })),
  };
}

/** A stored receipt; what it says of its proofs was read from `proofs` just now. */
export function presentReceipt(
  { receipt, round, submissions }: StoredReceipt,
  proofs: readonly ComposedProof[],
): Static<typeof Receipt> {
  const checks = proofs.map((proof) => checkProof(proof, receipt.digest)).sort((a, b) => (a.file < b.file ? -1 : 1));
  return {
    receipt_id: receipt.id,
    found: true,
    created_at: presentTime(receipt.createdAt),
    hash_hex: encodeHex(receipt.digest),
    sha512_hex: receipt.sha512 && encodeHex(receipt.sha512),
    client_label: receipt.label,
    status: round.status,
    btc_pinned_at: presentTimeOrNull(round.pinnedAt),
    calendars_ok: checks.filter(({ ok }) => ok).length,
    calendars_total: new Set(submissions.map(({ calendar }) => calendar)).size,
    checks,
  };
}

/** The core has parsed a proof that has bytes; a proof that could not be composed fails every check. */
function checkProof({ fileName, bytes }: ComposedProof, digest: Uint8Array) {
  const header = encodeDetachedHeader({ name: 'sha256' }, digest);
  const magicBytes = header.length - DIGEST_BYTES;
  const magic_ok = bytes !== null && equalBytes(bytes.subarray(0, magicBytes), header.subarray(0, magicBytes));
  const hash_match = bytes !== null && equalBytes(bytes.subarray(magicBytes, header.length), digest);
  return { file: fileName, magic_ok, hash_match, ok: magic_ok && hash_match };
}

function isAccepted({ proof }: Submission): boolean {
  return proof !== null;
}
