import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import { encodeHex } from '../base/hex.ts';
import type { PaymentOutput } from '../core/chain.ts';
import type { Order, PaidOrder, Payment } from '../core/order/order.ts';
import type { OrderReader, OrderWriter, ScanState } from '../core/order/store.ts';
import type { BtcOrderTable, BtcPaymentTable } from './order-tables.ts';
import type { Schema } from './schema.ts';

/** Branches of this many blocks are followed; Bitcoin never replaced nearly as many. */
const SCANNED_BLOCKS_KEPT = 144;

export function createOrderReader(kysely: Kysely<Schema>): OrderReader {
  return {
    async find(id) {
      const row = await kysely.selectFrom('btc_order').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : (await addPayments(kysely, [row]))[0]!;
    },

    async readScan() {
      return readScan(await kysely.selectFrom('btc_scan').selectAll().executeTakeFirstOrThrow());
    },

    listScanned: () => kysely.selectFrom('btc_scan_block').selectAll().orderBy('height', 'desc').execute(),

    isAnyExpiring: (since) => isAnyExpiring(kysely, since),

    async listUnsettled(since, limit) {
      const { rows } = await sql<Selectable<BtcOrderTable>>`
        select found.* from (
          select candidate.*, exists (
            select 1 from btc_payment payment
            where payment.order_id = candidate.id and payment.mined_height is null and payment.is_open
          ) as has_unconfirmed
          from btc_order candidate where settled_at is null and (
            expires_at > ${new Date(since)}
            or id in (select order_id from btc_payment where mined_height is null and is_open))
        ) found
        order by has_unconfirmed desc, created_at desc, id limit ${limit}`.execute(kysely);
      return addPayments(kysely, rows);
    },

    async listPayable(height, limit) {
      const { rows } = await sql<{ id: string }>`
        select found.id from (
          select order_id, sum(value_sats) as received from btc_payment
          where is_open and mined_height <= ${height} group by order_id
        ) paid join btc_order found on found.id = paid.order_id
        where found.settled_at is null and paid.received >= found.amount_sats
        order by found.id limit ${limit}`.execute(kysely);
      return rows.map(({ id }) => id);
    },
  };
}

export function createOrderWriter(transaction: Transaction<Schema>): OrderWriter {
  return {
    async lockScan() {
      return readScan(await transaction.selectFrom('btc_scan').selectAll().forUpdate().executeTakeFirstOrThrow());
    },

    async markChecked(now) {
      await transaction
        .updateTable('btc_scan')
        .set({ checked_at: new Date(now) })
        .execute();
    },

    async jumpScan({ height, hash }, now) {
      await transaction.deleteFrom('btc_scan_block').execute();
      await transaction.insertInto('btc_scan_block').values({ height, hash }).execute();
      await transaction
        .updateTable('btc_scan')
        .set({ best_height: height, best_hash: hash, checked_at: new Date(now) })
        .execute();
    },

    isAnyExpiring: (since) => isAnyExpiring(transaction, since),

    async addScanned(parentHeight, { height, hash, time, outputs }, now) {
      await transaction
        .deleteFrom('btc_scan_block')
        .where((row) =>
          row.or([row('height', '>', parentHeight), row('height', '<=', parentHeight - SCANNED_BLOCKS_KEPT)]),
        )
        .execute();
      await transaction.insertInto('btc_scan_block').values({ height, hash }).execute();
      await transaction.updateTable('btc_scan').set({ best_height: height, best_hash: hash }).execute();
      await transaction
        .updateTable('btc_payment')
        .set({ mined_height: null })
        .where('mined_height', '>', parentHeight)
        .where('is_open', '=', true)
        .execute();
      for (const [order, own] of await findPaid(transaction, outputs)) {
        for (const output of own) {
          await transaction
            .insertInto('btc_payment')
            .values({ ...writePayment(order, output, Math.min(now, time)), mined_height: height })
            .onConflict((conflict) =>
              conflict.columns(['order_id', 'txid', 'vout']).doUpdateSet({ mined_height: height }),
            )
            .execute();
        }
      }
    },

    async countOpen(accountId, now) {
      const { count } = await transaction
        .selectFrom('btc_order')
        .select((row) => row.fn.countAll<number>().as('count'))
        .where('account_id', '=', accountId)
        .where('settled_at', 'is', null)
        .where('expires_at', '>', new Date(now))
        .executeTakeFirstOrThrow();
      return count;
    },

    async takeIndex(walletId) {
      const { next_index: next } = await transaction
        .insertInto('btc_wallet')
        .values({ id: walletId, next_index: 1 })
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ next_index: sql`btc_wallet.next_index + 1` }))
        .returning('next_index')
        .executeTakeFirstOrThrow();
      return next - 1;
    },

    async insert(order, walletId, index) {
      await transaction
        .insertInto('btc_order')
        .values({
          id: order.id,
          account_id: order.accountId,
          email: order.email,
          pack: order.pack,
          credits: order.credits,
          wallet: walletId,
          address_index: index,
          address: order.address,
          script: order.scriptPubKey,
          amount_sats: order.amountSats,
          created_at: new Date(order.createdAt),
          expires_at: new Date(order.expiresAt),
        })
        .execute();
    },

    async find(id) {
      const row = await lockOrder(transaction, id);
      return row === undefined ? null : (await addPayments(transaction, [row]))[0]!;
    },

    async settle(id, credentialId, now) {
      await transaction
        .updateTable('btc_order')
        .set({ settled_at: new Date(now), credential_id: credentialId })
        .where('id', '=', id)
        .execute();
      await transaction.updateTable('btc_payment').set({ is_open: false }).where('order_id', '=', id).execute();
    },

    async setUnconfirmed(id, outputs, keepsOthers, now) {
      const order = await lockOrder(transaction, id);
      if (order === undefined) return;
      if (!keepsOthers) {
        const { payments } = (await addPayments(transaction, [order]))[0]!;
        const present = new Set(outputs.map(({ txid, vout }) => `${encodeHex(txid)}:${vout}`));
        for (const { txid, vout, minedHeight } of payments) {
          if (minedHeight !== null || present.has(`${encodeHex(txid)}:${vout}`)) continue;
          await transaction
            .deleteFrom('btc_payment')
            .where('order_id', '=', id)
            .where('txid', '=', txid)
            .where('vout', '=', vout)
            .execute();
        }
      }
      for (const output of outputs) {
        await transaction
          .insertInto('btc_payment')
          .values({ ...writePayment(order, output, now), mined_height: null })
          .onConflict((conflict) => conflict.columns(['order_id', 'txid', 'vout']).doNothing())
          .execute();
      }
    },

    async insertMail({ credentialId, email, secret, credits }, now) {
      await transaction
        .insertInto('pack_mail')
        .values({
          credential_id: credentialId,
          email,
          secret,
          credits,
          created_at: new Date(now),
          due_at: new Date(now),
        })
        .execute();
    },

    async claimMails(now, leaseUntil, limit) {
      const { rows } = await sql<{
        credential_id: string;
        email: string;
        secret: string;
        credits: number;
        attempts: number;
      }>`
        update pack_mail set due_at = ${new Date(leaseUntil)}, attempts = attempts + 1
        where credential_id in (
          select credential_id from pack_mail where due_at <= ${new Date(now)}
          order by due_at limit ${limit} for update skip locked)
        returning credential_id, email, secret, credits, attempts`.execute(transaction);
      return rows.map(({ credential_id, email, secret, credits, attempts }) => ({
        credentialId: credential_id,
        email,
        secret,
        credits,
        attempts: attempts - 1,
      }));
    },

    async postponeMail(credentialId, dueAt) {
      await transaction
        .updateTable('pack_mail')
        .set({ due_at: new Date(dueAt) })
        .where('credential_id', '=', credentialId)
        .execute();
    },

    async deleteMail(credentialId) {
      await transaction.deleteFrom('pack_mail').where('credential_id', '=', credentialId).execute();
    },
  };
}

