import { md5 } from '@noble/hashes/legacy.js';
import { concatBytes } from '../base/bytes.ts';
import { BitWriter } from './bit-writer.ts';

/** A fifth of a second at the rate of the synthetic master. */
const BLOCK_SAMPLES = 4410;
const SAMPLE_BITS = 16;
/** The predictor is a line through the last two samples. */
const ORDER = 2;
const RICE_MAX = 14;

/**
 * One channel of 16 bits as FLAC (RFC 9639), in steps of a block: the plainest stream that is smaller than what is in it,
 * with one predictor and one Rice parameter for each block.
 * @param rateHz At most 65535.
 */
export function* encodeFlac(samples: Int16Array, rateHz: number): Generator<undefined, Uint8Array> {
  const parts = [new TextEncoder().encode('fLaC'), Uint8Array.from(describeStream(samples, rateHz))];
  for (let number = 0; number * BLOCK_SAMPLES < samples.length; number++) {
    const block = samples.subarray(number * BLOCK_SAMPLES, (number + 1) * BLOCK_SAMPLES);
    parts.push(Uint8Array.from(encodeFrame(block, number, rateHz)));
    yield;
  }
  return concatBytes(...parts);
}

/** STREAMINFO, the only block of metadata. The lengths of frames are not told. */
function describeStream(samples: Int16Array, rateHz: number): number[] {
  const bits = new BitWriter();
  bits.write(0x80, 8);
  bits.write(34, 24);
  for (const size of [BLOCK_SAMPLES, BLOCK_SAMPLES]) bits.write(size, 16);
  for (const unknown of [0, 0]) bits.write(unknown, 24);
  bits.write(rateHz, 20);
  bits.write(0, 3);
  bits.write(SAMPLE_BITS - 1, 5);
  bits.write(0, 4);
  bits.write(samples.length, 32);
  const bytes = new Uint8Array(samples.length * 2);
  const view = new DataView(bytes.buffer);
  for (const [i, sample] of samples.entries()) view.setInt16(2 * i, sample, true);
  return [...bits.finish(), ...md5(bytes)];
}

function encodeFrame(block: Int16Array, number: number, rateHz: number): number[] {
  const header = new BitWriter();
  // Sync code, blocks of one size; mono, 16 bits. Size and rate follow: some decoders never look at the stream's own.
  header.write(0xfff8, 16);
  header.write(0x7d08, 16);
  // Frame numbers are written as UTF-8 writes code points.
  for (const byte of new TextEncoder().encode(String.fromCodePoint(number))) header.write(byte, 8);
  header.write(block.length - 1, 16);
  header.write(rateHz, 16);
  const bytes = header.finish();
  bytes.push(checksum(bytes, 8, 0x07));
  for (const byte of encodeSubframe(block)) bytes.push(byte);
  const crc = checksum(bytes, 16, 0x8005);
  bytes.push(crc >>> 8, crc & 0xff);
  return bytes;
}

function encodeSubframe(block: Int16Array): number[] {
  const bits = new BitWriter();
  const order = Math.min(ORDER, block.length);
  bits.write((8 + order) << 1, 8);
  for (const sample of block.subarray(0, order)) bits.write(sample, SAMPLE_BITS);
  const errors = Array.from({ length: block.length - order }, (_, i) => foldSign(secondDifference(block, i + order)));
  const mean = errors.reduce((sum, error) => sum + error, 0) / Math.max(1, errors.length);
  const rice = Math.min(RICE_MAX, Math.floor(Math.log2(mean + 1)));
  // Parameters of 4 bits, one partition.
  bits.write(0, 6);
  bits.write(rice, 4);
  for (const error of errors) {
    for (let zeros = error >>> rice; zeros > 0; zeros--) bits.write(0, 1);
    bits.write(1, 1);
    bits.write(error, rice);
  }
  return bits.finish();
}

function secondDifference(block: Int16Array, at: number): number {
  return block[at]! - 2 * block[at - 1]! + block[at - 2]!;
}

/** 0, -1, 1, -2… as 0, 1, 2, 3… */
function foldSign(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

/** A cyclic redundancy check that starts from 0, most significant bit first. */
function checksum(bytes: readonly number[], width: 8 | 16, polynomial: number): number {
  const top = 1 << (width - 1);
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << (width - 8);
    for (let bit = 0; bit < 8; bit++) crc = (crc & top) === 0 ? crc << 1 : (crc << 1) ^ polynomial;
  }
  return crc & (2 * top - 1);
}
