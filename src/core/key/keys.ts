import type { Clock, RandomBytes } from '../../base/clock.ts';
import type { Store, Writers } from '../store.ts';
import { createAuthenticator, type Sha256Hex } from './authenticator.ts';
import type { Authenticator, Credential } from './credential.ts';
import { KeyError, type Minted, type MintRequest, mintCredential } from './mint.ts';
import { createUseLog } from './use-log.ts';

/** Newest first, so that a list always shows what was made last. */
const LISTED_MAX = 200;

/** Keys as their owner manages them. What is not the account's is `key-unknown`. */
export interface KeyService {
  list(accountId: string): Promise<readonly Credential[]>;
  /** Errors: KeyError `account-gone`, `too-many-keys`, `kind-not-issued`. */
  mint(request: MintRequest & { readonly accountId: string }): Promise<Minted>;
  /** Errors: KeyError `key-unknown`. */
  rename(accountId: string, id: string, name: string | null): Promise<Credential>;
  /** Once more is no error. Errors: KeyError `key-unknown`. */
  revoke(accountId: string, id: string): Promise<void>;
  /**
   * A new secret with the name, scopes and expiry of the old one, which goes on for `graceMs`, or ends with the commit.
   * Errors: KeyError `key-unknown`, `key-ended`, `kind-not-issued`, `grace-not-possible`, `too-many-keys`.
   */
  rotate(accountId: string, id: string, graceMs: number): Promise<Minted>;
}

export interface Keys extends AsyncDisposable {
  readonly authenticator: Authenticator;
  readonly service: KeyService;
}

/** Disposal waits until the last uses are written. */
export function createKeys(parts: {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly sha256Hex: Sha256Hex;
  /** A use that could not be written; the request was answered. */
  readonly onUseLost: (error: unknown) => void;
}): Keys {
  const { store, clock, random } = parts;
  const uses = createUseLog(store, parts.onUseLost);
  const authenticator = createAuthenticator({ keys: store.key, clock, sha256Hex: parts.sha256Hex, uses });

  /** What ends here is dead here when the caller hears of it; the other nodes follow within a second. */
  async function change<T>(work: (writers: Writers) => Promise<T>): Promise<T> {
    const result = await store.transact(work);
    // The change is committed; should the database be gone now, this node learns of it like the others.
    await authenticator.refresh().catch(() => {});
    return result;
  }

  return {
    authenticator,
    service: {
      list: (accountId) => store.key.listOfAccount(accountId, LISTED_MAX),

      async mint(request) {
        assertIssued(request.kind);
        return change((writers) => mintCredential(writers, request, { now: clock.now(), random }));
      },

      rename: (accountId, id, name) =>
        store.transact(async ({ key }) => {
          const credential = await findOwn({ key }, accountId, id);
          await key.rename(id, name);
          return { ...credential, name };
        }),

      revoke: (accountId, id) =>
        change(async ({ key }) => {
          const { revokedAt } = await findOwn({ key }, accountId, id);
          if (revokedAt === null) await key.end(id, { revokedAt: clock.now() });
        }),

      rotate: (accountId, id, graceMs) =>
        change(async (writers) => {
          const now = clock.now();
          await writers.key.lockAccount(accountId);
          const old = await findOwn(writers, accountId, id);
          assertIssued(old.kind);
          if (!isLive(old, now)) throw new KeyError('key-ended', 'the key is revoked or expired');
          if (graceMs > 0 && old.kind === 'proofd') {
            throw new KeyError('grace-not-possible', 'an account has one active proofd key');
          }
          const expiresAt = Math.min(old.expiresAt ?? Number.POSITIVE_INFINITY, now + graceMs);
          await writers.key.end(id, graceMs > 0 ? { expiresAt } : { revokedAt: now });
          const request = { accountId, kind: old.kind, name: old.name, scopes: old.scopes, expiresAt: old.expiresAt };
          return mintCredential(writers, request, { now, random });
        }),
    },

    [Symbol.asyncDispose]: () => uses.close(),
  };
}

async function findOwn({ key }: Pick<Writers, 'key'>, accountId: string, id: string): Promise<Credential> {
  const credential = await key.find(accountId, id);
  if (credential === null) throw new KeyError('key-unknown', 'the account has no such key');
  return credential;
}

function isLive({ revokedAt, expiresAt }: Credential, now: number): boolean {
  return revokedAt === null && (expiresAt === null || expiresAt > now);
}

function assertIssued(kind: Credential['kind']): void {
  if (kind === 'orphograph-pack') throw new KeyError('kind-not-issued', 'packs are bought');
}