async function isAnyExpiring(kysely: Kysely<Schema>, since: number): Promise<boolean> {
  const row = await kysely
    .selectFrom('btc_order')
    .select('id')
    .where('expires_at', '>', new Date(since))
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

function lockOrder(transaction: Transaction<Schema>, id: string): Promise<Selectable<BtcOrderTable> | undefined> {
  return transaction.selectFrom('btc_order').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
}

/** The orders that outputs pay to, locked in the order of their ids. */
async function findPaid(
  transaction: Transaction<Schema>,
  outputs: readonly PaymentOutput[],
): Promise<[Selectable<BtcOrderTable>, readonly PaymentOutput[]][]> {
  if (outputs.length === 0) return [];
  const byScript = Map.groupBy(outputs, ({ scriptPubKey }) => encodeHex(scriptPubKey));
  const scripts = [...byScript.values()].map(([first]) => first!.scriptPubKey);
  const { rows } = await sql<Selectable<BtcOrderTable>>`
    select * from btc_order where script = any(${scripts}::bytea[]) order by id for update`.execute(transaction);
  return rows.map((row) => [row, byScript.get(encodeHex(row.script))!]);
}

function writePayment(
  order: Selectable<BtcOrderTable>,
  { txid, vout, valueSats }: PaymentOutput,
  seenAt: number,
): Omit<BtcPaymentTable, 'mined_height'> {
  return {
    order_id: order.id,
    txid,
    vout,
    value_sats: valueSats,
    seen_at: new Date(seenAt),
    is_open: order.settled_at === null,
  };
}

async function addPayments(kysely: Kysely<Schema>, rows: readonly Selectable<BtcOrderTable>[]): Promise<PaidOrder[]> {
  if (rows.length === 0) return [];
  const payments = await kysely
    .selectFrom('btc_payment')
    .selectAll()
    .where(
      'order_id',
      'in',
      rows.map(({ id }) => id),
    )
    .orderBy('seen_at')
    .orderBy('txid')
    .orderBy('vout')
    .execute();
  const byOrder = Map.groupBy(payments, ({ order_id }) => order_id);
  return rows.map((row) => ({ order: readOrder(row), payments: (byOrder.get(row.id) ?? []).map(readPayment) }));
}

function readOrder(row: Selectable<BtcOrderTable>): Order {
  return {
    id: row.id,
    accountId: row.account_id,
    email: row.email,
    pack: row.pack,
    credits: row.credits,
    address: row.address,
    scriptPubKey: row.script,
    amountSats: row.amount_sats,
    createdAt: row.created_at.getTime(),
    expiresAt: row.expires_at.getTime(),
    settledAt: row.settled_at?.getTime() ?? null,
  };
}

function readPayment(row: Selectable<BtcPaymentTable>): Payment {
  return {
    txid: row.txid,
    vout: row.vout,
    valueSats: row.value_sats,
    seenAt: row.seen_at.getTime(),
    minedHeight: row.mined_height,
  };
}

function readScan(row: { best_height: number | null; best_hash: Uint8Array | null; checked_at: Date }): ScanState {
  return {
    best: row.best_height === null ? null : { height: row.best_height, hash: row.best_hash! },
    checkedAt: row.checked_at.getTime(),
  };
}
