import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeBase64Url } from '../base/base64url.ts';
import { encodeHex } from '../base/hex.ts';
import { writePrivateFile } from '../config/secrets.ts';
import type { CredentialKind } from '../core/key/credential.ts';
import { mintCredential } from '../core/key/mint.ts';
import type { Plan, Product } from '../core/meter/subscription.ts';
import type { Store } from '../core/store.ts';
import type { Services } from './services.ts';
import { systemClock, systemRandom } from './system.ts';

/** What a sandbox keeps in clear, so that clients go on working after a restart. It is worth nothing anywhere else. */
export interface SandboxSecrets {
  /** Of the node's JSON-RPC. */
  readonly rpc_key: string;
  /** 32 bytes in hex, of the wallet that orders are paid to. */
  readonly wallet_seed: string;
  readonly account_password: string;
  readonly operator_password: string;
  /** Empty until they are made. */
  readonly keys: Readonly<Partial<Record<CredentialKind, string>>>;
}

export type SandboxKeys = Readonly<Record<CredentialKind, string>>;

export const ACCOUNT_EMAIL = 'author@sandbox.example';
export const OPERATOR_EMAIL = 'operator@sandbox.example';

const FILE_NAME = 'sandbox-keys.json';
const KINDS: readonly CredentialKind[] = [
  'trackorigin-publishable-live',
  'trackorigin-secret-live',
  'trackorigin-publishable-test',
  'trackorigin-secret-test',
  'origimark',
  'orphograph',
  'orphograph-pack',
  'proofd',
];
const PLANS: Readonly<Record<Product, Plan>> = { orphograph: 'orphograph-personal', proofd: 'proofd-business' };
const PACK_CREDITS = 50;
const API_CREDITS = 20;
/** The end of the year 2099: nothing in a sandbox runs out by itself. */
const PAID_UNTIL = Date.UTC(2099, 11, 31);

export async function openSandboxSecrets(dataFolder: string): Promise<SandboxSecrets> {
  const existing = await readFile(join(dataFolder, FILE_NAME), 'utf8').catch(() => null);
  if (existing !== null) return JSON.parse(existing) as SandboxSecrets;
  const secrets: SandboxSecrets = {
    rpc_key: encodeHex(systemRandom(16)),
    wallet_seed: encodeHex(systemRandom(32)),
    account_password: encodeBase64Url(systemRandom(15)),
    operator_password: encodeBase64Url(systemRandom(15)),
    keys: {},
  };
  await save(dataFolder, secrets);
  return secrets;
}

/** An account that may do everything, with a key of each kind, and an operator. What is there already is left alone. */
export async function seedSandbox(
  services: Pick<Services, 'accounts' | 'keys'>,
  store: Store,
  dataFolder: string,
  secrets: SandboxSecrets,
): Promise<SandboxKeys> {
  const { accounts, keys } = services;
  await accounts.ensure({ email: ACCOUNT_EMAIL, password: secrets.account_password, name: 'Sandbox author' });
  await accounts.ensure({ email: OPERATOR_EMAIL, password: secrets.operator_password, name: 'Sandbox operator' });
  const { id: accountId } = (await store.account.findByEmail(ACCOUNT_EMAIL))!;
  const now = systemClock.now();
  await store.transact(async ({ account, subscription, ledger }) => {
    await account.setRole(OPERATOR_EMAIL, 'operator');
    for (const [product, plan] of Object.entries(PLANS) as [Product, Plan][]) {
      await subscription.save({ accountId, product, plan, paidUntil: PAID_UNTIL, providerReference: null });
    }
    const purse = `trackorigin:${accountId}` as const;
    await ledger.credit({ purse, accountId, amount: API_CREDITS, reason: 'gift', reference: 'sandbox', now });
  });
  const made: Partial<Record<CredentialKind, string>> = {};
  for (const kind of KINDS) {
    const kept = secrets.keys[kind];
    // They may be of a database that is gone.
    const isValid = kept !== undefined && (await keys.authenticator.authenticate(kept, [kind])).ok;
    made[kind] = isValid ? kept : await mint(store, accountId, kind);
  }
  await save(dataFolder, { ...secrets, keys: made });
  return made as SandboxKeys;
}

function mint(store: Store, accountId: string, kind: CredentialKind): Promise<string> {
  const now = systemClock.now();
  const request = { kind, accountId, name: 'Sandbox', scopes: null, expiresAt: null };
  return store.transact(async (writers) => {
    const { secret, credential } = await mintCredential(writers, request, { now, random: systemRandom });
    if (kind === 'orphograph-pack') {
      const purse = `pack:${credential.id}` as const;
      const reason = 'pack_purchase';
      await writers.ledger.credit({ purse, accountId, amount: PACK_CREDITS, reason, reference: 'sandbox', now });
    }
    return secret;
  });
}

function save(dataFolder: string, secrets: SandboxSecrets): Promise<void> {
  return writePrivateFile(join(dataFolder, FILE_NAME), `${JSON.stringify(secrets, null, 2)}\n`);
}
