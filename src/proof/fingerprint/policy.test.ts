import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto';
import { test } from 'node:test';
import { encodeCanonical } from '../../base/canonical-json.ts';
import { decodeCohort, encodeCohort } from './cohort-file.ts';
import { openPolicy, type Policy, PolicyError, policyId, signPolicy } from './policy.ts';
import { ALGORITHM, DESIGNED_THRESHOLDS, EXTRACTOR } from './thresholds.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const rawKey = new Uint8Array(Buffer.from(publicKey.export({ format: 'jwk' }).x!, 'base64url'));
const sha256 = (bytes: Uint8Array) => new Uint8Array(createHash('sha256').update(bytes).digest());
const signWith = (message: Uint8Array) => new Uint8Array(sign(null, message, privateKey));
const verifyWith = (_: Uint8Array, message: Uint8Array, signature: Uint8Array) =>
  verify(null, message, publicKey, signature);
const open = (bytes: Uint8Array) => openPolicy(bytes, sha256, verifyWith);

const measurement = {
  ...{ impostors: 300_000, falseMatches: 0, falseMatchUpperPpb: 9986, falseMatchPairsUpperPpb: 30_000 },
  ...{ falseMatchModelPpb: 5, genuine: 900, falseNonMatches: 0, masters: 60, mastersMissed: 0 },
  mastersMissedUpperPpb: 48_700_000,
};
const policy: Policy = {
  ...{ algorithm: ALGORITHM, extractor: EXTRACTOR, thresholds: DESIGNED_THRESHOLDS },
  ...{ heldOut: measurement, development: measurement, isConfirmed: true, date: '2026-11-21' },
  corpus: { description: 'songs', recordings: 650, releases: 51, digest: 'ab'.repeat(32) },
  cohortDigest: 'cd'.repeat(32),
};

const codeOf = (bytes: Uint8Array) => {
  try {
    open(bytes);
    return null;
  } catch (error) {
    assert.ok(error instanceof PolicyError, String(error));
    return error.code;
  }
};

/** The document with one field of the policy changed, and signed again. */
function signed(change: (json: Record<string, unknown>) => void): Uint8Array {
  const document = JSON.parse(new TextDecoder().decode(signPolicy(policy, rawKey, signWith)));
  change(document.policy);
  const signature = Buffer.from(signWith(encodeCanonical(document.policy))).toString('base64');
  return encodeCanonical({ ...document, signature });
}

test('a policy is read as it was signed, and its name is its content', () => {
  const opened = open(signPolicy(policy, rawKey, signWith));
  assert.deepEqual(opened.policy, policy);
  assert.deepEqual(opened.publicKey, rawKey);
  assert.equal(opened.id, policyId(policy, sha256));
  assert.match(opened.id, /^fpp_[0-9a-f]{32}$/);
  assert.notEqual(policyId({ ...policy, date: '2026-11-22' }, sha256), opened.id);
});

test('a policy whose content was changed is refused', () => {
  const text = new TextDecoder().decode(signPolicy(policy, rawKey, signWith));
  const loosened = text.replace('"probable_ber_ppm":220000', '"probable_ber_ppm":340000');
  assert.notEqual(loosened, text);
  assert.equal(codeOf(new TextEncoder().encode(loosened)), 'bad-signature');
});

test('what is no policy is refused, also when it is signed', () => {
  const wrong: Record<string, (json: Record<string, unknown>) => void> = {
    'a field more': (json) => (json.more = 1),
    'a field less': (json) => delete json.date,
    'another format': (json) => (json.format = 'touchmark/fingerprint-policy/2'),
    'a negative count': (json) => ((json.held_out as Record<string, number>).impostors = -1),
    'a limit over chance': (json) => ((json.thresholds as Record<string, number>).probable_ber_ppm = 600_000),
    'bands out of order': (json) => ((json.thresholds as Record<string, number>).exact_ber_ppm = 200_000),
    'a digest that is none': (json) => (json.cohort_digest = 'ABC'),
    'a date that is none': (json) => (json.date = 'today'),
  };
  for (const [name, change] of Object.entries(wrong)) assert.equal(codeOf(signed(change)), 'bad-policy', name);
  assert.equal(codeOf(signed((json) => (json.algorithm = 'audio-match/2'))), 'unsupported-policy');
  for (const text of ['', '{}', 'null', '[1]', 'x'.repeat(20_000)]) {
    assert.equal(codeOf(new TextEncoder().encode(text)), 'bad-policy');
  }
});

test('a cohort is read as it was written', () => {
  const prints = [Uint32Array.of(1, 2, 3), Uint32Array.of(0xffffffff)];
  assert.deepEqual(decodeCohort(encodeCohort(prints)), prints);
  assert.throws(() => decodeCohort(encodeCanonical({ format: 'x', prints: [] })));
});
