import type { Migration } from '../migrate.ts';

export const orderMigration: Migration = {
  name: '0006-order',
  breaking: true,
  statements: [
    `create table btc_wallet (id text primary key, next_index bigint not null)`,
    // Found by its id without a session, so the account cannot lead the key.
    `create table btc_order (
      id text collate "C" primary key,
      account_id text not null,
      email text not null,
      pack text not null,
      credits integer not null check (credits > 0),
      wallet text not null,
      address_index bigint not null,
      address text not null,
      script bytea not null,
      amount_sats bigint not null check (amount_sats > 0),
      created_at timestamptz not null,
      expires_at timestamptz not null,
      settled_at timestamptz,
      credential_id uuid,
      check ((settled_at is null) = (credential_id is null))
    )`,
    // The counter gives each index once; these make a mistake there harmless.
    `create unique index btc_order_index on btc_order (wallet, address_index)`,
    `create unique index btc_order_script on btc_order (script)`,
    `create index btc_order_account on btc_order (account_id, created_at)`,
    `create index btc_order_expiry on btc_order (expires_at)`,
    `create index btc_order_unsettled on btc_order (expires_at) where settled_at is null`,
    `create table btc_payment (
      order_id text collate "C" not null,
      txid bytea not null,
      vout bigint not null,
      value_sats bigint not null check (value_sats >= 0),
      seen_at timestamptz not null,
      mined_height bigint,
      is_open boolean not null,
      primary key (order_id, txid, vout)
    )`,
    `create index btc_payment_open on btc_payment (mined_height) where is_open`,
    `create table btc_scan (
      only_row boolean primary key default true check (only_row),
      best_height bigint,
      best_hash bytea,
      checked_at timestamptz not null
    )`,
    `insert into btc_scan (checked_at) values ('epoch')`,
    `create table btc_scan_block (height bigint primary key, hash bytea not null)`,
    `create table pack_mail (
      credential_id uuid primary key,
      email text not null,
      secret text not null,
      credits integer not null,
      attempts integer not null default 0,
      created_at timestamptz not null,
      due_at timestamptz not null
    )`,
    `create index pack_mail_due on pack_mail (due_at)`,
    `create table stripe_seen (id text collate "C" primary key, seen_at timestamptz not null)`,
    `create table stripe_gate (
      only_row boolean primary key default true check (only_row),
      passed_at timestamptz not null
    )`,
    `insert into stripe_gate (passed_at) values ('epoch')`,
    `create table stripe_subscription (
      id text collate "C" primary key,
      account_id text,
      email text,
      plan text,
      plan_at timestamptz not null,
      paid_until timestamptz,
      ended_at timestamptz
    )`,
    `create index stripe_subscription_account on stripe_subscription (account_id) where account_id is not null`,
    `create index stripe_subscription_unclaimed on stripe_subscription (email)
      where account_id is null and email is not null`,
    `create table stripe_unclaimed (
      id text collate "C" primary key,
      email text not null,
      credits integer not null check (credits > 0),
      created_at timestamptz not null
    )`,
    `create index stripe_unclaimed_email on stripe_unclaimed (email)`,
  ],
};
