import { compareBytes } from '../../base/bytes.ts';
import type { Attestation } from './attestation.ts';
import { readAttestation, writeAttestation } from './attestation-codec.ts';
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { OtsError } from './error.ts';
import {
  ARGUMENT_MAX_BYTES,
  ARGUMENT_MIN_BYTES,
  applyOp,
  checkArgument,
  checkMessage,
  DIGEST_BYTES,
  type DigestOp,
  OP_TAGS,
  type Op,
} from './op.ts';
import { assembleTimestamp, type Branch, checkDepth, type Timestamp } from './timestamp.ts';

/** A `.ots` file: `timestamp` is about the file's digest under `fileHashOp`. */
export interface DetachedTimestamp {
  readonly fileHashOp: DigestOp;
  readonly timestamp: Timestamp;
}

/** "\0OpenTimestamps\0\0Proof\0" and eight bytes that no text file holds. */
const MAGIC = Uint8Array.of(
  ...new TextEncoder().encode('\0OpenTimestamps\0\0Proof\0'),
  ...[0xbf, 0x89, 0xe2, 0xe8, 0x84, 0xe8, 0x92, 0x94],
);

/** One raw byte, not a varuint. */
const MAJOR_VERSION = 1;

const DIGEST_OPS: ReadonlyMap<number, DigestOp> = new Map(
  (Object.keys(DIGEST_BYTES) as DigestOp['name'][]).map((name) => [OP_TAGS[name], { name }]),
);

/** In front of every item of a node but its last. */
const FORK = 0xff;

/** In front of an attestation, where an operation would have its tag. */
const ATTESTATION = 0x00;

/**
 * Bytes of all messages of a tree in all. One byte of a file (`reverse`) can stand for a message of 4096, so without
 * this bound a small hostile file takes thousands of times its size in memory. A proof that goes through a hundred
 * thousand hashes is still well within it.
 */
const MESSAGES_TOTAL_MAX_BYTES = 16 * 1024 * 1024;

/**
 * Reads a whole `.ots` file. What is out of order, repeated or not minimal is accepted and comes out canonical; two
 * branches of the same operation are merged.
 * @throws OtsError every code but the write-only ones and `message-mismatch`
 */
export function decodeDetached(bytes: Uint8Array): DetachedTimestamp {
  if (compareBytes(bytes.subarray(0, MAGIC.length), MAGIC) !== 0) {
    throw new OtsError('bad-magic', 'the file is not an OpenTimestamps proof');
  }
  const reader = new ByteReader(bytes.subarray(MAGIC.length));
  const version = reader.readByte();
  if (version !== MAJOR_VERSION) throw new OtsError('unsupported-version', `version ${version} is not supported`);
  const fileHashOp = readFileHashOp(reader);
  const digest = reader.readBytes(DIGEST_BYTES[fileHashOp.name]);
  const timestamp = readNode(reader, digest, 0, new MessageBudget());
  reader.expectEnd();
  return { fileHashOp, timestamp };
}

/**
 * The canonical `.ots` file, which every reader accepts.
 * @throws OtsError when the timestamp breaks a limit of the format
 */
export function encodeDetached(detached: DetachedTimestamp): Uint8Array {
  const writer = new ByteWriter();
  writer.writeBytes(encodeDetachedHeader(detached.fileHashOp, detached.timestamp.message));
  writeNode(writer, detached.timestamp, 0, new MessageBudget());
  return writer.finish();
}

/**
 * The part of a `.ots` file in front of its timestamp.
 * @throws OtsError `bad-digest`
 */
export function encodeDetachedHeader(fileHashOp: DigestOp, digest: Uint8Array): Uint8Array {
  const expectedBytes = DIGEST_BYTES[fileHashOp.name];
  if (digest.length !== expectedBytes) {
    throw new OtsError('bad-digest', `a ${fileHashOp.name} digest is ${expectedBytes} bytes, not ${digest.length}`);
  }
  const writer = new ByteWriter();
  writer.writeBytes(MAGIC);
  writer.writeByte(MAJOR_VERSION);
  writer.writeByte(OP_TAGS[fileHashOp.name]);
  writer.writeBytes(digest);
  return writer.finish();
}

