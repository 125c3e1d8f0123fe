import { crc32 } from 'node:zlib';
import { deflateSync } from 'fflate';

/** A file of the archive, as it stands there. Its name is plain ASCII. */
export interface ZipFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Of what was packed by `packFile`; any other file is stored as it is. */
  readonly unpacked?: { readonly length: number; readonly checksum: number };
}

/** A folder of the archive; that without a name is the archive's own. */
export interface ZipFolder {
  readonly name: string;
  readonly files: readonly ZipFile[];
}

/** Packs a file that many archives have, once for all of them: packing takes a hundred times as long as copying. */
export function packFile(name: string, bytes: Uint8Array): ZipFile {
  const packed = deflateSync(bytes, { level: 9 });
  // What is not shorter is not taken for packed.
  if (packed.length >= bytes.length) return { name, bytes };
  return { name, bytes: packed, unpacked: { length: bytes.length, checksum: crc32(bytes) } };
}

const LOCAL_SIGNATURE = 0x04034b50;
const CENTRAL_SIGNATURE = 0x02014b50;
const END_SIGNATURE = 0x06054b50;
const END64_SIGNATURE = 0x06064b50;
const LOCATOR64_SIGNATURE = 0x07064b50;
const ZIP64_EXTRA_ID = 1;
const VERSION = 20;
const VERSION_ZIP64 = 45;
const STORED = 0;
const DEFLATED = 8;
/** The first moment the format can name: the same content gives the same bytes. */
const DOS_DATE = (1 << 5) | 1;
const MAX_16 = 0xffff;
const MAX_32 = 0xffffffff;
const CHUNK_BYTES = 64 * 1024;

/**
 * Writes an archive (PKWARE APPNOTE 6.3, with ZIP64 where it needs it) folder by folder, as fast as it is read. What
 * is kept until the end is about 16 bytes a file, and its folder's name.
 */
export async function* writeZip(folders: AsyncIterable<ZipFolder> | Iterable<ZipFolder>): AsyncGenerator<Uint8Array> {
  const directory = new Directory();
  let offset = 0;
  for await (const folder of folders) {
    const parts: Uint8Array[] = [];
    directory.openFolder(folder.name);
    for (const { name, bytes, unpacked } of folder.files) {
      const { length, checksum } = unpacked ?? { length: bytes.length, checksum: crc32(bytes) };
      const entry = { checksum, packedLength: bytes.length, length };
      parts.push(localHeader(pathOf(folder.name, name), entry), bytes);
      directory.addFile(name, entry);
    }
    const chunk = Buffer.concat(parts);
    offset += chunk.length;
    yield chunk;
  }
  const start = offset;
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  for (const record of directory.records()) {
    pending.push(record);
    pendingBytes += record.length;
    offset += record.length;
    if (pendingBytes >= CHUNK_BYTES) {
      yield Buffer.concat(pending);
      pending = [];
      pendingBytes = 0;
    }
  }
  yield Buffer.concat([...pending, endOfArchive(directory.count, start, offset - start)]);
}

function pathOf(folder: string, name: string): Buffer {
  return Buffer.from(folder === '' ? name : `${folder}/${name}`, 'latin1');
}

/** What both headers of a file say of it. */
interface Entry {
  readonly checksum: number;
  readonly packedLength: number;
  readonly length: number;
}

function methodOf({ packedLength, length }: Entry): number {
  return packedLength < length ? DEFLATED : STORED;
}

function localHeader(path: Buffer, entry: Entry): Buffer {
  const header = Buffer.alloc(30 + path.length);
  header.writeUInt32LE(LOCAL_SIGNATURE, 0);
  header.writeUInt16LE(VERSION, 4);
  header.writeUInt16LE(methodOf(entry), 8);
  header.writeUInt16LE(DOS_DATE, 12);
  header.writeUInt32LE(entry.checksum, 14);
  header.writeUInt32LE(entry.packedLength, 18);
  header.writeUInt32LE(entry.length, 22);
  header.writeUInt16LE(path.length, 26);
  path.copy(header, 30);
  return header;
}

/** What the central directory is made of at the end. Offsets are not kept: they follow from what is. */
class Directory {
  /** Names of files are the same few in every folder. */
  readonly #names = new Map<string, number>();
  readonly #folders: string[] = [];
  /** Files of each folder. */
  readonly #sizes = new Column();
  /** Of each file: name, checksum, packed length and length. */
  readonly #files = new Column();
  #filesOfFolder = 0;

