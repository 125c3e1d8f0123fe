import type { RandomBytes } from '../base/clock.ts';
import { decodeHex, encodeHex } from '../base/hex.ts';
import { createLogKeys, type LogKeys } from '../core/log/keys.ts';
import type { WitnessPolicy, WitnessTarget } from '../core/log/witnesses.ts';
import { NoteError } from '../proof/note/error.ts';
import { requireKeyName } from '../proof/note/note.ts';
import { parseVerifierKey, type VerifierKey } from '../proof/note/verifier-key.ts';
import { createEd25519Key } from './ed25519.ts';
import { ConfigError, type Env, parsePublicUrl, readInteger, readList, readText } from './env.ts';
import { readSecrets, writeSecrets } from './secrets.ts';

/** The public log as an operator sets it. */
export interface LogConfig {
  /** As it was set; null: the one that the keys were made with. */
  readonly origin: string | null;
  readonly resignMs: number;
  readonly anchorIntervalMs: number;
  readonly witnesses: WitnessPolicy;
}

const SEED_BYTES = 32;
/** Without that many seconds a witness is down. */
const WITNESS_TIMEOUT_MS = 5_000;

/** Errors: ConfigError that names the variable. */
export function readLogConfig(env: Env): LogConfig {
  const witnesses = readList(env, 'TOUCHMARK_WITNESSES')?.map(parseWitness) ?? [];
  return {
    origin: readOrigin(env),
    resignMs: readInteger(env, 'TOUCHMARK_LOG_RESIGN_SECONDS', 60, 1, 300) * 1000,
    anchorIntervalMs: readInteger(env, 'TOUCHMARK_LOG_ANCHOR_MINUTES', 10, 1, 10_080) * 60_000,
    witnesses: {
      witnesses,
      quorum: readInteger(env, 'TOUCHMARK_WITNESS_QUORUM', 0, 0, witnesses.length),
      patienceMs: readInteger(env, 'TOUCHMARK_WITNESS_PATIENCE_MS', 500, 0, 10_000),
      timeoutMs: WITNESS_TIMEOUT_MS,
    },
  };
}

function readOrigin(env: Env): string | null {
  const origin = readText(env, 'TOUCHMARK_LOG_ORIGIN');
  if (origin !== null) requireOrigin(origin);
  return origin;
}

function requireOrigin(origin: string): void {
  try {
    requireKeyName(origin);
  } catch (error) {
    if (!(error instanceof NoteError)) throw error;
    throw new ConfigError('bad-config', `TOUCHMARK_LOG_ORIGIN: ${error.message}`);
  }
}

/** An item `key address`. */
function parseWitness(item: string): WitnessTarget {
  const [key, url, ...more] = item.split(/\s+/);
  if (key === undefined || url === undefined || more.length > 0) {
    throw new ConfigError('bad-config', `TOUCHMARK_WITNESSES: items are a key, a space and an address; not "${item}"`);
  }
  return { key: parseWitnessKey(key), url: parsePublicUrl('TOUCHMARK_WITNESSES', url) };
}

function parseWitnessKey(text: string): VerifierKey {
  let key: VerifierKey;
  try {
    key = parseVerifierKey(text);
  } catch (error) {
    if (!(error instanceof NoteError)) throw error;
    throw new ConfigError('bad-config', `TOUCHMARK_WITNESSES: ${error.message}: "${text}"`);
  }
  if (key.type === 'cosignature') return key;
  throw new ConfigError('bad-config', `TOUCHMARK_WITNESSES: the key of ${key.name} is not one for cosignatures`);
}

/** The name of a log that nobody has named: the server's public address without its scheme, and `/log`. */
export function defaultLogOrigin(publicUrl: string): string {
  const { host, pathname } = new URL(publicUrl);
  return `${host}${pathname.replace(/\/+$/, '')}/log`;
}

/** Where a process remembers what it has seen signed. */
export function checkpointFileOf(dataFolder: string): string {
  return `${dataFolder}/log/checkpoint`;
}

/**
 * What the log signs with, under the name that it was given when the keys were made. Errors: `bad-config` when there are
 * no keys yet (run `touchmark init`), or the name that is set is another.
 */
export async function loadLogKeys(dataFolder: string, { origin }: Pick<LogConfig, 'origin'>): Promise<LogKeys> {
  const { log } = await readSecrets(dataFolder);
  const seed = decodeHex(log?.key ?? '');
  const timeSeed = decodeHex(log?.time_key ?? '');
  if (log === undefined || seed?.length !== SEED_BYTES || timeSeed?.length !== SEED_BYTES) {
    throw new ConfigError('bad-config', `the public log has no keys in ${dataFolder}: run touchmark init`);
  }
  if (origin !== null && origin !== log.origin) {
    const names = `the log of ${dataFolder} is ${log.origin}, TOUCHMARK_LOG_ORIGIN says ${origin}`;
    throw new ConfigError('bad-config', `${names}: a log keeps its name for good`);
  }
  return createLogKeys(log.origin, { log: createEd25519Key(seed), time: createEd25519Key(timeSeed) });
}

/**
 * Makes the keys of another log in the place of the one there is. Errors: `bad-config` when there is none, or the name is
 * the same: a log of that name has signed what this one will not continue.
 */
export async function replaceLogSecrets(dataFolder: string, origin: string, random: RandomBytes): Promise<void> {
  requireOrigin(origin);
  const former = await loadLogKeys(dataFolder, { origin: null });
  if (former.log.key.name === origin) throw new ConfigError('bad-config', `${origin} is the name of the log that ends`);
  const { log: _, ...others } = await readSecrets(dataFolder);
  await writeSecrets(dataFolder, others);
  await createLogSecrets(dataFolder, origin, random);
}

/** Makes the keys of the log with this name unless there are some. Returns whether it did. */
export async function createLogSecrets(dataFolder: string, origin: string, random: RandomBytes): Promise<boolean> {
  requireOrigin(origin);
  const secrets = await readSecrets(dataFolder);
  if (secrets.log !== undefined) return false;
  const log = { origin, key: encodeHex(random(SEED_BYTES)), time_key: encodeHex(random(SEED_BYTES)) };
  await writeSecrets(dataFolder, { ...secrets, log });
  return true;
}
