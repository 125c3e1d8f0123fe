import type { CredentialKind } from '../../core/key/credential.ts';
import type { Product } from '../../core/meter/subscription.ts';

/** How a kind of key is told to people: what it is for, and the contract that a developer reads. */
export interface KeyKind {
  readonly name: string;
  readonly contract: string;
  /** What has to be paid for before one can be made. */
  readonly needs: Product | null;
  /** An account has one that works: a new one takes its place. */
  readonly isSingle: boolean;
}

export const KEY_KINDS: Readonly<Record<CredentialKind, KeyKind>> = {
  orphograph: { name: 'Anchoring', contract: 'orphograph API', needs: 'orphograph', isSingle: false },
  proofd: { name: 'Timestamps', contract: 'proofd API', needs: 'proofd', isSingle: true },
  origimark: { name: 'Certificates for works', contract: 'origimark API', needs: null, isSingle: false },
  'trackorigin-secret-live': track('secret'),
  'trackorigin-publishable-live': track('publishable'),
  'trackorigin-secret-test': track('secret, test'),
  'trackorigin-publishable-test': track('publishable, test'),
  'orphograph-pack': { name: 'Pack of receipts', contract: 'orphograph API', needs: null, isSingle: false },
};

export const PRODUCT_PLANS: Readonly<Record<Product, string>> = {
  orphograph: 'a Personal or Creator subscription',
  proofd: 'a Pro or Business plan',
};

function track(variant: string): KeyKind {
  return { name: `Music certificates, ${variant}`, contract: 'trackorigin API', needs: null, isSingle: false };
}
