import type { Kysely, Selectable, Transaction } from 'kysely';
import type { Account } from '../core/account/account.ts';
import type { AccountReader, AccountWriter } from '../core/account/store.ts';
import type { AccountHolderTable } from './account-tables.ts';
import { claimHandle } from './handle.ts';
import type { Schema } from './schema.ts';

export function createAccountReader(kysely: Kysely<Schema>): AccountReader {
  return {
    async find(id) {
      const row = await kysely.selectFrom('account_holder').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : readAccount(row);
    },

    async findByEmail(email) {
      const row = await kysely
        .selectFrom('account_holder')
        .selectAll()
        .where('email', '=', email.toLowerCase())
        .executeTakeFirst();
      return row === undefined ? null : readAccount(row);
    },

    async findProfile(id) {
      const row = await kysely
        .selectFrom('account_holder')
        .leftJoin('account_handle', 'account_handle.account_id', 'account_holder.id')
        .select(['handle', 'display_name', 'bio', 'location', 'avatar_url'])
        .where('id', '=', id)
        .executeTakeFirst();
      if (row === undefined) return null;
      const { handle, display_name: displayName, bio, location, avatar_url: avatarUrl } = row;
      return { handle, displayName, bio, location, avatarUrl };
    },

    async list(emailStart, after, limit) {
      const rows = await kysely
        .selectFrom('account_holder')
        .leftJoin('account_handle', 'account_handle.account_id', 'account_holder.id')
        .selectAll('account_holder')
        .select('account_handle.handle')
        .where('account_holder.id', '>', after)
        .where('email', 'like', `${emailStart.replace(/[\\%_]/g, '\\$&')}%`)
        .orderBy('account_holder.id')
        .limit(limit)
        .execute();
      return rows.map((row) => ({ ...readAccount(row), handle: row.handle, displayName: row.display_name }));
    },
  };
}

export function createAccountWriter(transaction: Transaction<Schema>): AccountWriter {
  return {
    async saveProfile(id, { handle, displayName, bio, location, avatarUrl }) {
      const holder = await transaction
        .selectFrom('account_holder')
        .select('id')
        .where('id', '=', id)
        .forUpdate()
        .executeTakeFirst();
      if (holder === undefined) return 'account-gone';
      if (handle !== null && !(await claimHandle(transaction, handle, id))) return 'handle-taken';
      await transaction
        .deleteFrom('account_handle')
        .where('account_id', '=', id)
        .where('handle', 'is distinct from', handle)
        .execute();
      await transaction
        .updateTable('account_holder')
        .set({ display_name: displayName, bio, location, avatar_url: avatarUrl })
        .where('id', '=', id)
        .execute();
      return 'saved';
    },

    async setRole(email, role) {
      const changed = await transaction
        .updateTable('account_holder')
        .set({ role })
        .where('email', '=', email.toLowerCase())
        .executeTakeFirst();
      return changed.numUpdatedRows > 0n;
    },

    async markEmailVerified(id) {
      await transaction.updateTable('account_holder').set({ email_verified: true }).where('id', '=', id).execute();
    },

    async remove(id) {
      await transaction.deleteFrom('account_holder').where('id', '=', id).execute();
      await transaction.deleteFrom('account_handle').where('account_id', '=', id).execute();
      await transaction.deleteFrom('account_session').where('account_id', '=', id).execute();
      await transaction.deleteFrom('account_login').where('account_id', '=', id).execute();
    },
  };
}

function readAccount(row: Selectable<AccountHolderTable>): Account {
  return {
    id: row.id,
    email: row.email,
    isEmailVerified: row.email_verified,
    role: row.role,
    createdAt: row.created_at.getTime(),
  };
}
