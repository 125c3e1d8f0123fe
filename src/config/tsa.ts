import { readFile } from 'node:fs/promises';
import { decodeBase64, encodeBase64 } from '../base/base64.ts';
import { equalBytes } from '../base/bytes.ts';
import type { Clock, RandomBytes } from '../base/clock.ts';
import { type Certificate, readCertificate } from '../proof/tsp/certificate.ts';
import { encodeRoot, encodeSigner } from '../proof/tsp/certificate-writer.ts';
import { readPem } from '../proof/tsp/pem.ts';
import { requireSignerPurpose } from '../proof/tsp/purpose.ts';
import { ConfigError, type Env, parsePublicUrl, readChoice, readList, readText } from './env.ts';
import { readSecrets, writeSecrets } from './secrets.ts';
import { generateTspKey, readTspKey } from './tsp-signatures.ts';

/** Time-stamping as an operator sets it. */
export interface TsaConfig {
  /** Dotted. */
  readonly policy: string;
  /** Servers that confirm the clock; empty: it is compared with itself only. */
  readonly timeSources: readonly TimeSource[];
  /** PEM files of a certificate that somebody else issued; null: the one that `touchmark init` made. */
  readonly ownFiles: { readonly key: string; readonly chain: string } | null;
  /** Whom tokens are asked of, in this order. */
  readonly sources: readonly TokenSource[];
  /** PEM file with the roots of outside authorities. */
  readonly rootsFile: string | null;
  /** Whether lists of revoked certificates are fetched and kept with a token. */
  readonly keepsRevocations: boolean;
}

export type TokenSource = { readonly name: typeof OWN_SOURCE } | { readonly name: string; readonly url: string };

export interface TimeSource {
  readonly host: string;
  readonly port: number;
}

/** Our own authority among the sources of tokens. */
export const OWN_SOURCE = 'own';

/**
 * Below the arc that ITU-T X.667 gives to whoever has a UUID, which needs no registration: that of
 * 72f680b3-6cb4-57fa-af88-ca251c128e77. An operator with an arc of its own sets that.
 */
export const DEFAULT_POLICY = '2.25.152811906910592737753237712035927723639.1';
const NTP_PORT = 123;

/** Errors: ConfigError that names the variable. */
export function readTsaConfig(env: Env): TsaConfig {
  const key = readText(env, 'TOUCHMARK_TSA_KEY_FILE');
  const chain = readText(env, 'TOUCHMARK_TSA_CHAIN_FILE');
  if ((key === null) !== (chain === null)) {
    throw new ConfigError('bad-config', 'TOUCHMARK_TSA_KEY_FILE and TOUCHMARK_TSA_CHAIN_FILE need each other');
  }
  const sources = readList(env, 'TOUCHMARK_TOKEN_SOURCES')?.map(parseTokenSource) ?? [{ name: OWN_SOURCE }];
  const rootsFile = readText(env, 'TOUCHMARK_TOKEN_ROOTS_FILE');
  if (rootsFile === null && sources.some((source) => 'url' in source)) {
    throw new ConfigError('bad-config', 'TOUCHMARK_TOKEN_SOURCES needs TOUCHMARK_TOKEN_ROOTS_FILE for outside ones');
  }
  if (new Set(sources.map(({ name }) => name)).size < sources.length) {
    throw new ConfigError('bad-config', 'TOUCHMARK_TOKEN_SOURCES has one name twice');
  }
  return {
    policy: readPolicy(env),
    timeSources: readList(env, 'TOUCHMARK_TSA_NTP')?.map(parseTimeSource) ?? [],
    ownFiles: key === null || chain === null ? null : { key, chain },
    sources,
    rootsFile,
    keepsRevocations: readChoice(env, 'TOUCHMARK_TOKEN_REVOCATIONS', ['on', 'off'], 'on') === 'on',
  };
}

function readPolicy(env: Env): string {
  const policy = readText(env, 'TOUCHMARK_TSA_POLICY') ?? DEFAULT_POLICY;
  if (!/^(?:[01]\.[123]?\d|2\.(?:0|[1-9]\d{0,38}))(?:\.(?:0|[1-9]\d{0,38})){1,20}$/.test(policy)) {
    throw new ConfigError(
      'bad-config',
      'TOUCHMARK_TSA_POLICY must be an object identifier such as 1.3.6.1.4.1.99999.1',
    );
  }
  return policy;
}

function parseTokenSource(item: string): TokenSource {
  if (item === OWN_SOURCE) return { name: OWN_SOURCE };
  const [, name, url] = /^([a-z0-9][a-z0-9-]{0,31})=(.+)$/.exec(item) ?? [];
  if (name === undefined || url === undefined || name === OWN_SOURCE) {
    throw new ConfigError('bad-config', `TOUCHMARK_TOKEN_SOURCES takes ${OWN_SOURCE} and name=address items`);
  }
  return { name, url: parsePublicUrl('TOUCHMARK_TOKEN_SOURCES', url) };
}

