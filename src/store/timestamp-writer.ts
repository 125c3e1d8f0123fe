import { type Selectable, sql, type Transaction } from 'kysely';
import type { HeldRequest, RequestAttempt, TimestampWriter } from '../core/timestamp/store.ts';
import type { Schema } from './schema.ts';
import { countSince, hasDigest } from './timestamp-reader.ts';
import type { TimestampRequestTable } from './timestamp-tables.ts';

/** More than one request can add, so what has expired goes away; few enough to cost nothing. */
const MAX_FORGOTTEN = 20;

export function createTimestampWriter(transaction: Transaction<Schema>): TimestampWriter {
  const ofKey = ({ accountId, key }: RequestAttempt) =>
    transaction.updateTable('timestamp_request').where('account_id', '=', accountId).where('idempotency_key', '=', key);

  return {
    async holdRequest(attempt) {
      await transaction
        .insertInto('timestamp_request')
        .values(writeAttempt(attempt))
        .onConflict((conflict) => conflict.columns(['account_id', 'idempotency_key']).doNothing())
        .execute();
      // By a statement of its own: it sees what another transaction, for which the insertion has waited, committed.
      const row = await transaction
        .selectFrom('timestamp_request')
        .selectAll()
        .where('account_id', '=', attempt.accountId)
        .where('idempotency_key', '=', attempt.key)
        .forUpdate()
        .executeTakeFirst();
      // Another one released the key between the two statements.
      return row === undefined ? this.holdRequest(attempt) : readRequest(row);
    },

    async replaceRequest(attempt) {
      await ofKey(attempt).set(writeAttempt(attempt)).execute();
    },

    async completeRequest(attempt, timestampId) {
      const { numUpdatedRows } = await ofKey(attempt)
        .where('attempt_id', '=', attempt.attemptId)
        .set({ timestamp_id: timestampId })
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },

    async releaseRequest({ accountId, key, attemptId }) {
      await transaction
        .deleteFrom('timestamp_request')
        .where('account_id', '=', accountId)
        .where('idempotency_key', '=', key)
        .where('attempt_id', '=', attemptId)
        .where('timestamp_id', 'is', null)
        .execute();
    },

    async forgetRequests(accountId, now) {
      await sql`
        delete from timestamp_request where account_id = ${accountId} and idempotency_key in (
          select idempotency_key from timestamp_request
          where account_id = ${accountId} and expires_at <= ${new Date(now)}
          limit ${MAX_FORGOTTEN} for update skip locked
        )`.execute(transaction);
    },

    async lockAccount(accountId) {
      await transaction
        .insertInto('timestamp_account')
        .values({ account_id: accountId, last_created_at: new Date(0) })
        .onConflict((conflict) => conflict.column('account_id').doNothing())
        .execute();
      const row = await transaction
        .selectFrom('timestamp_account')
        .select('last_created_at')
        .where('account_id', '=', accountId)
        .forUpdate()
        .executeTakeFirstOrThrow();
      return row.last_created_at.getTime();
    },

    hasDigest: (accountId, digest) => hasDigest(transaction, accountId, digest),
    countSince: (accountId, since, limit) => countSince(transaction, accountId, since, limit),

    async takeCertificateId(certificateId, { accountId, id }) {
      const { numInsertedOrUpdatedRows } = await transaction
        .insertInto('timestamp_certificate')
        .values({ certificate_id: certificateId, account_id: accountId, timestamp_id: id })
        .onConflict((conflict) => conflict.column('certificate_id').doNothing())
        .executeTakeFirstOrThrow();
      return numInsertedOrUpdatedRows === 1n;
    },

    async insert(record) {
      await transaction
        .insertInto('timestamp_record')
        .values({
          account_id: record.accountId,
          id: record.id,
          created_at: new Date(record.createdAt),
          digest: record.digest,
          filename: record.filename,
          file_size_bytes: record.sizeBytes,
          file_type: record.type,
          certificate_id: record.certificateId,
          receipt_id: record.receiptId,
          round_id: record.roundId,
        })
        .execute();
      await transaction
        .updateTable('timestamp_account')
        .set({ last_created_at: new Date(record.createdAt) })
        .where('account_id', '=', record.accountId)
        .execute();
    },
  };
}

function writeAttempt(attempt: RequestAttempt): TimestampRequestTable {
  return {
    account_id: attempt.accountId,
    idempotency_key: attempt.key,
    attempt_id: attempt.attemptId,
    fingerprint: attempt.fingerprint,
    lease_until: new Date(attempt.leaseUntil),
    expires_at: new Date(attempt.expiresAt),
    timestamp_id: null,
  };
}

function readRequest(row: Selectable<TimestampRequestTable>): HeldRequest {
  return {
    accountId: row.account_id,
    key: row.idempotency_key,
    attemptId: row.attempt_id,
    fingerprint: row.fingerprint,
    leaseUntil: row.lease_until.getTime(),
    expiresAt: row.expires_at.getTime(),
    timestampId: row.timestamp_id,
  };
}
