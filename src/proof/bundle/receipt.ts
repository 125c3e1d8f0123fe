import { decodeBase64, encodeBase64 } from '../../base/base64.ts';
import { decodeHex, encodeHex } from '../../base/hex.ts';
import { BITCOIN_NETWORKS, type BitcoinNetwork } from '../bitcoin/network.ts';
import { BundleError } from './error.ts';

/** A receipt with five generous proofs is a few tens of kilobytes. */
export const RECEIPT_MAX_BYTES = 4 * 1024 * 1024;
/** The deepest proof that may exist stays far below it; a file beyond it is not a proof. */
export const PROOF_MAX_BYTES = 1024 * 1024;
/** Five calendars are usual; every proof costs the verifier work. */
const PROOFS_MAX = 64;
const TEXT_MAX_CHARACTERS = 4096;

const RECEIPT_FORMAT = 'touchmark-receipt/1';

/** A calendar's short name, as in the name of its proof file. */
export const CALENDAR_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

/** As the contract has it. It also names files, so nothing else may be in it. */
const RECEIPT_ID = /^[A-Za-z0-9_-]{1,64}$/;

/** One `.ots` file: its name, for people, and its bytes. */
export interface ProofFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What a receipt says of itself. None of it is evidence; the digests are what the evidence is compared with. */
export interface ReceiptClaims {
  readonly receiptId: string | null;
  readonly server: string | null;
  /** As written in the receipt. */
  readonly createdAt: string | null;
  readonly network: BitcoinNetwork | null;
  readonly sha256: Uint8Array;
  readonly sha512: Uint8Array | null;
}

/** A self-contained receipt, `FILE.touchmark.json`: docs/formats/receipt.md. */
export interface TouchmarkReceipt extends ReceiptClaims {
  readonly receiptId: string;
  readonly server: string;
  readonly createdAt: string;
  readonly network: BitcoinNetwork;
  /** Name and size in bytes of the work when it was anchored. */
  readonly file: { readonly name: string; readonly size: number };
  readonly calendars: readonly CalendarProof[];
  /** Calendars that did not accept the digest; the name is null where the server did not say which. */
  readonly failures: readonly { readonly calendar: string | null; readonly error: string }[];
}

export interface CalendarProof {
  readonly name: string;
  /** Where the pending attestation says the calendar answers; null when the proof has none. */
  readonly url: string | null;
  readonly proof: Uint8Array;
}

/** The text of a receipt file: two-space indented JSON with a final newline and a fixed field order. */
export function encodeReceipt(receipt: TouchmarkReceipt): string {
  const fields = {
    format: RECEIPT_FORMAT,
    receipt_id: receipt.receiptId,
    server: receipt.server,
    created_at: receipt.createdAt,
    file: { name: receipt.file.name, size: receipt.file.size },
    hash_hex: encodeHex(receipt.sha256),
    sha512_hex: receipt.sha512 && encodeHex(receipt.sha512),
    network: receipt.network,
    calendars: receipt.calendars.map(({ name, url, proof }) => ({ name, url, ots: encodeBase64(proof) })),
    failures: receipt.failures,
  };
  return `${JSON.stringify(fields, null, 2)}\n`;
}

/** Reads a `FILE.touchmark.json`. Throws `BundleError`: `receipt-too-large`, `not-a-receipt`, `receipt-malformed`. */
export function decodeReceipt(bytes: Uint8Array): TouchmarkReceipt {
  const fields = parseJsonObject(bytes);
  if (fields.format !== RECEIPT_FORMAT) throw new BundleError('not-a-receipt', `It does not say ${RECEIPT_FORMAT}`);
  const file = readObject(fields.file, 'file');
  const size = file.size;
  if (!Number.isSafeInteger(size) || (size as number) < 0) throw malformed('file.size is not a size in bytes');
  const receiptId = readText(fields.receipt_id, 'receipt_id');
  if (!RECEIPT_ID.test(receiptId)) throw malformed('receipt_id has characters that no receipt has');
  return {
    receiptId,
    server: readText(fields.server, 'server'),
    createdAt: readText(fields.created_at, 'created_at'),
    file: { name: readText(file.name, 'file.name'), size: size as number },
    sha256: readDigest(fields.hash_hex, 'hash_hex', 32),
    sha512: readOptional(fields.sha512_hex, (value) => readDigest(value, 'sha512_hex', 64)),
    network: readNetwork(fields.network),
    calendars: readCalendars(fields.calendars),
    failures: readArray(fields.failures, 'failures').map((value) => {
      const failure = readObject(value, 'failures[]');
      return {
        calendar: readOptional(failure.calendar, (name) => readText(name, 'failures[].calendar')),
        error: readText(failure.error, 'failures[].error'),
      };
    }),
  };
}

