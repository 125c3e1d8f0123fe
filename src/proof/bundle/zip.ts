import { Inflate } from 'fflate';
import { crc32 } from './crc32.ts';
import { BundleError } from './error.ts';

/** A full export page of 200 receipts has six files each; nothing that we or the contract make has more. */
export const ZIP_MAX_ENTRIES = 2_000;
/** The archive itself: two thousand entries of receipts and proofs stay far below it. */
export const ZIP_MAX_BYTES = 32 * 1024 * 1024;
/** Everything unpacked together, by declared and by actual size. */
const ZIP_MAX_UNPACKED_BYTES = 32 * 1024 * 1024;
/** Receipt ids and calendar names are short; a longer path was not made by a receipt server. */
const NAME_MAX_BYTES = 512;
/**
 * Deflate turns one byte into at most 1032, so feeding it this much at a time bounds how far a lying entry can run
 * ahead of the size check.
 */
const INFLATE_STEP_BYTES = 1024;

const END_SIGNATURE = 0x06054b50;
const END_BYTES = 22;
const COMMENT_MAX_BYTES = 0xffff;
const CENTRAL_SIGNATURE = 0x02014b50;
const CENTRAL_BYTES = 46;
const LOCAL_SIGNATURE = 0x04034b50;
const LOCAL_BYTES = 30;
const ENCRYPTED_FLAGS = 0x2041;
const STORED = 0;
const DEFLATED = 8;

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly checksum: number;
  readonly packedBytes: number;
  readonly unpackedBytes: number;
  readonly localOffset: number;
}

export function isZip(bytes: Uint8Array): boolean {
  return bytes.length >= END_BYTES && [LOCAL_SIGNATURE, END_SIGNATURE].includes(view(bytes).getUint32(0, true));
}

/**
 * Unpacks an archive (PKWARE APPNOTE 6.3, without ZIP64, encryption and spanning) into its files by name, folders and
 * what is not wanted left out. Only the central directory is believed, and every entry that is unpacked has to lie inside the archive, unpack
 * to exactly its declared size and match its checksum. Throws `BundleError` with a `zip-` code.
 */
export function readZip(bytes: Uint8Array, isWanted: (name: string) => boolean = () => true): Map<string, Uint8Array> {
  if (bytes.length > ZIP_MAX_BYTES) throw new BundleError('zip-too-large', 'The archive is larger than 32 MiB');
  const entries = readCentralDirectory(bytes);
  const declared = entries.reduce((total, entry) => total + entry.unpackedBytes, 0);
  const packed = entries.reduce((total, entry) => total + entry.packedBytes, 0);
  if (declared > ZIP_MAX_UNPACKED_BYTES) {
    throw new BundleError('zip-too-large', 'The archive would unpack to more than 32 MiB');
  }
  // Entries that share bytes are how a small archive becomes a large amount of work.
  if (packed > bytes.length) throw new BundleError('zip-malformed', 'Entries of the archive overlap');
  const names = new Set<string>();
  const files = new Map<string, Uint8Array>();
  for (const entry of entries) {
    const { name } = entry;
    if (names.has(name)) {
      throw new BundleError('zip-duplicate-name', `The archive has two entries called ${JSON.stringify(name)}`);
    }
    names.add(name);
    if (!isWanted(name)) continue;
    const unpacked = unpack(bytes, entry);
    if (!name.endsWith('/')) files.set(name, unpacked);
  }
  return files;
}

function readCentralDirectory(bytes: Uint8Array): Entry[] {
  const end = findEnd(bytes);
  const data = view(bytes);
  const count = data.getUint16(end + 10, true);
  const size = data.getUint32(end + 12, true);
  const start = data.getUint32(end + 16, true);
  if (data.getUint16(end + 4, true) !== 0 || data.getUint16(end + 8, true) !== count) {
    throw new BundleError('zip-unsupported', 'The archive is split over several files');
  }
  if (count === 0xffff || size === 0xffffffff || start === 0xffffffff) {
    throw new BundleError('zip-unsupported', 'The archive uses ZIP64, which no receipt needs');
  }
  if (count > ZIP_MAX_ENTRIES) {
    throw new BundleError('zip-too-many-entries', `The archive has ${count} entries, over ${ZIP_MAX_ENTRIES}`);
  }
  if (start + size !== end) throw new BundleError('zip-malformed', 'The archive has no complete directory');
  const entries: Entry[] = [];
  let offset = start;
  for (let index = 0; index < count; index++) {
    if (offset + CENTRAL_BYTES > end || data.getUint32(offset, true) !== CENTRAL_SIGNATURE) {
      throw new BundleError('zip-malformed', 'The directory of the archive is damaged');
    }
    const nameBytes = data.getUint16(offset + 28, true);
    const next =
      offset + CENTRAL_BYTES + nameBytes + data.getUint16(offset + 30, true) + data.getUint16(offset + 32, true);
    if (next > end) throw new BundleError('zip-malformed', 'The directory of the archive is damaged');
    if (data.getUint16(offset + 8, true) & ENCRYPTED_FLAGS) {
      throw new BundleError('zip-unsupported', 'The archive is encrypted');
    }
    entries.push({
      name: readName(bytes.subarray(offset + CENTRAL_BYTES, offset + CENTRAL_BYTES + nameBytes)),
      method: data.getUint16(offset + 10, true),
      checksum: data.getUint32(offset + 16, true),
      packedBytes: data.getUint32(offset + 20, true),
      unpackedBytes: data.getUint32(offset + 24, true),
      localOffset: data.getUint32(offset + 42, true),
    });
    offset = next;
  }
  if (offset !== end) throw new BundleError('zip-malformed', 'The directory of the archive holds more than it says');
  return entries;
}

