import type { Account } from '../core/account/account.ts';
import type { AccountReader } from '../core/account/store.ts';
import type { AnchorService } from '../core/anchor/anchor.ts';
import type { Registry } from '../core/certificate/certificate.ts';
import type { KeyService } from '../core/key/keys.ts';
import type { LedgerReader } from '../core/meter/ledger.ts';
import type { SubmissionService } from '../core/registry/submissions.ts';
import type { WebhookService } from '../core/webhook/webhooks.ts';
import type { Works } from '../core/works/works.ts';
import { findSubscriptions, findUsage, type UsageParts } from './own-usage.ts';
import type { Page } from './pages/layout.ts';
import { renderOverview } from './pages/overview.ts';

export interface OverviewParts extends UsageParts {
  readonly accounts: Pick<AccountReader, 'findProfile'>;
  readonly keys: Pick<KeyService, 'list'>;
  readonly anchors: Pick<AnchorService, 'listOwned'>;
  readonly ledger: Pick<LedgerReader, 'listPurses'>;
  readonly works: Pick<Works, 'listOwned'>;
  readonly submissions: Pick<SubmissionService, 'list'>;
  readonly webhooks: Readonly<Record<Registry, Pick<WebhookService, 'list'>>>;
}

export const PURSES_MAX = 200;
const OF_EACH = 3;

/** Null for an account that is gone. */
export async function showOverview(parts: OverviewParts, { id }: Account): Promise<Page | null> {
  const { works, submissions, webhooks, accounts, anchors, keys, ledger, clock } = parts;
  const owner = { accountId: id, isSandbox: null };
  const all = { digestPrefix: null, label: null, isPrivate: null, before: null };
  const [profile, listed, sent, subscriptions, usage, purses, ownKeys, trackorigin, origimark] = await Promise.all([
    accounts.findProfile(id),
    works.listOwned(id, { order: 'newest', after: null, offset: 0, limit: OF_EACH }),
    submissions.list(id, null, OF_EACH),
    findSubscriptions(parts, id),
    findUsage(parts, id),
    ledger.listPurses(id, PURSES_MAX),
    keys.list(id),
    webhooks.trackorigin.list(owner),
    webhooks.origimark.list(owner),
  ]);
  if (profile === null) return null;
  // As the vault, which is closed to others.
  const hasVault = subscriptions.some(({ product }) => product === 'orphograph');
  return renderOverview({
    name: profile.displayName,
    handle: profile.handle,
    works: listed.items,
    submissions: sent,
    receipts: hasVault ? await anchors.listOwned({ accountId: id, ...all, limit: OF_EACH }) : [],
    usage,
    subscriptions,
    purses,
    keys: ownKeys,
    webhooks: { trackorigin, origimark },
    now: clock.now(),
  });
}
