import type { Migration } from '../migrate.ts';

export const webhookMigration: Migration = {
  name: '0013-webhook',
  // An older program would change certificates and tell nobody.
  breaking: true,
  statements: [
    `create table webhook_subscription (
      account_id text collate "C" not null,
      id text collate "C" not null,
      contract text not null,
      is_sandbox boolean not null,
      url text not null,
      types text[] not null,
      description text,
      is_ordered boolean not null,
      secrets jsonb not null,
      status text not null check (status in ('active', 'disabled')),
      disabled_reason text,
      disabled_at timestamptz,
      notice_due_at timestamptz,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      primary key (account_id, id),
      check ((status = 'active') = (disabled_at is null))
    )`,
    `create index webhook_subscription_active on webhook_subscription (contract, account_id) where status = 'active'`,
    `create index webhook_subscription_notice on webhook_subscription (notice_due_at) where notice_due_at is not null`,
    // Apart from its subscription, since it changes with every delivery.
    `create table webhook_lane (
      account_id text collate "C" not null,
      subscription_id text collate "C" not null,
      cursor bigint not null,
      ready_at timestamptz,
      leased_by text,
      lease_until timestamptz,
      failures integer not null default 0,
      primary key (account_id, subscription_id)
    )`,
    `create index webhook_lane_ready on webhook_lane (ready_at) where ready_at is not null`,
    `create index webhook_lane_lease on webhook_lane (lease_until) where lease_until is not null`,
    // Account '' is everybody. The text is the contract's data as it is sent, in its order.
    `create table webhook_event (
      account_id text collate "C" not null,
      id text collate "C" not null,
      contract text not null,
      is_sandbox boolean not null,
      type text not null,
      target text collate "C" not null default '',
      created_at timestamptz not null,
      data text not null,
      sequence bigint,
      primary key (account_id, id)
    )`,
    `create index webhook_event_waiting on webhook_event (created_at, id) where sequence is null`,
    `create unique index webhook_event_sequence on webhook_event (sequence) where sequence is not null`,
    `create index webhook_event_stream on webhook_event (contract, is_sandbox, account_id, sequence)
      include (type, target) where sequence is not null`,
    `create table webhook_head (
      only_row boolean primary key default true check (only_row),
      last_sequence bigint not null
    )`,
    `insert into webhook_head (last_sequence) values (0)`,
    `create table webhook_retry (
      account_id text collate "C" not null,
      subscription_id text collate "C" not null,
      sequence bigint not null,
      attempts integer not null,
      due_at timestamptz not null,
      primary key (account_id, subscription_id, sequence)
    )`,
    `create index webhook_retry_due on webhook_retry (account_id, subscription_id, due_at)`,
    `create table webhook_attempt (
      account_id text collate "C" not null,
      subscription_id text collate "C" not null,
      id text collate "C" not null,
      sequence bigint not null,
      attempt integer not null,
      outcome text not null,
      status integer,
      error text,
      response text,
      url text not null,
      started_at timestamptz not null,
      duration_ms integer not null,
      next_at timestamptz,
      primary key (account_id, subscription_id, id)
    )`,
    `create index webhook_attempt_sequence on webhook_attempt (account_id, subscription_id, sequence)`,
  ],
};
