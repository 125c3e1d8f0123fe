import { sql, type Transaction } from 'kysely';
import type { WebhookEventWriter } from '../core/webhook/event.ts';
import type { Schema } from './schema.ts';

export function createWebhookEventWriter(transaction: Transaction<Schema>): WebhookEventWriter {
  return {
    async publish(events) {
      if (events.length === 0) return;
      await sql`
        insert into webhook_event (account_id, id, contract, is_sandbox, type, target, created_at, data)
        select * from unnest(
          ${events.map(({ accountId }) => accountId ?? '')}::text[],
          ${events.map(({ id }) => id)}::text[],
          ${events.map(({ contract }) => contract)}::text[],
          ${events.map(({ isSandbox }) => isSandbox)}::boolean[],
          ${events.map(({ type }) => type)}::text[],
          ${events.map(({ target }) => target ?? '')}::text[],
          ${events.map(({ createdAt }) => new Date(createdAt).toISOString())}::timestamptz[],
          ${events.map(({ data }) => JSON.stringify(data))}::text[]
        )`.execute(transaction);
    },
  };
}
