import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { test } from 'node:test';
import { sha256 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { frontierRoot } from '../merkle/frontier.ts';
import { EMPTY_EDGE, growTree } from '../merkle/grow.ts';
import { proveInclusion } from '../merkle/prove.ts';
import { hashLeaf } from '../merkle/rfc6962.ts';
import { formatSubmission, parseSubmission, SUBMISSION_MAX_BYTES } from './add-checkpoint.ts';
import { formatCheckpoint, type LogTrust, openCheckpoint, parseCheckpoint } from './checkpoint.ts';
import { cosignatureMessage, decodeCosignature, encodeCosignature } from './cosignature.ts';
import { NoteError } from './error.ts';
import {
  formatNote,
  formatSignatures,
  NOTE_MAX_BYTES,
  NOTE_MAX_SIGNATURES,
  type NoteSignature,
  parseNote,
  parseSignatures,
} from './note.ts';
import { formatTlogProof, parseTlogProof, TLOG_PROOF_MAX_BYTES, verifyTlogProof } from './tlog-proof.ts';
import { createVerifierKey, type KeyType, type VerifierKey } from './verifier-key.ts';
import { type VerifySignature, verifyNote } from './verify-note.ts';

interface Signer {
  readonly key: VerifierKey;
  readonly privateKey: KeyObject;
}

const NOW = 1_767_225_600;
const ORIGIN = 'log.example/works';
const log = createSigner('ed25519', ORIGIN);
const witness = createSigner('cosignature', 'witness.example/w1');
const trust: LogTrust = { origin: ORIGIN, logKeys: [log.key], witnessKeys: [witness.key] };

/** Like what readers make: with the prototype of all objects. */
const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record(model, { noNullPrototype: true });

const keyName = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 20 })
  .map((text) => text.replace(/[\p{White_Space}\p{Cc}+]/gu, '_'));
const line = fc.string({ unit: 'binary', maxLength: 12 }).map((text) => text.replace(/\p{Cc}/gu, '_'));
const signature = record({
  name: keyName,
  keyId: fc.nat(2 ** 32 - 1),
  signature: fc.uint8Array({ minLength: 1, maxLength: 100 }),
});
const note = record({
  text: fc.array(line, { minLength: 1, maxLength: 6 }).map((lines) => `${lines.join('\n')}\n`),
  signatures: fc.array(signature, { minLength: 1, maxLength: 5 }),
});
const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
const hashes = fc.array(hash, { maxLength: 63 });

test('a note is read as it was written', () => {
  fc.assert(fc.property(note, (written) => assert.deepEqual(parseNote(encode(formatNote(written))), written)));
});

test('bare signature lines are read as they were written', () => {
  const signatures = fc.array(signature, { minLength: 1, maxLength: 5 });
  fc.assert(fc.property(signatures, (all) => assert.deepEqual(parseSignatures(encode(formatSignatures(all))), all)));
  for (const text of ['', '\n', formatSignatures([signNote('x\n', log)]).slice(0, -1)]) {
    assert.throws(() => parseSignatures(encode(text)), NoteError);
  }
});

test('a checkpoint is read as it was written', () => {
  const filled = line.filter((text) => text !== '');
  const checkpoint = record({
    origin: filled,
    size: fc.maxSafeNat(),
    rootHash: hash,
    extensions: fc.array(filled, { maxLength: 3 }),
  });
  fc.assert(
    fc.property(checkpoint, (written) => assert.deepEqual(parseCheckpoint(formatCheckpoint(written)), written)),
  );
});

test('proofs and submissions are read as they were written', () => {
  const extra = fc.option(fc.uint8Array({ minLength: 1, maxLength: 50 }), { nil: null });
  const proof = record({ index: fc.maxSafeNat(), hashes, checkpoint: note, extra });
  fc.assert(
    fc.property(proof, (written) => assert.deepEqual(parseTlogProof(encode(formatTlogProof(written))), written)),
  );
  const submission = record({ olderSize: fc.maxSafeNat(), proof: hashes, checkpoint: note });
  fc.assert(
    fc.property(submission, (written) => assert.deepEqual(parseSubmission(encode(formatSubmission(written))), written)),
  );
});

test('whatever is read is written as the same bytes', () => {
  const base = encode(signCheckpoint(7, sha256(encode('root')), [log, witness]));
  fc.assert(
    fc.property(fc.nat(base.length - 1), fc.nat(255), fc.boolean(), (at, byte, insert) => {
      const changed = Uint8Array.from([...base.slice(0, at), byte, ...base.slice(insert ? at : at + 1)]);
      try {
        assert.deepEqual(encode(formatNote(parseNote(changed))), changed);
      } catch (error) {
        assert.ok(error instanceof NoteError, String(error));
      }
    }),
    { numRuns: 2000 },
  );
});

