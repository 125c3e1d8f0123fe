import { type Kysely, sql, type Transaction } from 'kysely';
import type { CreditEntry, CreditMove, LedgerReader, LedgerWriter, PurseId } from '../core/meter/ledger.ts';
import type { MeterTables } from './meter-tables.ts';
import type { Schema } from './schema.ts';

export function createLedgerReader(kysely: Kysely<Schema>): LedgerReader {
  return {
    async balance(purse) {
      const row = await kysely.selectFrom('purse').select('balance').where('id', '=', purse).executeTakeFirst();
      return row?.balance ?? 0;
    },

    async listEntries(purse, beforeSequence, limit) {
      const rows = await kysely
        .selectFrom('credit_entry')
        .selectAll()
        .where('purse', '=', purse)
        .$if(beforeSequence !== null, (query) => query.where('sequence', '<', beforeSequence!))
        .orderBy('sequence', 'desc')
        .limit(limit)
        .execute();
      return rows.map(readEntry);
    },

    async listPurses(accountId, limit) {
      const rows = await kysely
        .selectFrom('purse')
        .select(['id', 'balance'])
        .where('account_id', '=', accountId)
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map(({ id, balance }) => ({ id: id as PurseId, balance }));
    },

    async listAccountEntries(accountId, before, limit) {
      const rows = await kysely
        .selectFrom('credit_entry as entry')
        .innerJoin('purse', 'purse.id', 'entry.purse')
        .selectAll('entry')
        .where('purse.account_id', '=', accountId)
        .$if(before !== null, (query) =>
          query.where(
            sql<boolean>`(entry.created_at, entry.purse, entry.sequence) <
              (${new Date(before!.createdAt)}::timestamptz, ${before!.purse}, ${before!.sequence}::bigint)`,
          ),
        )
        .orderBy('entry.created_at', 'desc')
        .orderBy('entry.purse', 'desc')
        .orderBy('entry.sequence', 'desc')
        .limit(limit)
        .execute();
      return rows.map(readEntry);
    },
  };
}

function readEntry(row: MeterTables['credit_entry']): CreditEntry {
  return {
    purse: row.purse as PurseId,
    sequence: row.sequence,
    delta: row.delta,
    balance: row.balance,
    reason: row.reason,
    reference: row.reference,
    createdAt: row.created_at.getTime(),
  };
}

interface LockedPurse {
  readonly balance: number;
  readonly last_sequence: number;
}

export function createLedgerWriter(transaction: Transaction<Schema>): LedgerWriter {
  const lock = (purse: PurseId): Promise<LockedPurse | undefined> =>
    transaction
      .selectFrom('purse')
      .select(['balance', 'last_sequence'])
      .where('id', '=', purse)
      .forUpdate()
      .executeTakeFirst();

  const findDelta = async ({ purse, reference }: CreditMove): Promise<number | null> => {
    const row = await transaction
      .selectFrom('credit_entry')
      .select('delta')
      .where('purse', '=', purse)
      .where('reference', '=', reference)
      .executeTakeFirst();
    return row?.delta ?? null;
  };

  const append = async (purse: LockedPurse, delta: number, move: CreditMove): Promise<number> => {
    const balance = purse.balance + delta;
    const sequence = purse.last_sequence + 1;
    await transaction
      .insertInto('credit_entry')
      .values({
        purse: move.purse,
        sequence,
        delta,
        balance,
        reason: move.reason,
        reference: move.reference,
        created_at: new Date(move.now),
      })
      .execute();
    await transaction
      .updateTable('purse')
      .set({ balance, last_sequence: sequence })
      .where('id', '=', move.purse)
      .execute();
    return balance;
  };

  return {
    async credit({ accountId, ...move }) {
      assertAmount(move.amount);
      await transaction
        .insertInto('purse')
        .values({ id: move.purse, account_id: accountId, balance: 0, last_sequence: 0 })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      const purse = (await lock(move.purse))!;
      // Only under the lock: before it, another transaction with the same reference may not be visible yet.
      return (await findDelta(move)) === null ? append(purse, move.amount, move) : purse.balance;
    },

    async spendUpTo(move) {
      assertAmount(move.amount);
      const purse = await lock(move.purse);
      if (purse === undefined) return { taken: 0, balance: 0 };
      const earlier = await findDelta(move);
      if (earlier !== null) return { taken: Math.max(0, -earlier), balance: purse.balance };
      const taken = Math.min(move.amount, purse.balance);
      if (taken === 0) return { taken, balance: 0 };
      return { taken, balance: await append(purse, -taken, move) };
    },
  };
}

function assertAmount(amount: number): void {
  if (!Number.isSafeInteger(amount) || amount < 1) throw new RangeError(`${amount} is no amount of credits`);
}
