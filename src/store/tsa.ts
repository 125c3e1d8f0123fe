import { hash } from 'node:crypto';
import { type Kysely, sql, type Transaction } from 'kysely';
import { compareBytes } from '../base/bytes.ts';
import { encodeHex } from '../base/hex.ts';
import type { StoredToken, TokenReader, TokenWriter } from '../core/tsa/store.ts';
import type { Schema } from './schema.ts';

export function createTokenReader(kysely: Kysely<Schema>): TokenReader {
  return {
    async find(digest) {
      const row = await kysely
        .selectFrom('tsa_token')
        .innerJoin('tsa_evidence', 'tsa_evidence.id', 'tsa_token.evidence_id')
        .selectAll('tsa_token')
        .select(['chain', 'revocations'])
        .where('digest', '=', digest)
        .executeTakeFirst();
      if (row === undefined) return null;
      const { authority, token, gen_time, chain, revocations } = row;
      return { digest: row.digest, authority, token, time: gen_time.getTime(), chain, revocations };
    },

    async newestTime(authority) {
      const row = await kysely
        .selectFrom('tsa_token')
        .select(({ fn }) => fn.max('gen_time').as('newest'))
        .where('authority', '=', authority)
        .executeTakeFirstOrThrow();
      return row.newest?.getTime() ?? null;
    },

    async countPending() {
      const row = await kysely
        .selectFrom('tsa_pending')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow();
      return row.count;
    },
  };
}

export function createTokenWriter(transaction: Transaction<Schema>): TokenWriter {
  return {
    async put(tokens) {
      if (tokens.length === 0) return;
      // In one order, so that two workers never wait for each other.
      const rows = tokens.toSorted((one, other) => compareBytes(one.digest, other.digest));
      const evidence = new Map(rows.map((token) => [encodeHex(identifyEvidence(token)), token]));
      for (const [, token] of [...evidence].sort(([one], [other]) => (one < other ? -1 : 1))) {
        const { chain, revocations } = token;
        await transaction
          .insertInto('tsa_evidence')
          .values({ id: identifyEvidence(token), chain: [...chain], revocations: [...revocations] })
          .onConflict((conflict) => conflict.doNothing())
          .execute();
      }
      const digests = rows.map(({ digest }) => digest);
      await sql`
        insert into tsa_token (digest, authority, token, gen_time, evidence_id)
        select * from unnest(
          ${digests}::bytea[],
          ${rows.map(({ authority }) => authority)}::text[],
          ${rows.map(({ token }) => token)}::bytea[],
          ${rows.map(({ time }) => new Date(time).toISOString())}::timestamptz[],
          ${rows.map(identifyEvidence)}::bytea[]
        ) on conflict do nothing`.execute(transaction);
      await sql`delete from tsa_pending where digest = any(${digests}::bytea[])`.execute(transaction);
    },

    async enqueue(digests, now) {
      await sql`
        insert into tsa_pending (digest, due_at)
        select digest, ${new Date(now)} from unnest(${digests}::bytea[]) as wanted (digest)
        where not exists (select from tsa_token where tsa_token.digest = wanted.digest)
        order by digest
        on conflict do nothing`.execute(transaction);
    },

    async claimDue(now, leaseUntil, limit) {
      const { rows } = await sql<{ digest: Uint8Array; attempts: number }>`
        update tsa_pending set due_at = ${new Date(leaseUntil)}
        from (
          select digest from tsa_pending where due_at <= ${new Date(now)}
          order by due_at limit ${limit} for update skip locked
        ) as due
        where tsa_pending.digest = due.digest
        returning tsa_pending.digest, tsa_pending.attempts`.execute(transaction);
      return rows.map(({ digest, attempts }) => ({ digest, attempts, leaseUntil }));
    },

    async postpone({ digest, attempts, leaseUntil }, dueAt) {
      await transaction
        .updateTable('tsa_pending')
        .set({ due_at: new Date(dueAt), attempts: attempts + 1 })
        .where('digest', '=', digest)
        .where('due_at', '=', new Date(leaseUntil))
        .execute();
    },

    async readEnvelopes(limit) {
      const { sequence } = await transaction
        .selectFrom('tsa_cursor')
        .select('sequence')
        .forUpdate()
        .executeTakeFirstOrThrow();
      const { rows } = await sql<{ sequence: number; manifest_json: string; key_id: string; signature: Uint8Array }>`
        (select version_sequence as sequence, manifest_json, key_id, signature from certificate
          where version_sequence > ${sequence} and manifest_json <> '' order by version_sequence limit ${limit})
        union all
        (select sequence, manifest_json, key_id, signature from certificate_version
          where sequence > ${sequence} and manifest_json <> '' order by sequence limit ${limit})
        order by sequence limit ${limit}`.execute(transaction);
      return rows.map((row) => ({
        sequence: row.sequence,
        manifestJson: row.manifest_json,
        keyId: row.key_id,
        signature: row.signature,
      }));
    },

    async saveCursor(sequence) {
      await transaction.updateTable('tsa_cursor').set({ sequence }).execute();
    },
  };
}

/** Equal for equal chains and lists only: each item stands behind its own hash. */
function identifyEvidence({ chain, revocations }: StoredToken): Uint8Array {
  const hashes = [chain, revocations].map((items) => items.map((item) => hash('sha256', item, 'hex')).join());
  return new Uint8Array(hash('sha256', hashes.join(';'), 'buffer'));
}
