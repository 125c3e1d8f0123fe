import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { decodeHex, encodeHex } from '../../base/hex.ts';
import { hashLeaf } from '../merkle/rfc6962.ts';
import { formatSubmission, parseSubmission } from './add-checkpoint.ts';
import { formatCheckpoint, type LogTrust, openCheckpoint } from './checkpoint.ts';
import { NoteError } from './error.ts';
import { formatNote, parseNote } from './note.ts';
import { formatTlogProof, parseTlogProof, verifyTlogProof } from './tlog-proof.ts';
import { formatVerifierKey, parseVerifierKey } from './verifier-key.ts';
import { type VerifiedSignature, type VerifySignature, verifyNote } from './verify-note.ts';

interface SignedBy {
  name: string;
  keyId: string;
  timestamp: number | null;
}
interface Trust {
  origin: string;
  logKeys: string[];
  witnessKeys: string[];
}
type NoteInput = { kind: 'note'; hex: string; keys: string[] };
type KeyInput = { kind: 'verifier-key'; vkey: string };
type CheckpointInput = { kind: 'checkpoint'; hex: string; trust: Trust };
type SubmissionInput = { kind: 'submission'; hex: string };
type ProofInput = { kind: 'tlog-proof'; hex: string; entry: string; trust: Trust };

type ValidCase = { name: string } & (
  | (NoteInput & { text: string; signedBy: SignedBy[] })
  | (KeyInput & { type: string; keyName: string; keyId: string; publicKey: string })
  | (CheckpointInput & {
      origin: string;
      size: number;
      root: string;
      extensions: string[];
      cosignatures: SignedBy[];
    })
  | (SubmissionInput & { olderSize: number; proof: string[]; checkpoint: string })
  | (ProofInput & { index: number; size: number; extra: string | null; cosignatures: SignedBy[] })
);
type InvalidCase = { name: string; error: string } & (
  | NoteInput
  | KeyInput
  | CheckpointInput
  | SubmissionInput
  | ProofInput
);

describe('what is right is read, verified and written again as it was', () => {
  for (const vector of readCases<ValidCase>('valid')) test(vector.name, () => checkValid(vector));
});

describe('what is wrong is refused with the code of its fault', () => {
  for (const vector of readCases<InvalidCase>('invalid')) {
    test(vector.name, () => {
      assert.throws(
        () => open(vector),
        (error) => {
          assert.ok(error instanceof NoteError, String(error));
          assert.equal(error.code, vector.error);
          return true;
        },
      );
    });
  }
});

function checkValid(vector: ValidCase): void {
  switch (vector.kind) {
    case 'note': {
      const note = parseNote(decodeHex(vector.hex)!);
      assert.equal(hexOf(note.text), vector.text);
      assert.deepEqual(describeAll(openNote(vector)), vector.signedBy);
      assert.equal(hexOf(formatNote(note)), vector.hex);
      return;
    }
    case 'verifier-key': {
      const key = parseVerifierKey(vector.vkey);
      assert.equal(key.type, vector.type);
      assert.equal(key.name, vector.keyName);
      assert.equal(hexId(key.keyId), vector.keyId);
      assert.equal(encodeHex(key.publicKey), vector.publicKey);
      assert.equal(formatVerifierKey(key), vector.vkey);
      return;
    }
    case 'checkpoint': {
      const { checkpoint, cosignatures, note } = openOneCheckpoint(vector);
      assert.equal(checkpoint.origin, vector.origin);
      assert.equal(checkpoint.size, vector.size);
      assert.equal(encodeHex(checkpoint.rootHash), vector.root);
      assert.deepEqual(checkpoint.extensions, vector.extensions);
      assert.deepEqual(describeAll(cosignatures), vector.cosignatures);
      assert.equal(formatCheckpoint(checkpoint), note.text);
      return;
    }
    case 'submission': {
      const submission = parseSubmission(decodeHex(vector.hex)!);
      assert.equal(submission.olderSize, vector.olderSize);
      assert.deepEqual(submission.proof.map(encodeHex), vector.proof);
      assert.equal(hexOf(formatNote(submission.checkpoint)), vector.checkpoint);
      assert.equal(hexOf(formatSubmission(submission)), vector.hex);
      return;
    }
    case 'tlog-proof': {
      const proof = parseTlogProof(decodeHex(vector.hex)!);
      const { checkpoint, cosignatures } = openProof(vector);
      assert.equal(proof.index, vector.index);
      assert.equal(checkpoint.size, vector.size);
      assert.equal(proof.extra === null ? null : encodeHex(proof.extra), vector.extra);
      assert.deepEqual(describeAll(cosignatures), vector.cosignatures);
      assert.equal(hexOf(formatTlogProof(proof)), vector.hex);
    }
  }
}

function open(vector: InvalidCase): unknown {
  switch (vector.kind) {
    case 'note':
      return openNote(vector);
    case 'verifier-key':
      return parseVerifierKey(vector.vkey);
    case 'checkpoint':
      return openOneCheckpoint(vector);
    case 'submission':
      return parseSubmission(decodeHex(vector.hex)!);
    case 'tlog-proof':
      return openProof(vector);
  }
}

function openNote({ hex, keys }: NoteInput) {
  return verifyNote(parseNote(decodeHex(hex)!), keys.map(parseVerifierKey), verifyEd25519);
}

function openOneCheckpoint({ hex, trust }: CheckpointInput) {
  return openCheckpoint(decodeHex(hex)!, readTrust(trust), verifyEd25519);
}

function openProof({ hex, entry, trust }: ProofInput) {
  return verifyTlogProof(parseTlogProof(decodeHex(hex)!), hashLeaf(decodeHex(entry)!), readTrust(trust), verifyEd25519);
}

function readTrust({ origin, logKeys, witnessKeys }: Trust): LogTrust {
  return { origin, logKeys: logKeys.map(parseVerifierKey), witnessKeys: witnessKeys.map(parseVerifierKey) };
}

function describeAll(signatures: readonly VerifiedSignature[]): SignedBy[] {
  return signatures.map(({ key, timestamp }) => ({ name: key.name, keyId: hexId(key.keyId), timestamp }));
}

function hexId(keyId: number): string {
  return keyId.toString(16).padStart(8, '0');
}

function hexOf(text: string): string {
  return encodeHex(new TextEncoder().encode(text));
}

/** The vectors of `note`, and those of `tlog` that are about signed proofs. */
function readCases<T extends { kind: string }>(folder: string): T[] {
  return ['note', 'tlog'].flatMap((area) => {
    const url = new URL(`../../../vectors/${area}/${folder}/`, import.meta.url);
    return readdirSync(url)
      .map((file): T => JSON.parse(readFileSync(new URL(file, url), 'utf8')))
      .filter(({ kind }) => area === 'note' || kind === 'tlog-proof');
  });
}

function verifyEd25519(...[publicKey, message, signature]: Parameters<VerifySignature>): boolean {
  const x = Buffer.from(publicKey).toString('base64url');
  const key = createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x } });
  return verify(null, message, key, signature);
}
