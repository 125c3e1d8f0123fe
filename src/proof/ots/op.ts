import { ripemd160, sha1 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { compareBytes, concatBytes, reverseBytes } from '../../base/bytes.ts';
import { encodeHex } from '../../base/hex.ts';
import { OtsError } from './error.ts';

/** A hash function; keccak256 is the original Keccak, not SHA3-256. */
export type DigestOp = { readonly name: 'sha1' | 'ripemd160' | 'sha256' | 'keccak256' };

/** A step from one message to the next. `argument` is 1 to 4096 bytes. */
export type Op =
  | DigestOp
  | { readonly name: 'reverse' | 'hexlify' }
  | { readonly name: 'append' | 'prepend'; readonly argument: Uint8Array };

/** Bytes of the longest message. Upstream's bound on memory; it leaves room for any usual Bitcoin transaction. */
const MESSAGE_MAX_BYTES = 4096;

/** An operation that adds nothing would be no step. */
export const ARGUMENT_MIN_BYTES = 1;

/** What is appended is part of a message, so a longer argument could never be applied. */
export const ARGUMENT_MAX_BYTES = 4096;

/** Hexlify doubles its input, so half of the longest message is the most it can take. */
const HEXLIFY_MAX_BYTES = MESSAGE_MAX_BYTES / 2;

/** The byte each operation starts with in a file; also their order in one. */
export const OP_TAGS: Readonly<Record<Op['name'], number>> = {
  sha1: 0x02,
  ripemd160: 0x03,
  sha256: 0x08,
  keccak256: 0x67,
  append: 0xf0,
  prepend: 0xf1,
  reverse: 0xf2,
  hexlify: 0xf3,
};

/** Bytes each digest operation results in. */
export const DIGEST_BYTES: Readonly<Record<DigestOp['name'], number>> = {
  sha1: 20,
  ripemd160: 20,
  sha256: 32,
  keccak256: 32,
};

/**
 * The message that `op` makes of `message`.
 * @throws OtsError `message-too-long`, `empty-message` or `bad-argument`
 */
export function applyOp(op: Op, message: Uint8Array): Uint8Array {
  checkMessage(message);
  switch (op.name) {
    case 'sha1':
      return sha1(message);
    case 'ripemd160':
      return ripemd160(message);
    case 'sha256':
      return sha256(message);
    case 'keccak256':
      return keccak_256(message);
    case 'append':
      return join(message, op.argument, op.argument);
    case 'prepend':
      return join(op.argument, message, op.argument);
    case 'reverse':
      refuseEmpty(message);
      return reverseBytes(message);
    case 'hexlify':
      refuseEmpty(message);
      checkMessage(message, HEXLIFY_MAX_BYTES);
      return new TextEncoder().encode(encodeHex(message));
  }
}

/**
 * The order of operations within a node: by tag, then by the argument's own bytes, so that `append "aa"` stands before
 * `append "b"`. Negative, zero (the same operation) or positive.
 */
export function compareOps(a: Op, b: Op): number {
  return OP_TAGS[a.name] - OP_TAGS[b.name] || compareBytes(argumentOf(a), argumentOf(b));
}

/** @throws OtsError `bad-argument` */
export function checkArgument(argument: Uint8Array): void {
  if (argument.length < ARGUMENT_MIN_BYTES || argument.length > ARGUMENT_MAX_BYTES) {
    throw new OtsError('bad-argument', `an argument of ${argument.length} bytes is not allowed`);
  }
}

/** @throws OtsError `message-too-long` */
export function checkMessage(message: Uint8Array, maxBytes: number = MESSAGE_MAX_BYTES): void {
  if (message.length > maxBytes) {
    throw new OtsError('message-too-long', `a message of ${message.length} bytes is over ${maxBytes}`);
  }
}

const NO_ARGUMENT = new Uint8Array(0);

function argumentOf(op: Op): Uint8Array {
  return 'argument' in op ? op.argument : NO_ARGUMENT;
}

function join(first: Uint8Array, second: Uint8Array, argument: Uint8Array): Uint8Array {
  checkArgument(argument);
  const result = concatBytes(first, second);
  checkMessage(result);
  return result;
}

function refuseEmpty(message: Uint8Array): void {
  if (message.length === 0) throw new OtsError('empty-message', 'an empty message cannot be transformed');
}
