import type { Clock } from '../../base/clock.ts';
import type { Mailer, Sessions } from '../../core/account/account.ts';
import type { AnchorService } from '../../core/anchor/anchor.ts';
import type { Authenticator } from '../../core/key/credential.ts';
import type { Limit, Limiter } from '../../core/limit/limiter.ts';
import type { LedgerReader } from '../../core/meter/ledger.ts';
import type { SubscriptionReader } from '../../core/meter/subscription.ts';
import type { BitcoinNetwork } from '../../proof/bitcoin/network.ts';
import type { Surface } from '../shared/surface.ts';
import { createAdmissions } from './admission.ts';
import { registerAnchor } from './anchor.ts';
import { registerAnchorBatch } from './anchor-batch.ts';
import { ORPHOGRAPH_API } from './api.ts';
import { registerBadgeJs } from './badge-js.ts';
import { registerBadgeSvg } from './badge-svg.ts';
import { registerBadges } from './badges.ts';
import { registerBtcOrder } from './btc-order.ts';
import { registerBtcOrderCreate } from './btc-order-create.ts';
import { registerBtcOrderQr } from './btc-order-qr.ts';
import { type Pricing, registerConfig } from './config.ts';
import { presentError } from './errors.ts';
import { createFindReceipt } from './find-receipt.ts';
import { createCheckHealth, type Operations, registerHealth } from './health.ts';
import { createNotifier } from './notify.ts';
import { createReadyReceipts } from './ready-receipts.ts';
import { registerReceipt } from './receipt.ts';
import { registerReceiptPrivacy } from './receipt-privacy.ts';
import { registerReceiptZip } from './receipt-zip.ts';
import type { Shop } from './shop.ts';
import { registerStats } from './stats.ts';
import { registerStripeWebhook } from './stripe-webhook.ts';
import { createHasSubscription, createRequireSubscriber } from './subscriber.ts';
import { registerSummary } from './summary.ts';
import { registerVault } from './vault.ts';
import { registerVaultZip } from './vault-zip.ts';
import { registerVerify } from './verify.ts';

export interface OrphographParts {
  readonly anchors: AnchorService;
  readonly authenticator: Authenticator;
  readonly sessions: Sessions;
  readonly subscriptions: SubscriptionReader;
  readonly ledger: Pick<LedgerReader, 'balance'>;
  readonly mailer: Mailer;
  readonly limiter: Limiter;
  /** Of anonymous anchors, by client network; null lets everyone anchor as much as they like. */
  readonly freeTier: Limit | null;
  /** Of receipts made by one API key. */
  readonly fairUse: Limit;
  readonly operations: Operations;
  readonly network: BitcoinNetwork;
  readonly pricing: Pricing;
  /** Null: nothing is sold here. */
  readonly shop: Shop | null;
  /** Without a trailing slash. */
  readonly publicUrl: string;
  /** `verify_cli.py`, which archives bring along. */
  readonly verifier: Uint8Array;
  readonly clock: Clock;
}

/** The orphograph contract. */
export function createOrphograph(parts: OrphographParts): Surface {
  const { anchors, sessions, network, pricing, shop, clock } = parts;
  return {
    pathPrefixes: ['/api/', '/badge.js'],
    api: ORPHOGRAPH_API,
    presentError,
    register(app) {
      const hasSubscription = createHasSubscription(parts.subscriptions, clock);
      const requireSubscriber = createRequireSubscriber(sessions, hasSubscription);
      const admissions = createAdmissions({ ...parts, hasSubscription });
      const notifier = createNotifier(parts);
      const ready = createReadyReceipts(anchors, clock);
      const findReceipt = createFindReceipt(anchors, sessions);
      const checkHealth = createCheckHealth(anchors, parts.operations, shop?.desk ?? null, clock);
      app.addHook('onClose', () => notifier.drain());
      registerAnchor(app, anchors, admissions, notifier);
      registerAnchorBatch(app, anchors, admissions);
      registerReceipt(app, ready, sessions);
      registerReceiptZip(app, findReceipt, parts.verifier);
      registerSummary(app, findReceipt, network);
      registerVerify(app, findReceipt);
      registerVault(app, anchors, requireSubscriber);
      registerVaultZip(app, anchors, requireSubscriber);
      registerReceiptPrivacy(app, anchors, ready, requireSubscriber, parts.publicUrl);
      registerHealth(app, checkHealth);
      registerStats(app, anchors, shop?.desk ?? null, clock);
      registerConfig(app, pricing, shop);
      registerBadgeSvg(app, findReceipt, network);
      registerBadges(app, anchors, network);
      registerBadgeJs(app);
      registerBtcOrderCreate(app, shop, parts);
      registerBtcOrder(app, shop, clock);
      registerBtcOrderQr(app, shop, clock);
      if (shop?.stripe) registerStripeWebhook(app, shop.stripe);
    },
  };
}
