import type { Static } from 'typebox';
import { encodeHex } from '../../base/hex.ts';
import type { CertificateView } from '../../core/registry/changes.ts';
import { FieldsError } from '../../core/registry/error.ts';
import { readClaims } from '../../core/registry/manifest.ts';
import type { Submission } from '../../core/registry/submission.ts';
import { cleanLine } from '../../core/registry/text.ts';
import { presentTime, presentTimeOrNull } from '../shared/present-time.ts';
import type { QueuedSubmission, RegisteredCertificate } from './schemas.ts';

const REASON_MAX_CHARS = 1000;

/** What an operator wrote into a field, as it is kept. Errors: FieldsError. */
export function parseReason(typed: string, field = 'reason'): string {
  return parseLine(typed, field, REASON_MAX_CHARS);
}

/** Errors: FieldsError. */
export function parseLine(typed: string, field: string, maxChars: number): string {
  const line = cleanLine(typed, maxChars);
  if (line !== null) return line;
  throw new FieldsError([{ field, message: `must be 1 to ${maxChars} characters without control characters` }]);
}

export function presentQueued(submission: Submission): Static<typeof QueuedSubmission> {
  const { artist, decision, fingerprint, fingerprint2 } = submission;
  const { human_composition, human_performance, rights_held, ai_use } = submission.declarations;
  return {
    id: submission.id,
    status: submission.status,
    sandbox: submission.isSandbox,
    submitted_at: presentTime(submission.createdAt),
    account_id: submission.accountId,
    credential_id: submission.credentialId,
    artist: artist && { id: artist.id, handle: artist.handle, display_name: artist.displayName },
    track: { id: submission.trackId, title: submission.title },
    master: { sha256: encodeHex(submission.sha256), duration_ms: submission.durationMs },
    fingerprints: [fingerprint, fingerprint2].filter((bytes) => bytes !== null).length,
    metadata: submission.metadata as Static<typeof QueuedSubmission>['metadata'],
    declarations: { human_composition, human_performance, rights_held, ai_use },
    high_risk: submission.isHighRisk,
    decision: decision && {
      verdict: decision.verdict,
      reason: decision.reason,
      decided_at: presentTime(decision.at),
      operator_id: decision.operatorId,
    },
    cert_id: decision?.certificateId ?? null,
  };
}

export function presentCertificate({ certificate, record }: CertificateView): Static<typeof RegisteredCertificate> {
  const { artist, track } = readClaims(record);
  return {
    cert_id: record.id,
    status: record.status,
    sandbox: record.isSandbox,
    version: record.version,
    issued_at: presentTime(record.issuedAt),
    updated_at: presentTime(record.updatedAt),
    revoked_at: presentTimeOrNull(record.revokedAt),
    revocation_reason: record.revocationReason,
    effective_at: presentTimeOrNull(certificate.revokedFrom),
    sha256: encodeHex(record.workSha256),
    artist: { id: artist.id, handle: artist.handle, display_name: artist.displayName },
    track: { id: track.id, title: track.title },
    high_risk: certificate.isHighRisk,
    submission_id: certificate.submissionId,
    account_id: record.accountId,
  };
}