  get count(): number {
    return this.#files.length / 4;
  }

  openFolder(name: string): void {
    this.#closeFolder();
    this.#folders.push(name);
  }

  addFile(name: string, { checksum, packedLength, length }: Entry): void {
    let index = this.#names.get(name);
    if (index === undefined) this.#names.set(name, (index = this.#names.size));
    this.#files.push(index);
    this.#files.push(checksum);
    this.#files.push(packedLength);
    this.#files.push(length);
    this.#filesOfFolder++;
  }

  *records(): Generator<Buffer> {
    this.#closeFolder();
    const names = [...this.#names.keys()];
    let offset = 0;
    let file = 0;
    for (const [i, folder] of this.#folders.entries()) {
      for (let left = this.#sizes.at(i); left > 0; left--, file += 4) {
        const path = pathOf(folder, names[this.#files.at(file)]!);
        const entry = {
          checksum: this.#files.at(file + 1),
          packedLength: this.#files.at(file + 2),
          length: this.#files.at(file + 3),
        };
        yield centralRecord(path, entry, offset);
        offset += 30 + path.length + entry.packedLength;
      }
    }
  }

  #closeFolder(): void {
    if (this.#folders.length > this.#sizes.length) this.#sizes.push(this.#filesOfFolder);
    this.#filesOfFolder = 0;
  }
}

/** A list of 32-bit numbers that takes 4 bytes for each. */
class Column {
  #values = new Uint32Array(1024);
  length = 0;

  push(value: number): void {
    if (this.length === this.#values.length) {
      const grown = new Uint32Array(this.length * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.length++] = value;
  }

  at(index: number): number {
    return this.#values[index]!;
  }
}

function centralRecord(path: Buffer, entry: Entry, offset: number): Buffer {
  const isFar = offset >= MAX_32;
  const record = Buffer.alloc(46 + path.length + (isFar ? 12 : 0));
  record.writeUInt32LE(CENTRAL_SIGNATURE, 0);
  record.writeUInt16LE(isFar ? VERSION_ZIP64 : VERSION, 4);
  record.writeUInt16LE(isFar ? VERSION_ZIP64 : VERSION, 6);
  record.writeUInt16LE(methodOf(entry), 10);
  record.writeUInt16LE(DOS_DATE, 14);
  record.writeUInt32LE(entry.checksum, 16);
  record.writeUInt32LE(entry.packedLength, 20);
  record.writeUInt32LE(entry.length, 24);
  record.writeUInt16LE(path.length, 28);
  record.writeUInt32LE(isFar ? MAX_32 : offset, 42);
  path.copy(record, 46);
  if (isFar) {
    record.writeUInt16LE(12, 30);
    record.writeUInt16LE(ZIP64_EXTRA_ID, 46 + path.length);
    record.writeUInt16LE(8, 48 + path.length);
    record.writeBigUInt64LE(BigInt(offset), 50 + path.length);
  }
  return record;
}

function endOfArchive(count: number, start: number, size: number): Buffer {
  const isLarge = count >= MAX_16 || start >= MAX_32 || size >= MAX_32;
  const end = Buffer.alloc(22);
  end.writeUInt32LE(END_SIGNATURE, 0);
  end.writeUInt16LE(isLarge ? MAX_16 : count, 8);
  end.writeUInt16LE(isLarge ? MAX_16 : count, 10);
  end.writeUInt32LE(isLarge ? MAX_32 : size, 12);
  end.writeUInt32LE(isLarge ? MAX_32 : start, 16);
  if (!isLarge) return end;
  const end64 = Buffer.alloc(56);
  end64.writeUInt32LE(END64_SIGNATURE, 0);
  end64.writeBigUInt64LE(44n, 4);
  end64.writeUInt16LE(VERSION_ZIP64, 12);
  end64.writeUInt16LE(VERSION_ZIP64, 14);
  end64.writeBigUInt64LE(BigInt(count), 24);
  end64.writeBigUInt64LE(BigInt(count), 32);
  end64.writeBigUInt64LE(BigInt(size), 40);
  end64.writeBigUInt64LE(BigInt(start), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(LOCATOR64_SIGNATURE, 0);
  locator.writeBigUInt64LE(BigInt(start + size), 8);
  locator.writeUInt32LE(1, 16);
  return Buffer.concat([end64, locator, end]);
}