test('a checkpoint with any byte changed says no more than the one that was signed', () => {
  const rootHash = sha256(encode('root'));
  const bytes = encode(signCheckpoint(1000, rootHash, [log, witness]));
  const text = bytes.length - encode(formatSignatures([signNote('', log), cosign('', witness)])).length - 1;
  for (let at = 0; at < bytes.length; at++) {
    for (const bit of [0, 1, 5]) {
      const changed = Uint8Array.from(bytes);
      changed[at]! ^= 1 << bit;
      let opened: ReturnType<typeof openCheckpoint>;
      try {
        opened = openCheckpoint(changed, trust, verifyEd25519);
      } catch (error) {
        assert.ok(error instanceof NoteError, String(error));
        continue;
      }
      // Only the name or the id of the witness can change without harm: then it is an unknown one.
      assert.ok(at > text, `byte ${at} of the text`);
      assert.deepEqual(opened.checkpoint, { origin: ORIGIN, size: 1000, rootHash, extensions: [] });
      assert.equal(opened.cosignatures.length, 0);
    }
  }
});

test('a tlog-proof with any byte changed says no more than the one that was made', async () => {
  const entries = Array.from({ length: 100 }, (_, i) => encode(`entry ${i}`));
  const { edge, tiles } = growTree(EMPTY_EDGE, entries.map(hashLeaf));
  const path = await proveInclusion(77, 100, async ([tile]) => [
    tiles.find(({ level }) => level === tile!.level)!.bytes,
  ]);
  const checkpoint = parseNote(encode(signCheckpoint(100, frontierRoot(edge.frontier), [log, witness])));
  const bytes = encode(formatTlogProof({ index: 77, hashes: path, checkpoint, extra: null }));
  const leafHash = hashLeaf(entries[77]!);
  assert.equal(verifyTlogProof(parseTlogProof(bytes), leafHash, trust, verifyEd25519).cosignatures.length, 1);
  for (let at = 0; at < bytes.length; at++) {
    const changed = Uint8Array.from(bytes);
    changed[at]! ^= 1;
    try {
      const proof = parseTlogProof(changed);
      const opened = verifyTlogProof(proof, leafHash, trust, verifyEd25519);
      assert.deepEqual([proof.index, proof.hashes], [77, path]);
      assert.equal(opened.checkpoint.size, 100);
      assert.equal(opened.cosignatures.length, 0);
    } catch (error) {
      assert.ok(error instanceof NoteError, String(error));
    }
  }
});

test('a signature is not carried over between the two types of key, even of one key pair', () => {
  const asWitness = { ...log, key: createVerifierKey('cosignature', ORIGIN, log.key.publicKey) };
  const text = formatCheckpoint({ origin: ORIGIN, size: 1, rootHash: sha256(encode('a')), extensions: [] });
  const plain = signNote(text, log);
  const timed = cosign(text, asWitness);
  const under = (key: VerifierKey, made: NoteSignature) => ({ text, signatures: [{ ...made, keyId: key.keyId }] });
  assert.equal(
    codeOf(() => verifyNote(under(asWitness.key, plain), [asWitness.key], verifyEd25519)),
    'bad-signature',
  );
  assert.equal(
    codeOf(() => verifyNote(under(log.key, timed), [log.key], verifyEd25519)),
    'bad-signature',
  );
});

test('a signature of another length is refused without asking the port', () => {
  for (const length of [1, 63, 65]) {
    const signatures = [{ ...signNote('x\n', log), signature: new Uint8Array(length) }];
    assert.equal(
      codeOf(() => verifyNote({ text: 'x\n', signatures }, [log.key], () => true)),
      'bad-signature',
    );
  }
});

test('a port that says no to everything is believed', () => {
  const bytes = encode(signCheckpoint(1, sha256(encode('a')), [log]));
  assert.equal(
    codeOf(() => openCheckpoint(bytes, trust, () => false)),
    'bad-signature',
  );
});

test('two different keys under one name and id are refused, the same key twice is not', () => {
  const { text, signatures } = { text: 'x\n', signatures: [signNote('x\n', log)] };
  const twin: VerifierKey = { ...log.key, publicKey: witness.key.publicKey };
  assert.equal(
    codeOf(() => verifyNote({ text, signatures }, [log.key, twin], verifyEd25519)),
    'ambiguous-key',
  );
  assert.equal(verifyNote({ text, signatures }, [log.key, { ...log.key }], verifyEd25519).length, 1);
});

test('without known keys nothing is believed', () => {
  const written = { text: 'x\n', signatures: [signNote('x\n', log)] };
  assert.equal(
    codeOf(() => verifyNote(written, [], () => true)),
    'not-signed',
  );
});

test('sizes over the limits are refused before anything is read', () => {
  const full = (bytes: number) => new Uint8Array(bytes).fill(0x61);
  assert.equal(
    codeOf(() => parseNote(full(NOTE_MAX_BYTES + 1))),
    'too-large',
  );
  assert.equal(
    codeOf(() => parseNote(full(NOTE_MAX_BYTES))),
    'malformed',
  );
  assert.equal(
    codeOf(() => parseSignatures(full(NOTE_MAX_BYTES + 1))),
    'too-large',
  );
  assert.equal(
    codeOf(() => parseTlogProof(full(TLOG_PROOF_MAX_BYTES + 1))),
    'too-large',
  );
  assert.equal(
    codeOf(() => parseSubmission(full(SUBMISSION_MAX_BYTES + 1))),
    'too-large',
  );
});

