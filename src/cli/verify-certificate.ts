import { decodeBase64, encodeBase64 } from '../base/base64.ts';
import { verifyEd25519 } from '../config/ed25519.ts';
import { readCertificateKeys } from '../net/certificate-keys.ts';
import { CERTIFICATE_MAX_BYTES, isCertificateDocument } from '../proof/certificate/document.ts';
import { parseTrustedKeys } from '../proof/certificate/published-keys.ts';
import { type CertificateOutcome, type CertificateVerdict, findSuccessor } from '../proof/certificate/verdict.ts';
import { type CertificateTrust, type TrustedKey, verifyCertificate } from '../proof/certificate/verify-certificate.ts';
import { NoteError } from '../proof/note/error.ts';
import { parseVerifierKey } from '../proof/note/verifier-key.ts';
import { type CliIo, EXIT, type ExitCode, showName, UsageError, writeJsonLine } from './io.ts';
import { readRegularFile, readStart } from './regular-file.ts';

/** Whose certificates are believed. */
export interface TrustOptions {
  readonly trustedKey?: readonly string[];
  readonly logKey?: string;
  readonly server?: string;
}

const EXIT_CODES: Readonly<Record<CertificateOutcome, ExitCode>> = {
  verified: EXIT.success,
  revoked: EXIT.failure,
  'self-asserted': EXIT.cannotCheck,
  altered: EXIT.failure,
  invalid: EXIT.failure,
  'cannot-check': EXIT.cannotCheck,
};

/** A list of keys is small; anything larger is another file. */
const KEYS_MAX_BYTES = 256 * 1024;

/** The bytes of a file that is a certificate document, else null. */
export async function readCertificateFile(path: string): Promise<Uint8Array | null> {
  const start = new TextDecoder().decode(await readStart(path, 64));
  if (!/^\s*\{/.test(start)) return null;
  const bytes = await readRegularFile(path, CERTIFICATE_MAX_BYTES).catch(() => null);
  if (bytes === null) return null;
  try {
    return isCertificateDocument(JSON.parse(new TextDecoder().decode(bytes))) ? bytes : null;
  } catch {
    return null;
  }
}

/** Trust as it was given: pinned keys go before a server, which is only asked when there are none. */
export async function chooseTrust(
  { trustedKey = [], logKey, server }: TrustOptions,
  io: CliIo,
): Promise<CertificateTrust> {
  const pinned = (await Promise.all(trustedKey.map(readTrustedKey))).flat();
  const keys = pinned.length > 0 || server === undefined ? pinned : await askServer(server, io);
  return { keys, log: logKey === undefined ? null : readLogTrust(logKey) };
}

async function askServer(server: string, io: CliIo): Promise<readonly TrustedKey[]> {
  return parseTrustedKeys(await readCertificateKeys(server, io.signal));
}

/** 32 bytes in base64, or a file that has them, or one with the published list of keys. */
async function readTrustedKey(text: string): Promise<readonly TrustedKey[]> {
  const pinned = (base64: string): TrustedKey[] | null => {
    const publicKey = decodeBase64(base64);
    return publicKey?.length === 32 ? [{ publicKey, validFrom: null, validUntil: null }] : null;
  };
  const given = pinned(text);
  if (given !== null) return given;
  const content = new TextDecoder().decode(await readRegularFile(text, KEYS_MAX_BYTES));
  return pinned(content.trim()) ?? parseTrustedKeys(content);
}

function readLogTrust(text: string): CertificateTrust['log'] {
  try {
    const key = parseVerifierKey(text);
    return { origin: key.name, logKeys: [key], witnessKeys: [] };
  } catch (error) {
    if (error instanceof NoteError) throw new UsageError(`--log-key: ${error.message}`);
    throw error;
  }
}

/** Checks one document, says what came of it, and resolves with the exit code. */
export function verifyDocument(
  document: { readonly path: string; readonly bytes: Uint8Array; readonly workSha256: Uint8Array | null },
  trust: CertificateTrust,
  { json, verbose }: { readonly json?: true; readonly verbose?: true },
  io: CliIo,
): ExitCode {
  const verdict = verifyCertificate(document.bytes, trust, verifyEd25519, document.workSha256);
  if (json) writeJsonLine(io, { file: document.path, ...verdict });
  else io.out(describeVerdict(document.path, verdict, trust, verbose === true));
  return EXIT_CODES[verdict.outcome];
}

function describeVerdict(
  path: string,
  verdict: CertificateVerdict,
  trust: CertificateTrust,
  isVerbose: boolean,
): string {
  const { outcome, certificateId, issuedAt, log, steps, proves, doesNotProve } = verdict;
  const successor = findSuccessor(verdict);
  const standing = successor === null ? outcome : `${outcome}, superseded by ${successor}`;
  const lines = [`${showName(path)}: ${standing}`, `  ${proves}`];
  if (certificateId !== null && issuedAt !== null) {
    lines.push(`  certificate ${certificateId}, issued at ${new Date(issuedAt).toISOString()} by its own word`);
  }
  for (const { publicKey } of trust.keys) lines.push(`  trusted key ${encodeBase64(publicKey)}`);
  if (log !== null) lines.push(`  in the log ${showName(log.origin)} of ${log.size} entries`);
  for (const { ok, detail } of steps) {
    // A log names itself in it.
    const shown = detail.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, ' ');
    if (isVerbose || ok !== true) lines.push(`  ${ok === null ? '?' : ok ? '+' : '!'} ${shown}`);
  }
  if (doesNotProve.length > 0) lines.push('  It does not prove:', ...doesNotProve.map((text) => `  - ${text}`));
  return `${lines.join('\n')}\n`;
}