function findEnd(bytes: Uint8Array): number {
  const data = view(bytes);
  const lowest = Math.max(0, bytes.length - END_BYTES - COMMENT_MAX_BYTES);
  for (let offset = bytes.length - END_BYTES; offset >= lowest; offset--) {
    const isEnd = data.getUint32(offset, true) === END_SIGNATURE;
    if (isEnd && offset + END_BYTES + data.getUint16(offset + 20, true) === bytes.length) return offset;
  }
  throw new BundleError('zip-malformed', 'The archive has no end, it may be cut short');
}

function readName(bytes: Uint8Array): string {
  if (bytes.length === 0 || bytes.length > NAME_MAX_BYTES) {
    throw new BundleError('zip-bad-name', 'An entry of the archive has no name, or one that is too long');
  }
  let name: string;
  try {
    name = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new BundleError('zip-bad-name', 'An entry of the archive has a name that is not UTF-8');
  }
  const segments = name.replace(/\/$/, '').split('/');
  const leavesItsFolder = segments.some((segment) => segment === '' || segment === '.' || segment === '..');
  // Backslash and colon are path syntax on some systems, and NUL ends a name on all of them.
  if (leavesItsFolder || /[\\:\p{Cc}]/u.test(name)) {
    throw new BundleError('zip-bad-name', `The archive has an entry called ${JSON.stringify(name)}`);
  }
  return name;
}

function unpack(bytes: Uint8Array, entry: Entry): Uint8Array {
  const data = view(bytes);
  const { localOffset } = entry;
  if (localOffset + LOCAL_BYTES > bytes.length || data.getUint32(localOffset, true) !== LOCAL_SIGNATURE) {
    throw corrupt(entry);
  }
  const nameBytes = data.getUint16(localOffset + 26, true);
  const start = localOffset + LOCAL_BYTES + nameBytes + data.getUint16(localOffset + 28, true);
  if (start + entry.packedBytes > bytes.length) throw corrupt(entry);
  const packed = bytes.subarray(start, start + entry.packedBytes);
  const unpacked = unpackAs(entry, packed);
  if (unpacked.length !== entry.unpackedBytes || crc32(unpacked) !== entry.checksum) throw corrupt(entry);
  return unpacked;
}

function unpackAs(entry: Entry, packed: Uint8Array): Uint8Array {
  if (entry.method === STORED) return packed;
  if (entry.method === DEFLATED) return inflate(entry, packed);
  throw new BundleError('zip-unsupported', `${JSON.stringify(entry.name)} is packed by a method no receipt uses`);
}

function inflate(entry: Entry, packed: Uint8Array): Uint8Array {
  const unpacked = new Uint8Array(entry.unpackedBytes);
  let length = 0;
  const inflater = new Inflate((chunk) => {
    if (length + chunk.length > unpacked.length) throw corrupt(entry);
    unpacked.set(chunk, length);
    length += chunk.length;
  });
  try {
    for (let offset = 0; offset === 0 || offset < packed.length; offset += INFLATE_STEP_BYTES) {
      const end = offset + INFLATE_STEP_BYTES;
      inflater.push(packed.subarray(offset, end), end >= packed.length);
    }
  } catch {
    throw corrupt(entry);
  }
  return unpacked.subarray(0, length);
}

function corrupt(entry: Entry): BundleError {
  return new BundleError('zip-corrupt', `${JSON.stringify(entry.name)} does not unpack to what the archive announces`);
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