/** A receipt of either format, as far as verification is concerned. */
export interface ReadReceipt {
  readonly claims: ReceiptClaims;
  /** Proofs that the receipt carries itself. */
  readonly proofs: readonly ProofFile[];
  /** Names of the proof files that belong beside it. */
  readonly proofNames: readonly string[];
}

/**
 * Reads a receipt: a `FILE.touchmark.json`, or the JSON that an orphograph-contract server gives (the answer to an
 * anchor call, `GET /api/receipt/{id}` or the `receipt.json` of its ZIP). Throws `BundleError`: `receipt-too-large`,
 * `not-a-receipt`, `receipt-malformed`.
 */
export function readReceipt(bytes: Uint8Array): ReadReceipt {
  const fields = parseJsonObject(bytes);
  if (fields.format === undefined && fields.hash_hex !== undefined) return readContractReceipt(fields);
  const receipt = decodeReceipt(bytes);
  return {
    claims: receipt,
    proofs: receipt.calendars.map(({ name, proof }) => ({ name: `${name}.ots`, bytes: proof })),
    proofNames: [],
  };
}

function readContractReceipt(fields: Record<string, unknown>): ReadReceipt {
  const files = [
    ...readOptionalArray(fields.checks, 'checks').map((value) => readObject(value, 'checks[]').file),
    ...readOptionalArray(fields.successes, 'successes').map((value) => readObject(value, 'successes[]').ots_path),
  ];
  const proofNames = new Set(files.map((path) => readProofName(readText(path, 'proof file name'))));
  return {
    claims: {
      receiptId: readOptional(fields.receipt_id, (value) => readText(value, 'receipt_id')),
      server: null,
      createdAt: readOptional(fields.created_at, (value) => readText(value, 'created_at')),
      network: null,
      sha256: readDigest(fields.hash_hex, 'hash_hex', 32),
      sha512: readOptional(fields.sha512_hex, (value) => readDigest(value, 'sha512_hex', 64)),
    },
    proofs: [],
    proofNames: [...proofNames],
  };
}

// A receipt must not be able to name a file outside its own folder.
function readProofName(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (!name.endsWith('.ots') || !CALENDAR_NAME.test(name.slice(0, -'.ots'.length))) {
    throw malformed(`${JSON.stringify(path)} is not the name of a proof file`);
  }
  return name;
}

function readCalendars(value: unknown): CalendarProof[] {
  return readArray(value, 'calendars').map((item) => {
    const calendar = readObject(item, 'calendars[]');
    const name = readText(calendar.name, 'calendars[].name');
    if (!CALENDAR_NAME.test(name)) throw malformed(`${JSON.stringify(name)} is not the name of a calendar`);
    const proof = typeof calendar.ots === 'string' ? decodeBase64(calendar.ots) : null;
    if (proof === null) throw malformed(`The proof of calendar ${name} is not base64`);
    return { name, url: readOptional(calendar.url, (url) => readText(url, 'calendars[].url')), proof };
  });
}

function parseJsonObject(bytes: Uint8Array): Record<string, unknown> {
  if (bytes.length > RECEIPT_MAX_BYTES) throw new BundleError('receipt-too-large', 'It is larger than 4 MiB');
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new BundleError('not-a-receipt', 'It is not JSON');
  }
  if (!isObject(value)) throw new BundleError('not-a-receipt', 'It is not a JSON object');
  return value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readObject(value: unknown, field: string): Record<string, unknown> {
  if (!isObject(value)) throw malformed(`${field} is not an object`);
  return value;
}

function readArray(value: unknown, field: string): unknown[] {
  if (!Array.isArray(value)) throw malformed(`${field} is not a list`);
  if (value.length > PROOFS_MAX) throw malformed(`${field} has more than ${PROOFS_MAX} items`);
  return value;
}

function readOptionalArray(value: unknown, field: string): unknown[] {
  return value === undefined ? [] : readArray(value, field);
}

function readText(value: unknown, field: string): string {
  if (typeof value !== 'string' || value.length > TEXT_MAX_CHARACTERS) throw malformed(`${field} is not a text`);
  return value;
}

function readDigest(value: unknown, field: string, length: number): Uint8Array {
  const digest = typeof value === 'string' ? decodeHex(value) : null;
  if (digest?.length !== length) throw malformed(`${field} is not ${2 * length} hexadecimal characters`);
  return digest;
}

function readNetwork(value: unknown): BitcoinNetwork {
  if (typeof value === 'string' && Object.hasOwn(BITCOIN_NETWORKS, value)) return value as BitcoinNetwork;
  throw malformed('network is not one of the Bitcoin networks');
}

function readOptional<T>(value: unknown, read: (value: unknown) => T): T | null {
  return value === undefined || value === null ? null : read(value);
}

function malformed(message: string): BundleError {
  return new BundleError('receipt-malformed', message);
}