test('nothing is written that could not be read', () => {
  const signed = signNote('x\n', log);
  const write = (text: string, change: Partial<NoteSignature> = {}) =>
    codeOf(() => formatNote({ text, signatures: [{ ...signed, ...change }] }));
  assert.equal(write('x\n'), null);
  assert.equal(write('x'), 'malformed');
  assert.equal(write(''), 'malformed');
  assert.equal(write('a\tb\n'), 'control-character');
  assert.equal(write('\ud800\n'), 'not-utf8');
  assert.equal(write(`${'é'.repeat(NOTE_MAX_BYTES / 2)}\n`), 'too-large');
  for (const name of ['', 'a b', 'a+b', 'a\u2003b', 'a\u0085']) assert.equal(write('x\n', { name }), 'bad-key-name');
  assert.equal(write('x\n', { name: 'a\n' }), 'bad-key-name');
  assert.equal(write('x\n', { name: 'a\0' }), 'control-character');
  assert.equal(write('x\n', { signature: new Uint8Array(0) }), 'bad-signature-line');
  const many = (count: number) => codeOf(() => formatNote({ text: 'x\n', signatures: Array(count).fill(signed) }));
  assert.equal(many(0), 'malformed');
  assert.equal(many(NOTE_MAX_SIGNATURES), null);
  assert.equal(many(NOTE_MAX_SIGNATURES + 1), 'too-many-signatures');

  const fine = { origin: ORIGIN, size: 1, rootHash: new Uint8Array(32), extensions: [] };
  const wrong = [
    { origin: '' },
    { origin: 'a\nb' },
    { size: -1 },
    { size: 2 ** 53 },
    { extensions: [''] },
    { rootHash: new Uint8Array(31) },
  ];
  for (const change of wrong)
    assert.equal(
      codeOf(() => formatCheckpoint({ ...fine, ...change })),
      'bad-checkpoint',
    );
  assert.equal(
    codeOf(() => formatCheckpoint({ ...fine, origin: 'a\r' })),
    'control-character',
  );

  const checkpoint = { text: 'x\n', signatures: [signed] };
  const short = [new Uint8Array(31)];
  const long = Array(64).fill(new Uint8Array(32));
  for (const proof of [short, long]) {
    assert.equal(
      codeOf(() => formatSubmission({ olderSize: 1, proof, checkpoint })),
      'bad-submission',
    );
    assert.equal(
      codeOf(() => formatTlogProof({ index: 0, hashes: proof, checkpoint, extra: null })),
      'bad-proof',
    );
  }
  assert.equal(
    codeOf(() => formatSubmission({ olderSize: 0.5, proof: [], checkpoint })),
    'bad-submission',
  );
  const huge = new Uint8Array(TLOG_PROOF_MAX_BYTES);
  assert.equal(
    codeOf(() => formatTlogProof({ index: 0, hashes: [], checkpoint, extra: huge })),
    'too-large',
  );
  assert.equal(
    codeOf(() => formatTlogProof({ index: 0, hashes: [], checkpoint, extra: new Uint8Array(0) })),
    'bad-proof',
  );
});

test('a time of a cosignature is in whole seconds and exact', () => {
  const made = { timestamp: Number.MAX_SAFE_INTEGER, signature: Uint8Array.of(1, 2, 3) };
  assert.deepEqual(decodeCosignature(encodeCosignature(made)), made);
  for (const timestamp of [-1, 0.5, 2 ** 53]) {
    assert.throws(() => encodeCosignature({ ...made, timestamp }), RangeError);
  }
});

function createSigner(type: KeyType, name: string): Signer {
  const seed = Buffer.from(sha256(encode(`seed of ${name}`)));
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' });
  return { key: createVerifierKey(type, name, new Uint8Array(Buffer.from(x!, 'base64url'))), privateKey };
}

function signCheckpoint(size: number, rootHash: Uint8Array, signers: readonly Signer[]): string {
  const text = formatCheckpoint({ origin: ORIGIN, size, rootHash, extensions: [] });
  return formatNote({
    text,
    signatures: signers.map((signer) => (signer.key.type === 'ed25519' ? signNote : cosign)(text, signer)),
  });
}

function signNote(text: string, { key, privateKey }: Signer): NoteSignature {
  return { name: key.name, keyId: key.keyId, signature: sign(null, encode(text), privateKey) };
}

function cosign(text: string, { key, privateKey }: Signer): NoteSignature {
  const made = sign(null, cosignatureMessage(NOW, text), privateKey);
  return { name: key.name, keyId: key.keyId, signature: encodeCosignature({ timestamp: NOW, signature: made }) };
}

function verifyEd25519(...[publicKey, message, made]: Parameters<VerifySignature>): boolean {
  const x = Buffer.from(publicKey).toString('base64url');
  return verify(null, message, createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x } }), made);
}

function codeOf(run: () => unknown): string | null {
  try {
    run();
    return null;
  } catch (error) {
    if (error instanceof NoteError) return error.code;
    throw error;
  }
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
