import { decodeBase64, encodeBase64 } from '../base/base64.ts';
import type { Clock, RandomBytes } from '../base/clock.ts';
import { decodeHex, encodeHex } from '../base/hex.ts';
import type { CertificateKey, Signer } from '../core/certificate/signer.ts';
import { certificateKeyId } from '../proof/certificate/key-id.ts';
import { createEd25519Key } from './ed25519.ts';
import { ConfigError } from './env.ts';
import { type CertificateKeyEntry, readSecrets, writeSecrets } from './secrets.ts';

/** What certificates are signed with, and every key that did before. */
export interface CertificateKeys {
  readonly signer: Signer;
  /** Oldest first; the last one is the signer's. */
  readonly keys: readonly CertificateKey[];
}

const SEED_BYTES = 32;
/** A new key counts from a little earlier, since the clocks of the nodes that sign with it differ. */
const CLOCK_SKEW_MS = 10 * 60_000;
/** After a rotation, for servers that were not started again yet and still sign with the key before. */
export const KEY_OVERLAP_MS = 24 * 60 * 60_000;

/** Errors: `bad-config` when there is no key that signs (run `touchmark init`). */
export async function loadCertificateKeys(dataFolder: string): Promise<CertificateKeys> {
  const { certificates = [] } = await readSecrets(dataFolder);
  const keys = certificates.map((entry) => readEntry(entry, dataFolder));
  const seed = decodeHex(certificates.at(-1)?.seed ?? '');
  const newest = keys.at(-1);
  if (newest === undefined || seed?.length !== SEED_BYTES) {
    throw new ConfigError('bad-config', `certificates have no key in ${dataFolder}: run touchmark init`);
  }
  const { publicKey, sign } = createEd25519Key(seed);
  if (certificateKeyId(publicKey) !== newest.id) throw damaged(dataFolder);
  return { signer: { keyId: newest.id, sign }, keys };
}

/** Every key of the file, also when none of them signs. */
export async function listCertificateKeys(dataFolder: string): Promise<readonly CertificateKey[]> {
  const { certificates = [] } = await readSecrets(dataFolder);
  return certificates.map((entry) => readEntry(entry, dataFolder));
}

/** Makes the first key unless there is one. Returns whether it did. */
export async function createCertificateKey(dataFolder: string, random: RandomBytes, clock: Clock): Promise<boolean> {
  const secrets = await readSecrets(dataFolder);
  if (secrets.certificates !== undefined) return false;
  await writeSecrets(dataFolder, { ...secrets, certificates: [makeEntry(random, clock.now())] });
  return true;
}

/**
 * Puts a new key in the place of the one that signs, whose seed is forgotten and whose validity ends after
 * `KEY_OVERLAP_MS`. Errors: `bad-config` when there is none.
 */
export async function rotateCertificateKey(
  dataFolder: string,
  random: RandomBytes,
  clock: Clock,
): Promise<{ readonly retired: CertificateKey; readonly current: CertificateKey }> {
  await loadCertificateKeys(dataFolder);
  const secrets = await readSecrets(dataFolder);
  const now = clock.now();
  const { seed: _, ...last } = secrets.certificates!.at(-1)!;
  const retired = { ...last, valid_until: new Date(now + KEY_OVERLAP_MS).toISOString() };
  const current = makeEntry(random, now);
  const certificates = [...secrets.certificates!.slice(0, -1), retired, current];
  await writeSecrets(dataFolder, { ...secrets, certificates });
  return { retired: readEntry(retired, dataFolder), current: readEntry(current, dataFolder) };
}

function makeEntry(random: RandomBytes, now: number): CertificateKeyEntry {
  const seed = random(SEED_BYTES);
  return {
    public_key: encodeBase64(createEd25519Key(seed).publicKey),
    seed: encodeHex(seed),
    valid_from: new Date(now - CLOCK_SKEW_MS).toISOString(),
    valid_until: null,
  };
}

function readEntry({ public_key, valid_from, valid_until }: CertificateKeyEntry, dataFolder: string): CertificateKey {
  const publicKey = decodeBase64(String(public_key));
  const validFrom = Date.parse(valid_from);
  const validUntil = valid_until === null ? null : Date.parse(valid_until);
  if (publicKey?.length !== 32 || Number.isNaN(validFrom) || Number.isNaN(validUntil)) throw damaged(dataFolder);
  return { id: certificateKeyId(publicKey), publicKey, validFrom, validUntil };
}

function damaged(dataFolder: string): ConfigError {
  return new ConfigError('bad-config', `the keys of certificates in ${dataFolder} are damaged`);
}
