import type { Generated } from 'kysely';
import type { CredentialKind } from '../core/key/credential.ts';

export interface CredentialTable {
  /** SHA-256 of the secret. */
  digest: Uint8Array;
  id: string;
  account_id: string | null;
  kind: CredentialKind;
  display_prefix: string;
  name: string | null;
  scopes: readonly string[] | null;
  created_at: Date;
  last_used_at: Date | null;
  expires_at: Date | null;
  revoked_at: Date | null;
  /** When it was last ended, in the order of all such changes; null for one that never was. */
  revision: number | null;
}

export interface KeyTables {
  credential: CredentialTable;
  /** Locked while keys of the account are made. */
  key_account: { account_id: string; is_closed: Generated<boolean> };
  credential_change: { only_row: true; last_revision: number };
}
