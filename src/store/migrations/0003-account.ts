import type { Migration } from '../migrate.ts';

export const accountMigration: Migration = {
  name: '0003-account',
  breaking: true,
  statements: [
    `create table account_holder (
      id text collate "C" primary key,
      email text not null,
      email_verified boolean not null,
      role text not null check (role in ('member', 'operator')),
      display_name text not null,
      avatar_url text,
      bio text,
      location text,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      check (email = lower(email))
    )`,
    `create unique index account_holder_email on account_holder (email)`,
    // A table of its own, since a unique index over other columns than the key spans the nodes of a distributed engine.
    `create table account_handle (handle text primary key, account_id text collate "C" not null)`,
    `create index account_handle_account on account_handle (account_id)`,
    // How an account may sign in. The columns from provider_token on are for providers that are not switched on.
    `create table account_login (
      id text collate "C" primary key,
      account_id text collate "C" not null,
      provider text not null,
      provider_account_id text not null,
      password_hash text,
      provider_token text,
      provider_token_expires_at timestamptz,
      refresh_token text,
      refresh_token_expires_at timestamptz,
      identity_token text,
      scope text,
      created_at timestamptz not null,
      updated_at timestamptz not null
    )`,
    `create unique index account_login_provider on account_login (account_id, provider)`,
    `create table account_session (
      id text collate "C" primary key,
      account_id text collate "C" not null,
      token text not null,
      expires_at timestamptz not null,
      address text,
      user_agent text,
      created_at timestamptz not null,
      updated_at timestamptz not null
    )`,
    `create unique index account_session_token on account_session (token)`,
    `create index account_session_account on account_session (account_id)`,
    // Links that were mailed; the identifier is hashed.
    `create table account_verification (
      id text collate "C" primary key,
      identifier text not null,
      value text not null,
      expires_at timestamptz not null,
      created_at timestamptz not null,
      updated_at timestamptz not null
    )`,
    `create index account_verification_identifier on account_verification (identifier)`,
    `create index account_verification_expires on account_verification (expires_at)`,
    // Keys of the issuer of JSON Web Tokens; the private ones are encrypted with the server's secret.
    `create table account_token_key (
      id text collate "C" primary key,
      public_key text not null,
      private_key text not null,
      created_at timestamptz not null,
      expires_at timestamptz
    )`,
  ],
};
