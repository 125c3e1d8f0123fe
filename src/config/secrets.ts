import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { RandomBytes } from '../base/clock.ts';
import { decodeHex, encodeHex } from '../base/hex.ts';
import { ConfigError } from './env.ts';

/** The secrets of a calendar, 32 bytes each: the key of its commitments' MACs, and the key that its coins are paid to. */
export interface CalendarSecrets {
  readonly hmacKey: Uint8Array;
  readonly walletKey: Uint8Array;
}

const FILE_NAME = 'secrets.json';
const KEY_BYTES = 32;

interface SecretsFile {
  calendars: Record<string, { hmac_key: string; wallet_key: string }>;
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
      return [name, { hmacKey, walletKey }];
    }),
  );
}

/** Makes keys for calendars that have none, and leaves existing ones alone. Returns the names it made keys for. */
export async function createCalendarSecrets(
  dataFolder: string,
  names: readonly string[],
  random: RandomBytes,
): Promise<string[]> {
  const secrets = await readSecrets(dataFolder);
  const missing = names.filter((name) => secrets.calendars[name] === undefined);
  for (const name of missing) {
    secrets.calendars[name] = { hmac_key: encodeHex(random(KEY_BYTES)), wallet_key: encodeHex(random(KEY_BYTES)) };
  }
  if (missing.length > 0) await writePrivateFile(join(dataFolder, FILE_NAME), `${JSON.stringify(secrets, null, 2)}\n`);
  return missing;
}

async function readSecrets(dataFolder: string): Promise<SecretsFile> {
  try {
    const file = JSON.parse(await readFile(join(dataFolder, FILE_NAME), 'utf8')) as Partial<SecretsFile>;
    return { calendars: file.calendars ?? {} };
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
