import type { Generated } from 'kysely';
import type { AccountRole } from '../core/account/account.ts';

export interface AccountHolderTable {
  id: string;
  /** Lower case. */
  email: string;
  email_verified: boolean;
  role: AccountRole;
  display_name: string;
  avatar_url: string | null;
  bio: string | null;
  location: string | null;
  created_at: Date;
  updated_at: Date;
}

export interface AccountTables {
  account_holder: AccountHolderTable;
  account_handle: { handle: string; account_id: string };
  account_login: { id: string; account_id: string };
  account_session: { id: string; account_id: string };
  account_mail: { id: string; sealed: string; attempts: Generated<number>; created_at: Date; due_at: Date };
}
