import { equalBytes } from '../../base/bytes.ts';
import { CodedError } from '../../base/coded-error.ts';
import { decodeHex, encodeHex } from '../../base/hex.ts';
import { BLOCK_HEADER_BYTES, parseBlockHeader } from '../bitcoin/block-header.ts';
import { BitcoinError } from '../bitcoin/error.ts';
import { BITCOIN_NETWORKS, type BitcoinNetwork } from '../bitcoin/network.ts';
import { checkProofOfWork } from '../bitcoin/proof-of-work.ts';
import type { HeaderSource } from './header-source.ts';

/** Every header of the main network until the year 2080 and some. */
export const HEADERS_FILE_MAX_BYTES = 320 * 1024 * 1024;

/** In little-endian: the first block of every network starts so, and no text does. */
const VERSION_1 = Uint8Array.of(1, 0, 0, 0);
const TEXT_START = /^\d{1,10} [0-9a-fA-F]{50}/;
const LINE = /^(\d{1,10}) ([0-9a-fA-F]{160})$/;

export type HeadersFileErrorCode =
  /** A line that is not a height and a header, or an archive that is cut short. */
  | 'headers-malformed'
  /** A header without its proof of work, or easier than the network allows. */
  | 'headers-without-work'
  /** An archive that does not start at the network's first block, or whose headers do not follow each other. */
  | 'headers-not-linked';

export class HeadersFileError extends CodedError<HeadersFileErrorCode> {}

/** Lines `<height> <header in hex>` by height, as `headersFile` reads them. */
export function formatHeaders(headers: ReadonlyMap<number, Uint8Array>): string {
  return [...headers]
    .sort(([a], [b]) => a - b)
    .map(([height, header]) => `${height} ${encodeHex(header)}\n`)
    .join('');
}

/** Whether a file whose first 64 bytes these are is one of headers, rather than anything else. */
export function startsHeadersFile(start: Uint8Array): boolean {
  // The first block follows none.
  const isArchive = equalBytes(start.subarray(0, 36), Uint8Array.of(...VERSION_1, ...new Uint8Array(32)));
  return isArchive || TEXT_START.test(new TextDecoder().decode(start));
}

/**
 * Headers from a file: either text, one line `<height> <160 hex digits>` a header with `#` comments, or every header
 * of the network from height 0 on, 80 bytes each. All are checked before the first is given out: proof of work, and in
 * an archive that each follows the one before. Throws `HeadersFileError`.
 */
export function headersFile(bytes: Uint8Array, network: BitcoinNetwork): HeaderSource {
  const isArchive = equalBytes(bytes.subarray(0, VERSION_1.length), VERSION_1);
  return isArchive ? readArchive(bytes, network) : readText(bytes, network);
}

function readArchive(bytes: Uint8Array, network: BitcoinNetwork): HeaderSource {
  if (bytes.length % BLOCK_HEADER_BYTES !== 0) {
    throw new HeadersFileError('headers-malformed', 'The archive ends within a header');
  }
  const count = bytes.length / BLOCK_HEADER_BYTES;
  const headerAt = (height: number) => bytes.slice(height * BLOCK_HEADER_BYTES, (height + 1) * BLOCK_HEADER_BYTES);
  let previousHash: Uint8Array | null = null;
  for (let height = 0; height < count; height++) {
    const header = parseBlockHeader(headerAt(height));
    const follows = previousHash
      ? equalBytes(header.previousHash, previousHash)
      : equalBytes(header.hash, BITCOIN_NETWORKS[network].genesisHash);
    if (!follows) throw new HeadersFileError('headers-not-linked', `Header ${height} does not continue ${network}`);
    checkWork(header, height, network);
    previousHash = header.hash;
  }
  return {
    trust: 'headers-file',
    network,
    headerAt: async (height) => (height < count ? headerAt(height) : null),
    tipHeight: async () => count - 1,
  };
}

function readText(bytes: Uint8Array, network: BitcoinNetwork): HeaderSource {
  const headers = new Map<number, Uint8Array>();
  const lines = new TextDecoder().decode(bytes).split(/\r?\n/);
  for (const [index, line] of lines.entries()) {
    if (line === '' || line.startsWith('#')) continue;
    const [, height, hex] = LINE.exec(line) ?? [];
    if (height === undefined || hex === undefined || headers.has(Number(height))) {
      throw new HeadersFileError('headers-malformed', `Line ${index + 1} is not a new height and its header`);
    }
    const header = decodeHex(hex)!;
    checkWork(parseBlockHeader(header), Number(height), network);
    headers.set(Number(height), header);
  }
  return {
    trust: 'headers-file',
    network,
    headerAt: async (height) => headers.get(height) ?? null,
    tipHeight: async () => null,
  };
}

function checkWork(header: ReturnType<typeof parseBlockHeader>, height: number, network: BitcoinNetwork): void {
  try {
    checkProofOfWork(header, height, network);
  } catch (cause) {
    if (!(cause instanceof BitcoinError)) throw cause;
    throw new HeadersFileError('headers-without-work', `Header ${height}: ${cause.message}`, { cause });
  }
}
