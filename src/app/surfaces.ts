import { sql } from 'kysely';
import type { Mailer } from '../core/account/account.ts';
import { PASSWORD_CHARS } from '../http/account/auth.ts';
import { createAccountBilling } from '../http/account-billing/index.ts';
import { createAccountKeys } from '../http/account-keys/index.ts';
import { calendarSurface } from '../http/calendar/surface.ts';
import { createLogSurface } from '../http/log/index.ts';
import { createOperator } from '../http/operator/index.ts';
import { createDocumentPresenter } from '../http/origimark/document.ts';
import { createOrigimark } from '../http/origimark/index.ts';
import { createOrphograph } from '../http/orphograph/index.ts';
import { createProofd } from '../http/proofd/index.ts';
import type { Surface } from '../http/shared/surface.ts';
import { createTrackorigin } from '../http/trackorigin/index.ts';
import { createTsaSurface } from '../http/tsa/index.ts';
import { MailError } from '../net/mail.ts';
import type { Database } from '../store/database.ts';
import { createAccountPages } from '../web/account.ts';
import type { Running, ServerSettings } from './app.ts';
import { createSyntheticFiles } from './audio.ts';
import { listCardOffers } from './card-offers.ts';
import { createDocuments, readPythonVerifier } from './documents.ts';
import { openRelay } from './relay.ts';
import type { Services } from './services.ts';
import { systemClock } from './system.ts';
import { VERSION } from './version.ts';
import { createWebhookSurfaces, createWebhooks } from './webhooks.ts';

const NO_MAIL: Mailer = { send: () => Promise.reject(new MailError('not-sent', 'no mail server is configured')) };

/** Every part of the server's HTTP side. */
export function createSurfaces(
  settings: ServerSettings,
  running: Running,
  { accounts, keys, limiter, meter, timestamps, shop, log, tsa, certification, audio, tracks, workRegistry }: Services,
): readonly Surface[] {
  const { config, mailer, money } = settings;
  const { parts, store, database, lastRuns } = running;
  const { publicUrl } = config.http;
  const { sessions } = accounts;
  const { authenticator } = keys;
  const common = {
    authenticator,
    sessions,
    limiter,
    limits: config.limits,
    subscriptions: store.subscription,
    ledger: store.ledger,
    publicUrl,
    clock: systemClock,
  };
  const [pack] = money.packs;
  const { personalMonthly, personalAnnual, creatorMonthly } = money.subscriptionsUsd;
  const registry = { ...tracks, registry: store.registry, certificates: store.certificate };
  return [
    createOrphograph({
      ...common,
      verifier: readPythonVerifier(),
      anchors: parts.anchors,
      mailer: mailer ?? NO_MAIL,
      freeTier: config.freeTier,
      fairUse: config.limits['orphograph-key'],
      operations: { measureLedger: () => measureLedger(database), lastRuns: () => lastRuns },
      network: config.network,
      pricing: {
        packUsd: pack!.usdCents / 100,
        packCredits: pack!.credits,
        personalMonthlyUsd: personalMonthly,
        personalAnnualUsd: personalAnnual,
        creatorMonthlyUsd: creatorMonthly,
      },
      shop,
    }),
    createProofd({ ...common, timestamps }),
    createTrackorigin({
      ...common,
      certification: {
        ...certification,
        certificates: store.certificate,
        contents: store.audio,
        log: store.log,
        publicLog: log,
        presentDocument: {
          trackorigin: async (_record, document) => document,
          origimark: createDocumentPresenter(workRegistry.works),
        },
        newSandboxCertificates: config.limits['trackorigin-sandbox-account'],
      },
      accounts: store.account,
      meter,
      audio: { ...audio, signer: certification.signer },
      registry: { ...registry, sessions, publicUrl },
    }),
    createOperator({ ...registry, policies: audio.policies, accounts: store.account, sessions, publicUrl }),
    createOrigimark({
      ...common,
      ...workRegistry,
      relay: openRelay(settings, running, workRegistry),
      tokens: accounts.tokens,
      publicLog: log,
      cursors: registry.cursors,
    }),
    accounts.surface,
    createAccountKeys({ ...common, keys: keys.service, newKeys: config.limits['new-key-account'] }),
    createAccountBilling({ ...common, meter }),
    createAccountPages({
      ...common,
      works: workRegistry.works,
      submissions: tracks.submissions,
      webhooks: createWebhooks(running, settings),
      accounts: store.account,
      keys: keys.service,
      usage: store.usage,
      timestamps: store.timestamp,
      anchors: parts.anchors,
      callPolicy: config.callPolicy,
      quotas: config.timestampQuotas,
      passwordChars: PASSWORD_CHARS,
      offers: { bitcoin: shop.desk?.packs ?? [], card: listCardOffers(money) },
    }),
    createSyntheticFiles(),
    createLogSurface({ log }),
    ...createWebhookSurfaces(settings, running, { ...common, tokens: accounts.tokens, meter }),
    createDocuments(running, { certification, workRegistry, limiter, log }, config),
    createTsaSurface({ authority: tsa, limiter, limit: config.limits['tsa-address'] }),
    calendarSurface({ calendars: parts.calendars, version: VERSION }),
  ];
}

async function measureLedger({ kysely }: Database): Promise<{ anchors: number; upgrades: number; expiries: number }> {
  const { rows } = await sql<{ anchors: number; upgrades: number; expiries: number }>`
    select pg_total_relation_size('receipt') + pg_total_relation_size('round') as anchors,
      pg_total_relation_size('submission') as upgrades,
      pg_total_relation_size('receipt_expiry') as expiries`.execute(kysely);
  return rows[0]!;
}
