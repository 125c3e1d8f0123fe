import type { Realm } from '../core/audio/store.ts';

const LIVE = 0;
/** Of the certificates that every sandbox has. */
const EVERYBODY = 1;

/** Where the index has a certificate. Two accounts may have the same number: it narrows, and answers are compared. */
export function realmNumber({ isSandbox, accountId }: { isSandbox: boolean; accountId: string | null }): number {
  if (!isSandbox) return LIVE;
  if (accountId === null) return EVERYBODY;
  // FNV-1a, in the positive range of an integer.
  let hash = 0x811c9dc5;
  for (let i = 0; i < accountId.length; i++) hash = Math.imul(hash ^ accountId.charCodeAt(i), 0x01000193);
  return (hash >>> 1) | 2;
}

export function realmNumbers(realm: Realm): number[] {
  if (realm.of === 'live') return [LIVE];
  return [realmNumber({ isSandbox: true, accountId: realm.accountId }), EVERYBODY];
}
