import type { Plan } from '../core/meter/subscription.ts';
import { type Pack, PriceError, priceInSats } from '../core/order/pack.ts';
import type { Catalogue, SoldProduct } from '../core/order/purchases.ts';
import { AccountKeyError, createReceivingWallet, type ReceivingWallet } from '../core/order/receiving-wallet.ts';
import type { BitcoinNetwork } from '../proof/bitcoin/network.ts';
import { ConfigError, type Env, parseHttpUrl, readInteger, readList, readText } from './env.ts';

/** What is sold, and how it is paid. Holds the webhook's secret, so it is not to be logged. */
export interface MoneyConfig {
  /** The first one is the pack that the contract's configuration shows. */
  readonly packs: readonly Pack[];
  readonly subscriptionsUsd: {
    readonly personalMonthly: number;
    readonly personalAnnual: number;
    readonly creatorMonthly: number;
  };
  /** Null without an extended key. */
  readonly bitcoin: BitcoinMoney | null;
  /** Null without a webhook secret. */
  readonly stripe: StripeMoney | null;
}

export interface BitcoinMoney {
  readonly wallet: ReceivingWallet;
  /** Null: no new orders; those there are go on. */
  readonly usdPerBtc: number | null;
  /** Blocks, the payment's own included, before a payment counts. */
  readonly confirmations: number;
}

export interface StripeMoney {
  readonly webhookSecret: string;
  readonly catalogue: Catalogue;
  readonly links: Readonly<Record<(typeof LINK_NAMES)[number], string | null>>;
  /** What is sold besides, which the orphograph contract has no link for. */
  readonly offers: readonly StripeOffer[];
}

export interface StripeOffer {
  readonly product: SoldProduct;
  readonly usd: number;
  /** The provider's page. */
  readonly link: string;
}

const LINK_NAMES = ['pack', 'personalMonthly', 'personalAnnual', 'creatorMonthly'] as const;
const PLANS: readonly Plan[] = ['orphograph-personal', 'orphograph-creator', 'proofd-pro', 'proofd-business'];

/** The orphograph contract's documented numbers. */
const DEFAULT_PACKS = ['pack=50:29'];
const MAX_CREDITS = 1_000_000;

/** Errors: ConfigError that names the variable, and never repeats a key or secret. */
export function readMoney(env: Env, network: BitcoinNetwork): MoneyConfig {
  const packs = (readList(env, 'TOUCHMARK_PACKS') ?? DEFAULT_PACKS).map(parsePack);
  if (packs.length === 0 || new Set(packs.map(({ name }) => name)).size < packs.length) {
    throw new ConfigError('bad-config', 'TOUCHMARK_PACKS needs packs with different names');
  }
  return {
    packs,
    subscriptionsUsd: {
      personalMonthly: readUsd(env, 'TOUCHMARK_PERSONAL_MONTHLY_USD') ?? 9,
      personalAnnual: readUsd(env, 'TOUCHMARK_PERSONAL_ANNUAL_USD') ?? 60,
      creatorMonthly: readUsd(env, 'TOUCHMARK_CREATOR_MONTHLY_USD') ?? 19,
    },
    bitcoin: readBitcoin(env, network, packs),
    stripe: readStripe(env, packs),
  };
}

function readBitcoin(env: Env, network: BitcoinNetwork, packs: readonly Pack[]): BitcoinMoney | null {
  const accountKey = readText(env, 'TOUCHMARK_XPUB');
  if (accountKey === null) return null;
  const usdPerBtc = readUsd(env, 'TOUCHMARK_BTC_USD');
  try {
    if (usdPerBtc !== null) for (const pack of packs) priceInSats(pack, usdPerBtc);
    return {
      wallet: createReceivingWallet(accountKey, network),
      usdPerBtc,
      confirmations: readInteger(env, 'TOUCHMARK_PAYMENT_CONFIRMATIONS', 2, 1, 144),
    };
  } catch (error) {
    if (error instanceof AccountKeyError) throw new ConfigError('bad-config', `TOUCHMARK_XPUB: ${error.message}`);
    if (error instanceof PriceError) throw new ConfigError('bad-config', `TOUCHMARK_BTC_USD: ${error.message}`);
    throw error;
  }
}

