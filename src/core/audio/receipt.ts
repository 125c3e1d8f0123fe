import { sha256 } from '@noble/hashes/sha2.js';
import { encodeBase64 } from '../../base/base64.ts';
import { encodeCanonical } from '../../base/canonical-json.ts';
import { encodeHex } from '../../base/hex.ts';
import type { Signer } from '../certificate/signer.ts';
import { type Evidence, masterEvidence } from './evidence.ts';
import { packItems } from './items.ts';
import type { AudioMaster } from './masters.ts';
import type { Probe } from './probe.ts';
import type { Judgement } from './verifier.ts';

const RECEIPT_FORMAT = 'touchmark/audio-receipt/1';

/** What a platform keeps beside its binding: which prints were judged, by what, and how. */
export interface AudioReceipt {
  readonly format: typeof RECEIPT_FORMAT;
  readonly cert_id: string;
  readonly cert_version: number;
  readonly cert_status: string;
  /** SHA-256 of the packed items. */
  readonly fingerprint_sha256: string;
  readonly fingerprint2_sha256: string | null;
  readonly duration_ms: number | null;
  /** The server has heard nothing: the prints are the caller's word. */
  readonly evidence: 'client_asserted';
  /** Of the prints of the certificate. */
  readonly master_evidence: Evidence;
  readonly verification_policy_id: string | null;
  readonly matched: boolean;
  readonly band: string;
  readonly reason: string;
  /** The score in ten-thousandths: canonical JSON here has whole numbers only. */
  readonly score_e4: number;
  readonly checked_at: string;
  readonly key_id: string;
  /** Ed25519 over the RFC 8785 bytes of everything else, base64. */
  readonly signature: string;
}

/** The score to four decimals, in ten-thousandths. Rounded down: 1 is for equal prints. */
export function scoreE4({ score }: Pick<Judgement, 'score'>): number {
  return Math.floor(score * 10_000);
}

/** @param checkedAt ISO 8601. */
export function signReceipt(
  master: AudioMaster,
  probe: Probe,
  judgement: Judgement,
  checkedAt: string,
  signer: Signer,
): AudioReceipt {
  const payload = {
    format: RECEIPT_FORMAT,
    cert_id: master.id,
    cert_version: master.version,
    cert_status: master.status,
    fingerprint_sha256: digestItems(probe.items),
    fingerprint2_sha256: probe.bandItems && digestItems(probe.bandItems),
    duration_ms: probe.durationMs,
    evidence: 'client_asserted',
    master_evidence: masterEvidence(master),
    verification_policy_id: judgement.policyId,
    matched: judgement.matched,
    band: judgement.band,
    reason: judgement.reason.replaceAll('-', '_'),
    score_e4: scoreE4(judgement),
    checked_at: checkedAt,
    key_id: signer.keyId,
  } as const;
  return { ...payload, signature: encodeBase64(signer.sign(encodeCanonical(payload))) };
}

function digestItems(items: Uint32Array): string {
  return encodeHex(sha256(packItems(items)));
}
