import { Type } from 'typebox';
import type { App } from '../shared/app.ts';
import { prepareAnswer, sendReady } from '../shared/ready-answer.ts';
import { nullable } from './schemas.ts';
import { NO_LINKS, type Shop } from './shop.ts';

/** US dollars, and receipts in a pack. */
export interface Pricing {
  readonly packUsd: number;
  readonly packCredits: number;
  readonly personalMonthlyUsd: number;
  readonly personalAnnualUsd: number;
  readonly creatorMonthlyUsd: number;
}

/** The contract's document gives two packs; this is the one its tables and its credential section name. */
export const DOCUMENTED_PRICING: Pricing = {
  packUsd: 29,
  packCredits: 50,
  personalMonthlyUsd: 9,
  personalAnnualUsd: 60,
  creatorMonthlyUsd: 19,
};

const schema = {
  summary: 'Prices, payment links and what is switched on',
  tags: ['orphograph'],
  response: {
    200: Type.Object({
      stripe: Type.Object({
        pack_url: nullable('string'),
        personal_monthly_url: nullable('string'),
        personal_annual_url: nullable('string'),
        creator_monthly_url: nullable('string'),
      }),
      pricing: Type.Object({
        pack_usd: Type.Number(),
        pack_credits: Type.Integer(),
        personal_monthly_usd: Type.Number(),
        personal_annual_usd: Type.Number(),
        creator_monthly_usd: Type.Number(),
      }),
      toggles: Type.Object({
        checkout_disabled: Type.Boolean(),
        anchoring_disabled: Type.Boolean(),
        maintenance_mode: Type.Boolean(),
      }),
      features: Type.Object({
        btc_payments: Type.Boolean(),
        creator_tier_live: Type.Boolean(),
        private_receipts: Type.Boolean(),
        receipt_vault: Type.Boolean(),
      }),
    }),
  },
};

/** `GET /api/config` */
export function registerConfig(app: App, pricing: Pricing, shop: Shop | null): void {
  // Without the provider's events nobody would get what they paid for.
  const links = shop?.stripe ? shop.links : NO_LINKS;
  const hasBitcoin = (shop?.desk ?? null) !== null;
  const answer = prepareAnswer({
    stripe: {
      pack_url: links.pack,
      personal_monthly_url: links.personalMonthly,
      personal_annual_url: links.personalAnnual,
      creator_monthly_url: links.creatorMonthly,
    },
    pricing: {
      pack_usd: pricing.packUsd,
      pack_credits: pricing.packCredits,
      personal_monthly_usd: pricing.personalMonthlyUsd,
      personal_annual_usd: pricing.personalAnnualUsd,
      creator_monthly_usd: pricing.creatorMonthlyUsd,
    },
    toggles: {
      checkout_disabled: !hasBitcoin && Object.values(links).every((link) => link === null),
      anchoring_disabled: false,
      maintenance_mode: false,
    },
    features: {
      btc_payments: hasBitcoin,
      creator_tier_live: links.creatorMonthly !== null,
      private_receipts: true,
      receipt_vault: true,
    },
  });

  app.get('/api/config', { schema, config: { cors: true } }, (request, reply) => {
    sendReady(request, reply, answer, 'no-cache');
  });
}