/**
 * Reads a timestamp of `message` that stands alone, as calendars answer it.
 * @throws OtsError as `decodeDetached`
 */
export function decodeTimestamp(bytes: Uint8Array, message: Uint8Array): Timestamp {
  checkMessage(message);
  const reader = new ByteReader(bytes);
  const timestamp = readNode(reader, Uint8Array.from(message), 0, new MessageBudget());
  reader.expectEnd();
  return timestamp;
}

/**
 * The canonical form of a timestamp that stands alone; its message is not part of it.
 * @throws OtsError when the timestamp breaks a limit of the format
 */
export function encodeTimestamp(timestamp: Timestamp): Uint8Array {
  const writer = new ByteWriter();
  writeNode(writer, timestamp, 0, new MessageBudget());
  return writer.finish();
}

/** What is left of `MESSAGES_TOTAL_MAX_BYTES` for messages below the root of one tree. */
class MessageBudget {
  #leftBytes = MESSAGES_TOTAL_MAX_BYTES;

  spend(message: Uint8Array): void {
    this.#leftBytes -= message.length;
    if (this.#leftBytes < 0) {
      throw new OtsError('too-large', `the messages are more than ${MESSAGES_TOTAL_MAX_BYTES} bytes in all`);
    }
  }
}

function readNode(reader: ByteReader, message: Uint8Array, depth: number, budget: MessageBudget): Timestamp {
  checkDepth(depth);
  const attestations: Attestation[] = [];
  const branches: Branch[] = [];
  for (let isLast = false; !isLast; ) {
    const start = reader.readByte();
    isLast = start !== FORK;
    const tag = isLast ? start : reader.readByte();
    if (tag === ATTESTATION) {
      attestations.push(readAttestation(reader));
    } else {
      const op = readOp(reader, tag);
      const result = applyOp(op, message);
      budget.spend(result);
      branches.push({ op, stamp: readNode(reader, result, depth + 1, budget) });
    }
  }
  return assembleTimestamp(message, attestations, branches, depth);
}

function writeNode(writer: ByteWriter, node: Timestamp, depth: number, budget: MessageBudget): void {
  checkDepth(depth);
  checkMessage(node.message);
  let left = node.attestations.length + node.branches.length;
  if (left === 0) throw new OtsError('empty-node', 'a node has neither an attestation nor an operation');
  for (const attestation of node.attestations) {
    if (--left > 0) writer.writeByte(FORK);
    writer.writeByte(ATTESTATION);
    writeAttestation(writer, attestation);
  }
  for (const { op, stamp } of node.branches) {
    if (--left > 0) writer.writeByte(FORK);
    writeOp(writer, op);
    budget.spend(stamp.message);
    writeNode(writer, stamp, depth + 1, budget);
  }
}

function readFileHashOp(reader: ByteReader): DigestOp {
  const tag = reader.readByte();
  const op = DIGEST_OPS.get(tag);
  if (op === undefined) throw new OtsError('bad-file-hash-op', `${tagText(tag)} is not a digest operation`);
  return op;
}

function readOp(reader: ByteReader, tag: number): Op {
  switch (tag) {
    case OP_TAGS.append:
      return { name: 'append', argument: readArgument(reader) };
    case OP_TAGS.prepend:
      return { name: 'prepend', argument: readArgument(reader) };
    case OP_TAGS.reverse:
      return { name: 'reverse' };
    case OP_TAGS.hexlify:
      return { name: 'hexlify' };
  }
  const op = DIGEST_OPS.get(tag);
  if (op === undefined) throw new OtsError('unknown-op', `${tagText(tag)} is not an operation`);
  return op;
}

function readArgument(reader: ByteReader): Uint8Array {
  return reader.readVarbytes({ min: ARGUMENT_MIN_BYTES, max: ARGUMENT_MAX_BYTES, code: 'bad-argument' });
}

function writeOp(writer: ByteWriter, op: Op): void {
  writer.writeByte(OP_TAGS[op.name]);
  if ('argument' in op) {
    checkArgument(op.argument);
    writer.writeVarbytes(op.argument);
  }
}

function tagText(tag: number): string {
  return `0x${tag.toString(16).padStart(2, '0')}`;
}
