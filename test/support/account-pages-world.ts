import { createHash, randomBytes } from 'node:crypto';
import { systemSha256Hex } from '../../src/app/system.ts';
import { buildRound } from '../../src/core/anchor/round.ts';
import { createKeys } from '../../src/core/key/keys.ts';
import { createLimits } from '../../src/core/limit/limits.ts';
import { MemoryLimiter } from '../../src/core/limit/memory-limiter.ts';
import { DOCUMENTED_CALL_POLICY } from '../../src/core/meter/policy.ts';
import type { Store } from '../../src/core/store.ts';
import { DEFAULT_MONTHLY_QUOTAS } from '../../src/core/timestamp/plan.ts';
import { createWorks } from '../../src/core/works/works.ts';
import { PASSWORD_CHARS } from '../../src/http/account/auth.ts';
import { createAccountKeys } from '../../src/http/account-keys/index.ts';
import { createAccountPages } from '../../src/web/account.ts';
import { type AccountServer, PUBLIC_URL, startAccountServer } from './account-server.ts';
import type { Engine } from './databases.ts';
import { acceptedSubmission } from './submissions.ts';

const random = (length: number) => new Uint8Array(randomBytes(length));
const clock = { now: () => Date.now(), sleep: async () => {} };

/** Accounts, their keys and their pages over a real database. */
export function startAccountPages(engine: Engine, publicUrl = PUBLIC_URL): Promise<AccountServer> {
  return startAccountServer(engine, {
    publicUrl,
    surfaces({ sessions }, store) {
      const keys = createKeys({ store, clock, random, sha256Hex: systemSha256Hex, onUseLost: () => {} }).service;
      return [
        createAccountKeys({
          keys,
          sessions,
          subscriptions: store.subscription,
          limiter: new MemoryLimiter({ maxKeys: 1000, clock }),
          newKeys: createLimits()['new-key-account'],
          publicUrl,
          clock,
        }),
        createAccountPages({
          sessions,
          publicUrl,
          works: createWorks(store),
          submissions: { list: store.registry.listSubmissions },
          webhooks: {
            trackorigin: { list: ({ accountId }) => store.webhook.list(accountId, 'trackorigin') },
            origimark: { list: ({ accountId }) => store.webhook.list(accountId, 'origimark') },
          },
          accounts: store.account,
          keys,
          subscriptions: store.subscription,
          ledger: store.ledger,
          usage: store.usage,
          timestamps: store.timestamp,
          anchors: store.anchor,
          callPolicy: DOCUMENTED_CALL_POLICY,
          quotas: DEFAULT_MONTHLY_QUOTAS,
          passwordChars: PASSWORD_CHARS,
          offers: { bitcoin: [], card: [] },
          clock,
        }),
      ];
    },
  });
}

/** What an account may have bought and anchored: subscriptions, a purse with two lines, a receipt for each label. */
export async function fillAccount(store: Store, accountId: string, labels: readonly string[]): Promise<void> {
  const now = Date.now();
  const requests = labels.map((label) => ({
    digest: new Uint8Array(createHash('sha256').update(label).digest()),
    sha512: null,
    label,
    owner: { accountId, credentialId: null },
  }));
  const { round, receipts } = buildRound(requests, now, random);
  await store.transact(async ({ subscription, ledger, anchor }) => {
    const paidUntil = now + 30 * 24 * 3600_000;
    const common = { accountId, paidUntil, providerReference: null };
    await subscription.save({ ...common, product: 'orphograph', plan: 'orphograph-creator' });
    await subscription.save({ ...common, product: 'proofd', plan: 'proofd-pro' });
    const purse = `pack:${accountId}` as const;
    await ledger.credit({ purse, accountId, amount: 50, reason: 'pack_purchase', reference: `btc_${accountId}`, now });
    await ledger.spendUpTo({ purse, amount: labels.length, reason: 'anchor', reference: round.id, now: now + 1 });
    await anchor.insertRound(round, receipts, [
      acceptedSubmission({ id: round.id, root: Uint8Array.of(2) }, 'a', now, { dueAt: null }),
    ]);
  });
}
