import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import type { Credential } from '../core/key/credential.ts';
import type { KeyReader, KeyWriter } from '../core/key/store.ts';
import { dateOrNull, epochMs } from './anchor-rows.ts';
import type { CredentialTable } from './key-tables.ts';
import type { Schema } from './schema.ts';

export function createKeyReader(kysely: Kysely<Schema>): KeyReader {
  return {
    async findByDigests(digests) {
      const rows = await sql<CredentialRow>`
        select * from credential where digest = any(${digests}::bytea[])`.execute(kysely);
      return rows.rows.map((row) => ({ digest: row.digest, credential: readCredential(row) }));
    },

    async lastRevision() {
      const row = await kysely.selectFrom('credential_change').select('last_revision').executeTakeFirstOrThrow();
      return row.last_revision;
    },

    async listChanges(afterRevision, limit) {
      const rows = await kysely
        .selectFrom('credential')
        .select(['digest', 'revision'])
        .where('revision', '>', afterRevision)
        .orderBy('revision')
        .limit(limit)
        .execute();
      return rows.map(({ digest, revision }) => ({ digest, revision: revision! }));
    },

    async listOfAccount(accountId, limit) {
      const rows = await kysely
        .selectFrom('credential')
        .selectAll()
        .where('account_id', '=', accountId)
        .orderBy(sql`revoked_at is null and (expires_at is null or expires_at > now())`, 'desc')
        .orderBy('id', 'desc')
        .limit(limit)
        .execute();
      return rows.map(readCredential);
    },
  };
}

export function createKeyWriter(transaction: Transaction<Schema>): KeyWriter {
  async function nextRevision(): Promise<number> {
    const row = await transaction
      .updateTable('credential_change')
      .set(({ eb }) => ({ last_revision: eb('last_revision', '+', 1) }))
      .returning('last_revision')
      .executeTakeFirstOrThrow();
    return row.last_revision;
  }

  const end: KeyWriter['end'] = async (id, when) => {
    const ended =
      'revokedAt' in when ? { revoked_at: new Date(when.revokedAt) } : { expires_at: new Date(when.expiresAt) };
    await transaction
      .updateTable('credential')
      .set({ ...ended, revision: await nextRevision() })
      .where('id', '=', id)
      .execute();
  };

  return {
    async lockAccount(accountId) {
      // An insert alone would not lock a row that is there already.
      const { is_closed } = await transaction
        .insertInto('key_account')
        .values({ account_id: accountId })
        .onConflict((conflict) => conflict.column('account_id').doUpdateSet({ account_id: accountId }))
        .returning('is_closed')
        .executeTakeFirstOrThrow();
      return { isClosed: is_closed };
    },

    async closeAccount(accountId) {
      await transaction
        .insertInto('key_account')
        .values({ account_id: accountId, is_closed: true })
        .onConflict((conflict) => conflict.column('account_id').doUpdateSet({ is_closed: true }))
        .execute();
    },

    async insert({ credential, digest }) {
      await transaction
        .insertInto('credential')
        .values({
          digest,
          id: credential.id,
          account_id: credential.accountId,
          kind: credential.kind,
          display_prefix: credential.displayPrefix,
          name: credential.name,
          scopes: credential.scopes,
          created_at: new Date(credential.createdAt),
          last_used_at: dateOrNull(credential.lastUsedAt),
          expires_at: dateOrNull(credential.expiresAt),
          revoked_at: dateOrNull(credential.revokedAt),
          revision: null,
        })
        .execute();
    },

    async find(accountId, id) {
      const row = await transaction
        .selectFrom('credential')
        .selectAll()
        .where('account_id', '=', accountId)
        .where('id', '=', id)
        .forUpdate()
        .executeTakeFirst();
      return row === undefined ? null : readCredential(row);
    },

    async countLive(accountId, now) {
      const { rows } = await sql<{ live: number }>`
        select count(*) as live from credential
        where account_id = ${accountId} and kind <> 'orphograph-pack' and revoked_at is null
          and (expires_at is null or expires_at > ${new Date(now)})`.execute(transaction);
      return rows[0]!.live;
    },

    async rename(id, name) {
      await transaction.updateTable('credential').set({ name }).where('id', '=', id).execute();
    },

    end,

    async revokeKind(accountId, kind, revokedAt) {
      const rows = await transaction
        .selectFrom('credential')
        .select('id')
        .where('account_id', '=', accountId)
        .where('kind', '=', kind)
        .where('revoked_at', 'is', null)
        .orderBy('id')
        .forUpdate()
        .execute();
      for (const { id } of rows) await end(id, { revokedAt });
    },

    async saveUses(uses) {
      await sql`
        update credential set last_used_at = used.used_at
        from (
          select credential.digest, noted.used_at
          from unnest(
            ${uses.map(({ id }) => id)}::uuid[],
            ${uses.map(({ usedAt }) => new Date(usedAt).toISOString())}::timestamptz[]
          ) as noted (id, used_at)
          join credential on credential.id = noted.id
          where credential.last_used_at is null or credential.last_used_at < noted.used_at
          for update of credential skip locked
        ) as used
        where credential.digest = used.digest`.execute(transaction);
    },
  };
}

type CredentialRow = Selectable<CredentialTable>;

function readCredential(row: CredentialRow): Credential {
  return {
    id: row.id,
    accountId: row.account_id,
    kind: row.kind,
    displayPrefix: row.display_prefix,
    name: row.name,
    scopes: row.scopes,
    createdAt: row.created_at.getTime(),
    lastUsedAt: epochMs(row.last_used_at),
    expiresAt: epochMs(row.expires_at),
    revokedAt: epochMs(row.revoked_at),
  };
}