function readStripe(env: Env, packs: readonly Pack[]): StripeMoney | null {
  const webhookSecret = readText(env, 'TOUCHMARK_STRIPE_WEBHOOK_SECRET');
  if (webhookSecret === null) return null;
  if (!/^whsec_[\x21-\x7e]{16,}$/.test(webhookSecret)) {
    throw new ConfigError('bad-config', 'TOUCHMARK_STRIPE_WEBHOOK_SECRET must be the secret of an endpoint, whsec_…');
  }
  const catalogue = new Map<string, SoldProduct>();
  for (const item of readList(env, 'TOUCHMARK_STRIPE_PRODUCTS') ?? []) {
    const [, name, ids] = /^([a-z0-9:-]+)=((?:price|plink)_[A-Za-z0-9_|]+)$/.exec(item) ?? [];
    const product = name === undefined ? null : parseProduct(name, packs);
    if (product === null || ids === undefined) {
      throw new ConfigError(
        'bad-config',
        `TOUCHMARK_STRIPE_PRODUCTS takes product=price_…|plink_… items, not "${item}"`,
      );
    }
    for (const id of ids.split('|')) catalogue.set(id, product);
  }
  return { webhookSecret, catalogue, links: readLinks(env), offers: readOffers(env, packs) };
}

function parseProduct(name: string, packs: readonly Pack[]): SoldProduct | null {
  const plan = PLANS.find((candidate) => candidate === name);
  if (plan !== undefined) return { kind: 'plan', plan };
  const pack = packs.find((candidate) => name === `pack:${candidate.name}`);
  if (pack !== undefined) return { kind: 'pack', credits: pack.credits };
  const [, credits] = /^trackorigin-credits:([1-9]\d{0,5})$/.exec(name) ?? [];
  return credits === undefined ? null : { kind: 'credits', credits: Number(credits) };
}

function readLinks(env: Env): StripeMoney['links'] {
  const links: Record<(typeof LINK_NAMES)[number], string | null> = {
    pack: null,
    personalMonthly: null,
    personalAnnual: null,
    creatorMonthly: null,
  };
  for (const item of readList(env, 'TOUCHMARK_STRIPE_LINKS') ?? []) {
    const [, name, url] = /^([a-z-]+)=(.+)$/.exec(item) ?? [];
    const link = LINK_NAMES.find(
      (candidate) => name === candidate.replace(/[A-Z]/, (letter) => `-${letter.toLowerCase()}`),
    );
    if (link === undefined || url === undefined) {
      throw new ConfigError(
        'bad-config',
        `TOUCHMARK_STRIPE_LINKS takes pack=…, personal-monthly=…, personal-annual=… and creator-monthly=…, not "${item}"`,
      );
    }
    links[link] = parseHttpUrl('TOUCHMARK_STRIPE_LINKS', url);
  }
  return links;
}

function readOffers(env: Env, packs: readonly Pack[]): readonly StripeOffer[] {
  return (readList(env, 'TOUCHMARK_STRIPE_OFFERS') ?? []).map((item) => {
    const [, name, usd, url] = /^([a-z0-9:-]+)=(\d{1,6}(?:\.\d{2})?)@(.+)$/.exec(item) ?? [];
    const product = name === undefined ? null : parseProduct(name, packs);
    if (product === null || url === undefined || Number(usd) === 0) {
      throw new ConfigError(
        'bad-config',
        `TOUCHMARK_STRIPE_OFFERS takes product=dollars@https://… items, not "${item}"`,
      );
    }
    return { product, usd: Number(usd), link: parseHttpUrl('TOUCHMARK_STRIPE_OFFERS', url) };
  });
}

function parsePack(item: string): Pack {
  const [, name, credits, dollars, cents] =
    /^([a-z0-9][a-z0-9-]{0,31})=([1-9]\d{0,6}):(\d{1,6})(?:\.(\d{2}))?$/.exec(item) ?? [];
  const usdCents = Number(dollars) * 100 + Number(cents ?? 0);
  if (name === undefined || Number(credits) > MAX_CREDITS || usdCents < 1) {
    throw new ConfigError('bad-config', `TOUCHMARK_PACKS takes name=receipts:dollars items, not "${item}"`);
  }
  return { name, credits: Number(credits), usdCents };
}

/** More than zero, with at most two decimals. */
function readUsd(env: Env, name: string): number | null {
  const text = readText(env, name);
  if (text === null) return null;
  if (!/^\d{1,9}(\.\d{1,2})?$/.test(text) || Number(text) === 0) {
    throw new ConfigError('bad-config', `${name} must be an amount like 60 or 59.50, not "${text}"`);
  }
  return Number(text);
}
