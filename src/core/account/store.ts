import type { Account, AccountRole } from './account.ts';
import type { Profile } from './profile.ts';

/** An account as operators see it. */
export type ListedAccount = Account & Pick<Profile, 'handle' | 'displayName'>;

export interface AccountReader {
  find(id: string): Promise<Account | null>;
  /** @param email In any case. */
  findByEmail(email: string): Promise<Account | null>;
  findProfile(id: string): Promise<Profile | null>;
  /** Accounts whose address starts so, by id, at most `limit` after the one named. */
  list(emailStart: string, after: string, limit: number): Promise<readonly ListedAccount[]>;
}

export interface AccountWriter {
  /** Writes nothing unless it resolves with `saved`. */
  saveProfile(id: string, profile: Profile): Promise<'saved' | 'handle-taken' | 'account-gone'>;
  /** False when nobody has that address. */
  setRole(email: string, role: AccountRole): Promise<boolean>;
  markEmailVerified(id: string): Promise<void>;
  /** The account, its ways to sign in and its sessions; what it anchored and bought stays. */
  remove(id: string): Promise<void>;
}
