import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { RandomBytes } from '../base/clock.ts';
import { decodeHex, encodeHex } from '../base/hex.ts';
import { ConfigError } from './env.ts';

/** What a calendar is made of, and must not lose. Keys have 32 bytes. */
export interface CalendarSecrets {
  /** Of its commitments' MACs. */
  readonly hmacKey: Uint8Array;
  /** That its coins are paid to. */
  readonly walletKey: Uint8Array;
  /** The chain's height when the keys were made: no coin of theirs is older. Null when it was not known. */
  readonly birthHeight: number | null;
}

const FILE_NAME = 'secrets.json';
const KEY_BYTES = 32;

/** A key of certificates. A retired one has no seed any more: its public half stays for those who verify. */
export interface CertificateKeyEntry {
  /** 32 bytes, base64. */
  readonly public_key: string;
  /** 32 bytes, hex. */
  readonly seed?: string;
  readonly valid_from: string;
  readonly valid_until: string | null;
}

interface SecretsFile {
  accounts?: { key: string };
  /** 32 bytes each, hex. */
  log?: { origin: string; key: string; time_key: string };
  certificates?: readonly CertificateKeyEntry[];
  /** 32 bytes, hex. */
  webhooks?: { key: string };
  /** Base64: PKCS #8, and certificates from the signer to its root. */
  tsa?: { readonly key: string; readonly chain: readonly string[] };
  calendars: Record<string, { hmac_key: string; wallet_key: string; birth_height?: number | null }>;
}

/** Reads the secrets of calendars. Errors: `bad-config` when one has none yet (run `touchmark init`). */
export async function loadCalendarSecrets(
  dataFolder: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, CalendarSecrets>> {
  const { calendars } = await readSecrets(dataFolder);
  return new Map(
    names.map((name) => {
      const secrets = calendars[name];
      const hmacKey = decodeHex(secrets?.hmac_key ?? '');
      const walletKey = decodeHex(secrets?.wallet_key ?? '');
      if (hmacKey?.length !== KEY_BYTES || walletKey?.length !== KEY_BYTES) {
        throw new ConfigError('bad-config', `calendar ${name} has no keys in ${dataFolder}: run touchmark init`);
      }
      return [name, { hmacKey, walletKey, birthHeight: secrets?.birth_height ?? null }];
    }),
  );
}

/**
 * Makes keys for calendars that have none, and leaves existing ones alone. Returns the names it made keys for.
 *
 * @param readHeight The chain's height, or null when it cannot be asked; called only when keys are made.
 */
export async function createCalendarSecrets(
  dataFolder: string,
  names: readonly string[],
  random: RandomBytes,
  readHeight: () => Promise<number | null>,
): Promise<string[]> {
  const secrets = await readSecrets(dataFolder);
  const missing = names.filter((name) => secrets.calendars[name] === undefined);
  if (missing.length === 0) return [];
  const birthHeight = await readHeight();
  for (const name of missing) {
    secrets.calendars[name] = {
      hmac_key: encodeHex(random(KEY_BYTES)),
      wallet_key: encodeHex(random(KEY_BYTES)),
      birth_height: birthHeight,
    };
  }
  await writeSecrets(dataFolder, secrets);
  return missing;
}

/**
 * The key of sessions, mailed links and the token issuer, 32 bytes. Errors: `bad-config` when there is none yet (run
 * `touchmark init`).
 */
export async function loadAccountSecret(dataFolder: string): Promise<Uint8Array> {
  const { accounts } = await readSecrets(dataFolder);
  const key = decodeHex(accounts?.key ?? '');
  if (key?.length !== KEY_BYTES) {
    throw new ConfigError('bad-config', `accounts have no key in ${dataFolder}: run touchmark init`);
  }
  return key;
}

/** Makes the key of accounts unless there is one. Returns whether it did. */
export async function createAccountSecret(dataFolder: string, random: RandomBytes): Promise<boolean> {
  const secrets = await readSecrets(dataFolder);
  if (secrets.accounts !== undefined) return false;
  await writeSecrets(dataFolder, { accounts: { key: encodeHex(random(KEY_BYTES)) }, ...secrets });
  return true;
}

export function writeSecrets(dataFolder: string, secrets: SecretsFile): Promise<void> {
  return writePrivateFile(join(dataFolder, FILE_NAME), `${JSON.stringify(secrets, null, 2)}\n`);
}

/** Errors: `bad-config` when the file cannot be read. */
export async function readSecrets(dataFolder: string): Promise<SecretsFile> {
  try {
    const file = JSON.parse(await readFile(join(dataFolder, FILE_NAME), 'utf8')) as Partial<SecretsFile>;
    return { ...file, calendars: file.calendars ?? {} };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { calendars: {} };
    throw new ConfigError('bad-config', `${join(dataFolder, FILE_NAME)} cannot be read`, { cause: error });
  }
}

/** Replaces a file at once, readable by its owner only. */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  const draft = `${path}.new`;
  const handle = await open(draft, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, path);
}
