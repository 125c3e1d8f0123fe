import { sha256 } from '@noble/hashes/sha2.js';
import type { RandomBytes } from '../../base/clock.ts';
import { CodedError } from '../../base/coded-error.ts';
import { formatUuidV7 } from '../../base/uuid.ts';
import type { Credential, CredentialKind } from './credential.ts';
import { displayPrefix, generateSecret } from './secret.ts';
import type { KeyWriter } from './store.ts';

export type KeyErrorCode =
  | 'key-unknown'
  /** It was deleted while the request was on its way. */
  | 'account-gone'
  /** The account has as many live keys as it may have. */
  | 'too-many-keys'
  /** Revoked or expired: there is nothing to rotate. */
  | 'key-ended'
  /** Packs are bought, not made or rotated. */
  | 'kind-not-issued'
  /** Of this kind there is one active key, so the old one cannot go on beside the new one. */
  | 'grace-not-possible';

export class KeyError extends CodedError<KeyErrorCode> {}

export interface MintRequest {
  readonly kind: CredentialKind;
  /** Null for a pack that was bought without an account. */
  readonly accountId: string | null;
  readonly name: string | null;
  readonly scopes: readonly string[] | null;
  /** Epoch ms. */
  readonly expiresAt: number | null;
}

/** The only place where a secret is ever in clear. */
export interface Minted {
  readonly secret: string;
  readonly credential: Credential;
}

/** More than anybody needs; it bounds what a list shows and a search for live keys reads. Packs do not count. */
const MAX_LIVE_KEYS = 100;

/**
 * Makes a credential within a transaction. A proofd key takes the place of the account's active one, which is dead when
 * the transaction commits. Errors: KeyError `account-gone`, `too-many-keys`.
 */
export async function mintCredential(
  writers: { readonly key: KeyWriter },
  request: MintRequest,
  { now, random }: { readonly now: number; readonly random: RandomBytes },
): Promise<Minted> {
  const { kind, accountId } = request;
  if (accountId !== null && kind !== 'orphograph-pack') await makeRoom(writers.key, accountId, kind, now);
  const secret = generateSecret(kind, random);
  const credential: Credential = {
    ...request,
    id: formatUuidV7(now, random(10)),
    displayPrefix: displayPrefix(secret, kind),
    createdAt: now,
    lastUsedAt: null,
    revokedAt: null,
  };
  await writers.key.insert({ credential, digest: hashSecret(secret) });
  return { secret, credential };
}

/** What is kept of a secret. */
export function hashSecret(secret: string): Uint8Array {
  return sha256(new TextEncoder().encode(secret));
}

async function makeRoom(keys: KeyWriter, accountId: string, kind: CredentialKind, now: number): Promise<void> {
  const { isClosed } = await keys.lockAccount(accountId);
  if (isClosed) throw new KeyError('account-gone', 'the account was deleted');
  if (kind === 'proofd') await keys.revokeKind(accountId, kind, now);
  if ((await keys.countLive(accountId, now)) >= MAX_LIVE_KEYS) {
    throw new KeyError('too-many-keys', `an account has at most ${MAX_LIVE_KEYS} live keys`);
  }
}
