import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HDKey } from '@scure/bip32';
import { ConfigError } from './env.ts';
import { readMoney } from './money.ts';

const KEY = HDKey.fromMasterSeed(new Uint8Array(32).fill(1)).derive("m/84'/0'/0'");
const SECRET = 'whsec_0123456789abcdefghij';

test('without settings nothing is sold, at the documented prices', () => {
  const money = readMoney({}, 'mainnet');
  assert.deepEqual(money, {
    packs: [{ name: 'pack', credits: 50, usdCents: 2_900 }],
    subscriptionsUsd: { personalMonthly: 9, personalAnnual: 60, creatorMonthly: 19 },
    bitcoin: null,
    stripe: null,
  });
});

test('packs, key, rate, products and links are read', () => {
  const money = readMoney(
    {
      TOUCHMARK_PACKS: 'small=10:19, large=500:199.50',
      TOUCHMARK_XPUB: KEY.publicExtendedKey,
      TOUCHMARK_BTC_USD: '67500.5',
      TOUCHMARK_STRIPE_WEBHOOK_SECRET: SECRET,
      TOUCHMARK_STRIPE_PRODUCTS: 'pack:small=plink_1, proofd-pro=price_2|plink_3, trackorigin-credits:100=plink_4',
      TOUCHMARK_STRIPE_LINKS: 'pack=https://pay.example.org/a?x=1, personal-monthly=https://pay.example.org/b',
      TOUCHMARK_STRIPE_OFFERS:
        'proofd-pro=19@https://pay.example.org/c, trackorigin-credits:20=9.50@https://pay.example.org/d',
    },
    'mainnet',
  );
  assert.deepEqual(money.packs[1], { name: 'large', credits: 500, usdCents: 19_950 });
  assert.equal(money.bitcoin!.usdPerBtc, 67_500.5);
  assert.equal(money.bitcoin!.confirmations, 2);
  assert.deepEqual(
    [...money.stripe!.catalogue],
    [
      ['plink_1', { kind: 'pack', credits: 10 }],
      ['price_2', { kind: 'plan', plan: 'proofd-pro' }],
      ['plink_3', { kind: 'plan', plan: 'proofd-pro' }],
      ['plink_4', { kind: 'credits', credits: 100 }],
    ],
  );
  assert.deepEqual(money.stripe!.links, {
    pack: 'https://pay.example.org/a?x=1',
    personalMonthly: 'https://pay.example.org/b',
    personalAnnual: null,
    creatorMonthly: null,
  });
  assert.deepEqual(money.stripe!.offers, [
    { product: { kind: 'plan', plan: 'proofd-pro' }, usd: 19, link: 'https://pay.example.org/c' },
    { product: { kind: 'credits', credits: 20 }, usd: 9.5, link: 'https://pay.example.org/d' },
  ]);
});

test('what is wrong is refused by the name of its variable, and no key or secret is repeated', () => {
  const xpub = KEY.publicExtendedKey;
  for (const [name, value, others] of [
    ['TOUCHMARK_PACKS', 'pack'],
    ['TOUCHMARK_PACKS', 'pack=0:29'],
    ['TOUCHMARK_PACKS', 'pack=50:0'],
    ['TOUCHMARK_PACKS', 'pack=50:29.999'],
    ['TOUCHMARK_PACKS', 'pack=50:29,pack=10:9'],
    ['TOUCHMARK_XPUB', KEY.privateExtendedKey],
    ['TOUCHMARK_XPUB', `${xpub.slice(0, -1)}?`],
    ['TOUCHMARK_BTC_USD', '0', { TOUCHMARK_XPUB: xpub }],
    ['TOUCHMARK_BTC_USD', 'much', { TOUCHMARK_XPUB: xpub }],
    ['TOUCHMARK_BTC_USD', '999999999', { TOUCHMARK_XPUB: xpub, TOUCHMARK_PACKS: 'pack=1:1' }],
    ['TOUCHMARK_STRIPE_WEBHOOK_SECRET', 'sk_live_0123456789abcdefghij'],
    ['TOUCHMARK_STRIPE_PRODUCTS', 'pack:other=plink_1', { TOUCHMARK_STRIPE_WEBHOOK_SECRET: SECRET }],
    ['TOUCHMARK_STRIPE_PRODUCTS', 'proofd-pro=prod_1', { TOUCHMARK_STRIPE_WEBHOOK_SECRET: SECRET }],
    ['TOUCHMARK_STRIPE_LINKS', 'pack=javascript:alert(1)', { TOUCHMARK_STRIPE_WEBHOOK_SECRET: SECRET }],
    ['TOUCHMARK_STRIPE_LINKS', 'team=https://pay.example.org', { TOUCHMARK_STRIPE_WEBHOOK_SECRET: SECRET }],
    ['TOUCHMARK_STRIPE_OFFERS', 'proofd-pro=https://pay.example.org', { TOUCHMARK_STRIPE_WEBHOOK_SECRET: SECRET }],
    ['TOUCHMARK_STRIPE_OFFERS', 'proofd-pro=0@https://pay.example.org', { TOUCHMARK_STRIPE_WEBHOOK_SECRET: SECRET }],
    ['TOUCHMARK_STRIPE_OFFERS', 'proofd-max=9@https://pay.example.org', { TOUCHMARK_STRIPE_WEBHOOK_SECRET: SECRET }],
    ['TOUCHMARK_STRIPE_OFFERS', 'proofd-pro=9@javascript:alert(1)', { TOUCHMARK_STRIPE_WEBHOOK_SECRET: SECRET }],
  ] as const satisfies readonly (readonly [string, string, Record<string, string>?])[]) {
    assert.throws(
      () => readMoney({ ...others, [name]: value }, 'mainnet'),
      (error) => {
        assert.ok(error instanceof ConfigError, value);
        assert.match(error.message, new RegExp(name));
        assert.doesNotMatch(error.message, /prv[1-9A-Za-z]{20}|pub[1-9A-Za-z]{20}|sk_live_0/);
        return true;
      },
      value,
    );
  }
});
