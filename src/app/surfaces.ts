import { sql } from 'kysely';
import type { Mailer } from '../core/account/account.ts';
import { PASSWORD_CHARS } from '../http/account/auth.ts';
import { createAccountBilling } from '../http/account-billing/index.ts';
import { createAccountKeys } from '../http/account-keys/index.ts';
import { calendarSurface } from '../http/calendar/surface.ts';
import { createOrphograph } from '../http/orphograph/index.ts';
import { createProofd } from '../http/proofd/index.ts';
import type { Surface } from '../http/shared/surface.ts';
import { createTrackorigin } from '../http/trackorigin/index.ts';
import { MailError } from '../net/mail.ts';
import type { Database } from '../store/database.ts';
import { createAccountPages } from '../web/account.ts';
import type { Running, ServerSettings } from './app.ts';
import type { Services } from './services.ts';
import { systemClock } from './system.ts';
import { VERSION } from './version.ts';

const NO_MAIL: Mailer = { send: () => Promise.reject(new MailError('not-sent', 'no mail server is configured')) };

/** Every part of the server's HTTP side. */
export function createSurfaces(
  { config, mailer, money }: ServerSettings,
  { parts, store, database, lastRuns }: Running,
  { accounts, keys, limiter, meter, timestamps, shop }: Services,
): readonly Surface[] {
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
  return [
    createOrphograph({
      ...common,
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
    createTrackorigin({ ...common, accounts: store.account, meter }),
    accounts.surface,
    createAccountKeys({ ...common, keys: keys.service, newKeys: config.limits['new-key-account'] }),
    createAccountBilling({ ...common, meter }),
    createAccountPages({
      ...common,
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
    calendarSurface({ calendars: parts.calendars, version: VERSION }),
  ];
}

function listCardOffers({ stripe, packs, subscriptionsUsd }: ServerSettings['money']) {
  const [pack] = packs;
  const offers = [
    { name: `${pack!.credits} receipts`, usd: pack!.usdCents / 100, paymentLink: stripe?.links.pack },
    { name: 'Personal, monthly', usd: subscriptionsUsd.personalMonthly, paymentLink: stripe?.links.personalMonthly },
    { name: 'Personal, yearly', usd: subscriptionsUsd.personalAnnual, paymentLink: stripe?.links.personalAnnual },
    { name: 'Creator, monthly', usd: subscriptionsUsd.creatorMonthly, paymentLink: stripe?.links.creatorMonthly },
  ];
  return offers.flatMap(({ paymentLink, ...offer }) => (paymentLink ? [{ ...offer, paymentLink }] : []));
}

async function measureLedger({ kysely }: Database): Promise<{ anchors: number; upgrades: number; expiries: number }> {
  const { rows } = await sql<{ anchors: number; upgrades: number; expiries: number }>`
    select pg_total_relation_size('receipt') + pg_total_relation_size('round') as anchors,
      pg_total_relation_size('submission') as upgrades,
      pg_total_relation_size('receipt_expiry') as expiries`.execute(kysely);
  return rows[0]!;
}
