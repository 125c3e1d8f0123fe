import type { MoneyConfig, StripeOffer } from '../config/money.ts';
import { type CardOffer, PLAN_NAMES } from '../web/pages/credits.ts';
import { countOf } from '../web/pages/text.ts';

/** Everything that can be paid by card, as the account's page offers it. */
export function listCardOffers({ stripe, packs, subscriptionsUsd }: MoneyConfig): readonly CardOffer[] {
  if (stripe === null) return [];
  const { links, offers } = stripe;
  const [pack] = packs;
  const linked = [
    { name: `${pack!.credits} receipts`, usd: pack!.usdCents / 100, paymentLink: links.pack },
    { name: 'Personal, monthly', usd: subscriptionsUsd.personalMonthly, paymentLink: links.personalMonthly },
    { name: 'Personal, yearly', usd: subscriptionsUsd.personalAnnual, paymentLink: links.personalAnnual },
    { name: 'Creator, monthly', usd: subscriptionsUsd.creatorMonthly, paymentLink: links.creatorMonthly },
  ];
  return [
    ...linked.flatMap(({ paymentLink, ...offer }) => (paymentLink ? [{ ...offer, paymentLink }] : [])),
    ...offers.map(({ product, usd, link }) => ({ name: nameProduct(product), usd, paymentLink: link })),
  ];
}

/** Those that have no price of their own on the page of prices. */
export function listFurtherPrices({ stripe }: MoneyConfig): readonly { readonly name: string; readonly usd: number }[] {
  return (stripe?.offers ?? []).map(({ product, usd }) => ({ name: nameProduct(product), usd }));
}

function nameProduct(product: StripeOffer['product']): string {
  switch (product.kind) {
    case 'plan':
      return PLAN_NAMES[product.plan];
    case 'pack':
      return countOf(product.credits, 'receipt');
    case 'credits':
      return `${countOf(product.credits, 'credit')} for API calls`;
  }
}
