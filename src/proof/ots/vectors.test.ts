import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { decodeHex, encodeHex } from '../../base/hex.ts';
import { decodeDetached, decodeTimestamp, encodeDetached, encodeTimestamp } from './codec.ts';
import { OtsError } from './error.ts';
import { OP_TAGS } from './op.ts';
import { type Timestamp, walkAttestations } from './timestamp.ts';

interface Reading {
  fileHashOp?: string;
  fileDigest?: string;
  canonical: string;
  attestations: Record<string, string>[];
}
type Outcome = ({ ok: true } & Reading) | { ok: false; error: string };
type ValidCase = Reading & { name: string; hex: string; message?: string; reference?: Partial<Outcome> };
type InvalidCase = { name: string; hex: string; message?: string; error: string; reference?: Partial<Outcome> };
interface ReferenceCase {
  name: string;
  hex: string;
  reference: Outcome;
}

const FOLDER = new URL('../../../vectors/ots/', import.meta.url);

/** What each error class of the reference implementation is called here. */
const CODES: Record<string, readonly string[]> = {
  BadMagicError: ['bad-magic'],
  UnsupportedMajorVersion: ['unsupported-version'],
  TruncationError: ['truncated'],
  TrailingGarbageError: ['trailing-bytes'],
  RecursionLimitError: ['too-deep'],
  DeserializationError: [
    'bad-file-hash-op',
    'unknown-op',
    'bad-argument',
    'message-too-long',
    'empty-message',
    'bad-uri',
    'bad-attestation',
  ],
};

describe('every case of the reference implementation is decided as there, but for the stated differences', () => {
  const cases = readVectors<{ decode: ReferenceCase[] }>('reference.json').decode;
  const differences = readVectors<Record<string, { expected: Outcome; why: string }>>('differences.json');

  for (const { name, hex, reference } of cases) {
    const difference = differences[name];
    test(name, () => {
      const outcome = decide(hex, undefined);
      if (difference === undefined) {
        assert.equal(disagreement(outcome, reference), null);
      } else {
        assert.equal(disagreement(outcome, difference.expected), null);
        assert.notEqual(disagreement(outcome, reference), null, 'a stated difference is none');
      }
    });
  }

  test('every stated difference is about a case of the reference', () => {
    const names = new Set(cases.map(({ name }) => name));
    assert.deepEqual(
      Object.keys(differences).filter((name) => !names.has(name)),
      [],
    );
  });
});

describe('a valid proof is read and written canonically', () => {
  for (const { name, hex, message, reference, ...expected } of readCases<ValidCase>('valid')) {
    test(name, () => {
      const outcome = decide(hex, message);
      assert.ok(outcome.ok, 'refused');
      const { fileHashOp, fileDigest, canonical, attestations } = expected;
      assert.deepEqual(
        outcome,
        message === undefined
          ? { ok: true, fileHashOp, fileDigest, canonical, attestations }
          : { ok: true, canonical, attestations },
      );
      if (canonical !== 'same') assert.deepEqual(decide(canonical, message), { ...outcome, canonical: 'same' });
      if (reference?.ok) assert.notEqual(canonical, reference.canonical, 'a stated difference is none');
    });
  }
});

describe('an invalid proof is refused with the code of its fault', () => {
  for (const { name, hex, message, error, reference } of readCases<InvalidCase>('invalid')) {
    test(name, () => {
      assert.deepEqual(decide(hex, message), { ok: false, error });
      if (reference?.ok === false) assert.ok(!CODES[reference.error!]?.includes(error), 'a stated difference is none');
    });
  }
});

function readVectors<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(path, FOLDER), 'utf8'));
}

function readCases<T>(folder: string): T[] {
  return readdirSync(new URL(folder, FOLDER)).map((file) => readVectors<T>(`${folder}/${file}`));
}

function decide(hex: string, message: string | undefined): Outcome {
  const bytes = decodeHex(hex)!;
  try {
    if (message !== undefined) {
      const timestamp = decodeTimestamp(bytes, decodeHex(message)!);
      return { ok: true, ...describeTimestamp(timestamp, encodeTimestamp(timestamp), hex) };
    }
    const detached = decodeDetached(bytes);
    return {
      ok: true,
      fileHashOp: OP_TAGS[detached.fileHashOp.name].toString(16).padStart(2, '0'),
      fileDigest: encodeHex(detached.timestamp.message),
      ...describeTimestamp(detached.timestamp, encodeDetached(detached), hex),
    };
  } catch (error) {
    if (error instanceof OtsError) return { ok: false, error: error.code };
    throw error;
  }
}

function describeTimestamp(timestamp: Timestamp, written: Uint8Array, hex: string): Reading {
  const canonical = encodeHex(written);
  const attestations = [...walkAttestations(timestamp)].map(({ message, attestation }) => {
    const msg = encodeHex(message);
    switch (attestation.type) {
      case 'pending':
        return { msg, ...attestation };
      case 'unknown':
        return { msg, type: 'unknown', tag: encodeHex(attestation.tag), payload: encodeHex(attestation.payload) };
      default:
        return { msg, type: attestation.type, height: String(attestation.height) };
    }
  });
  return { canonical: canonical === hex ? 'same' : canonical, attestations };
}

/** What `ours` has otherwise than `theirs`, where attestations come in no order and errors by class; `null` if nothing. */
function disagreement(ours: Outcome, theirs: Outcome): string | null {
  if (ours.ok && theirs.ok) {
    const [mine, other] = [ours, theirs].map((outcome) =>
      JSON.stringify([
        outcome.fileHashOp,
        outcome.fileDigest,
        outcome.canonical,
        outcome.attestations.map((attestation) => JSON.stringify(Object.entries(attestation).sort())).sort(),
      ]),
    );
    return mine === other ? null : `${mine} is not ${other}`;
  }
  if (!ours.ok && !theirs.ok) {
    const codes = CODES[theirs.error] ?? [theirs.error];
    return codes.includes(ours.error) ? null : `${ours.error} is not ${theirs.error}`;
  }
  return ours.ok ? 'read here, refused there' : `refused here (${ours.error}), read there`;
}
