import type { JSONColumnType } from 'kysely';
import type { ActionState, ActionType } from '../core/registry/action.ts';
import type { Declarations, Metadata, SubmissionStatus, Verdict } from '../core/registry/submission.ts';

export interface RegistryArtistTable {
  id: string;
  account_id: string;
  is_sandbox: boolean;
  is_own: boolean;
  /** Empty for an own one, like the other texts: they are the account's. */
  handle: string;
  display_name: string;
  bio: string | null;
  location: string | null;
  avatar_url: string | null;
  created_at: Date;
  verified_at: Date | null;
  certificate_count: number;
}

export interface RegistrySubmissionTable {
  account_id: string;
  id: string;
  credential_id: string | null;
  is_sandbox: boolean;
  created_at: Date;
  status: SubmissionStatus;
  artist_id: string;
  track_id: string;
  title: string;
  work_sha256: Uint8Array;
  duration_ms: number;
  fingerprint: Uint8Array | null;
  fingerprint2: Uint8Array | null;
  metadata: JSONColumnType<Metadata>;
  declarations: JSONColumnType<Declarations>;
  is_high_risk: boolean;
  verdict: Verdict | null;
  reason: string | null;
  decided_at: Date | null;
  operator_id: string | null;
  certificate_id: string | null;
}

export interface RegistryCertificateTable {
  certificate_id: string;
  is_sandbox: boolean;
  artist_id: string;
  track_id: string;
  submission_id: string;
  work_sha256: Uint8Array;
  title: string;
  /** What the title is searched by. */
  title_key: string;
  issued_at: Date;
  is_active: boolean;
  revoked_from: Date | null;
  is_high_risk: boolean;
}

export interface RegistryTables {
  registry_account: { account_id: string; pending: number };
  registry_artist: RegistryArtistTable;
  registry_track: { artist_id: string; work_sha256: Uint8Array; id: string };
  registry_submission: RegistrySubmissionTable;
  registry_request: {
    account_id: string;
    idempotency_key: string;
    digest: Uint8Array;
    submission_id: string;
    expires_at: Date;
  };
  registry_work: { work_sha256: Uint8Array };
  registry_certificate: RegistryCertificateTable;
  registry_integrator: { account_id: string; note: string; added_at: Date };
  registry_action: {
    id: string;
    at: Date;
    operator_id: string;
    type: ActionType;
    subject: string;
    reason: string;
    before: JSONColumnType<ActionState>;
    after: JSONColumnType<ActionState>;
  };
}