function parseTimeSource(item: string): TimeSource {
  const [, host, port] = /^([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::(\d{1,5}))?$/.exec(item) ?? [];
  const number = Number(port ?? NTP_PORT);
  if (host === undefined || number < 1 || number > 65_535) {
    throw new ConfigError('bad-config', `TOUCHMARK_TSA_NTP takes host or host:port items, not "${item}"`);
  }
  return { host: host.replace(/^\[|\]$/g, ''), port: number };
}

/** What tokens are signed with, and who is believed. */
export interface TsaKeys {
  readonly sign: (message: Uint8Array) => Uint8Array;
  /** From the signer to its root. */
  readonly chain: readonly Certificate[];
  /** Of outside authorities. */
  readonly roots: readonly Certificate[];
}

/** Errors: `bad-config` when there is no key (run `touchmark init`), or when certificates are not as they have to be. */
export async function loadTsaKeys(
  dataFolder: string,
  { ownFiles, rootsFile }: Pick<TsaConfig, 'ownFiles' | 'rootsFile'>,
): Promise<TsaKeys> {
  const own = ownFiles === null ? await loadOwn(dataFolder) : await loadFiles(ownFiles);
  const roots = rootsFile === null ? [] : await readFileAs('TOUCHMARK_TOKEN_ROOTS_FILE', rootsFile, readPem);
  const [signer] = own.chain;
  if (signer === undefined || !equalBytes(signer.publicKey.spki, own.key.spki)) {
    throw new ConfigError('bad-config', "the time-stamping key is not that of the chain's first certificate");
  }
  try {
    requireSignerPurpose(signer);
  } catch (error) {
    throw new ConfigError('bad-config', `time-stamping: ${(error as Error).message}`, { cause: error });
  }
  return { sign: own.key.sign, chain: own.chain, roots };
}

async function loadOwn(dataFolder: string) {
  const { tsa } = await readSecrets(dataFolder);
  if (tsa === undefined) {
    throw new ConfigError('bad-config', `time-stamping has no key in ${dataFolder}: run touchmark init`);
  }
  try {
    return {
      key: readTspKey(decodeBase64(tsa.key)!),
      chain: tsa.chain.map((der) => readCertificate(decodeBase64(der)!)),
    };
  } catch (error) {
    throw new ConfigError('bad-config', `the key of time-stamping in ${dataFolder} is damaged`, { cause: error });
  }
}

async function loadFiles({ key, chain }: NonNullable<TsaConfig['ownFiles']>) {
  return {
    key: await readFileAs('TOUCHMARK_TSA_KEY_FILE', key, readTspKey),
    chain: await readFileAs('TOUCHMARK_TSA_CHAIN_FILE', chain, readPem),
  };
}

/** What the file holds is never repeated: it may be a key. */
async function readFileAs<T>(variable: string, path: string, read: (text: string) => T): Promise<T> {
  try {
    return read(await readFile(path, 'utf8'));
  } catch (error) {
    throw new ConfigError('bad-config', `${variable}: ${path} cannot be read as what it should be`, { cause: error });
  }
}

const HOUR_MS = 60 * 60_000;
const YEAR_MS = 365 * 24 * HOUR_MS;
/** Tokens are checked at their own time, so a signer that is replaced in time never expires for them. */
const SIGNER_YEARS = 10;
const ROOT_YEARS = 20;
const SERIAL_BYTES = 16;

/**
 * Makes a root and a certificate that signs tokens, unless there is one. The root's key is forgotten: it issued the only
 * certificate that it ever will. Returns whether it made them.
 *
 * @param host Is in the names of both.
 */
export async function createTsaSecret(
  dataFolder: string,
  host: string,
  random: RandomBytes,
  clock: Clock,
): Promise<boolean> {
  const secrets = await readSecrets(dataFolder);
  if (secrets.tsa !== undefined) return false;
  const root = generateTspKey();
  const signer = generateTspKey();
  const rootName = cutName(`Touchmark time-stamping root of ${host}`);
  // Earlier by an hour, since clocks differ; whole seconds, since certificates have no others.
  const notBefore = Math.floor((clock.now() - HOUR_MS) / 1000) * 1000;
  const terms = (name: string, years: number) => ({
    name,
    serialNumber: random(SERIAL_BYTES),
    notBefore,
    notAfter: notBefore + years * YEAR_MS,
  });
  const signerTerms = terms(cutName(`Touchmark time-stamping of ${host}`), SIGNER_YEARS);
  const chain = [
    encodeSigner(signerTerms, signer.spki, { ...root, name: rootName }),
    encodeRoot(terms(rootName, ROOT_YEARS), root),
  ];
  const tsa = { key: encodeBase64(signer.pkcs8), chain: chain.map(encodeBase64) };
  await writeSecrets(dataFolder, { ...secrets, tsa });
  return true;
}

/** RFC 5280 appendix A.1: a common name has at most 64 characters. */
function cutName(name: string): string {
  return name.slice(0, 64);
}
