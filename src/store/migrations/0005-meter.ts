import type { Migration } from '../migrate.ts';

export const meterMigration: Migration = {
  name: '0005-meter',
  breaking: true,
  statements: [
    `create table purse (
      id text collate "C" primary key,
      account_id text,
      balance bigint not null check (balance >= 0),
      last_sequence bigint not null
    )`,
    `create index purse_account on purse (account_id, id) where account_id is not null`,
    `create table credit_entry (
      purse text collate "C" not null,
      sequence bigint not null check (sequence > 0),
      delta bigint not null check (delta <> 0),
      balance bigint not null check (balance >= 0),
      reason text not null,
      reference text not null,
      created_at timestamptz not null,
      primary key (purse, sequence),
      unique (purse, reference)
    )`,
    `create function refuse_ledger_change() returns trigger language plpgsql as
      $$ begin raise exception 'the ledger is append-only'; end $$`,
    `create trigger credit_entry_is_append_only before update or delete or truncate on credit_entry
      for each statement execute function refuse_ledger_change()`,
    `create table subscription (
      account_id text not null,
      product text not null check (product in ('orphograph', 'proofd')),
      plan text not null,
      paid_until timestamptz not null,
      provider_reference text,
      primary key (account_id, product)
    )`,
    `create index subscription_provider on subscription (provider_reference) where provider_reference is not null`,
    // The row that is locked by whoever counts calls of the account.
    `create table usage_account (
      account_id text collate "C" primary key,
      paid_ahead bigint not null default 0,
      credits_debited bigint not null default 0
    )`,
    `create table usage_month (
      account_id text collate "C" not null,
      month text not null,
      calls bigint not null check (calls >= 0),
      primary key (account_id, month)
    )`,
    `create table usage_counter (
      account_id text collate "C" not null,
      month text not null,
      node_id uuid not null,
      counted bigint not null,
      granted bigint not null,
      granted_until timestamptz not null,
      primary key (account_id, month, node_id)
    )`,
    `create index usage_counter_node on usage_counter (node_id)`,
    `create table usage_ended_node (
      node_id uuid primary key,
      ended_at timestamptz not null
    )`,
  ],
};
