import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { CanonicalJsonError, formatCanonical, parseCanonical } from '../../base/canonical-json.ts';
import { createEd25519Key, verifyEd25519 } from '../../config/ed25519.ts';
import { encodeLogEvent } from '../log-event.ts';
import { hashLeaf } from '../merkle/rfc6962.ts';
import { formatCheckpoint } from '../note/checkpoint.ts';
import { formatTlogProof } from '../note/tlog-proof.ts';
import { createVerifierKey, formatVerifierKey } from '../note/verifier-key.ts';
import { CERTIFICATE_FORMAT, type CertificateDocument, readCertificate } from './document.ts';
import { commitToEnvelope, digestEnvelope, encodeEnvelope } from './envelope.ts';
import { CertificateError } from './error.ts';
import { certificateKeyId } from './key-id.ts';
import { type JsonObject, parseIsoTime, readManifestHead } from './manifest.ts';
import { makeTrackoriginManifest, readTrackoriginClaims } from './trackorigin-manifest.ts';
import { findSuccessor } from './verdict.ts';
import { type CertificateTrust, verifyCertificate } from './verify-certificate.ts';

const ISSUED_AT = Date.parse('2026-05-26T08:13:42.000Z');
const KEY = createEd25519Key(new Uint8Array(32).fill(7));
const LOG_KEY = createEd25519Key(new Uint8Array(32).fill(8));
const WORK = new Uint8Array(createHash('sha256').update('a work').digest());
const ORIGIN = 'log.example.org/log';
const LOG_TRUST = {
  origin: ORIGIN,
  logKeys: [createVerifierKey('ed25519', ORIGIN, LOG_KEY.publicKey)],
  witnessKeys: [],
};
const TRUST: CertificateTrust = {
  keys: [{ publicKey: KEY.publicKey, validFrom: ISSUED_AT - 1, validUntil: null }],
  log: LOG_TRUST,
};
const ID = 'cer_01KS9QWHV7PHETYGQAYMHB3DM6';

function manifestOf(title: string, id = ID, version = 1) {
  const about = { id, version, issuedAt: ISSUED_AT, updatedAt: version === 1 ? null : ISSUED_AT + 1000 };
  return makeTrackoriginManifest(about, {
    standard: 'TO-1.0',
    verdict: 'verified',
    master: { sha256: WORK, durationMs: 187_000 },
    artist: { id: 'art_1', handle: 'marasings', displayName: 'Mara Vex' },
    track: { id: 'trk_1', title },
    declarations: { human_made: true },
  });
}

/** A document in a log of one entry. */
function documentOf(
  manifest: JsonObject,
  certificateId: string | null = readManifestHead(manifest).certificateId,
): CertificateDocument {
  const manifestJson = formatCanonical(manifest);
  const keyId = certificateKeyId(KEY.publicKey);
  const signature = KEY.sign(new TextEncoder().encode(manifestJson));
  const salt = new Uint8Array(32).fill(9);
  const head = readManifestHead(manifest);
  const leaf = encodeLogEvent({
    type: head.version === 1 ? 'certificate.issued' : 'certificate.updated',
    registry: head.registry,
    certificateId,
    version: head.version,
    isSandbox: head.isSandbox,
    at: head.updatedAt ?? head.issuedAt,
    commitment: commitToEnvelope(salt, digestEnvelope({ manifestJson, keyId, signature })),
    reason: null,
  });
  const text = formatCheckpoint({ origin: ORIGIN, size: 1, rootHash: hashLeaf(leaf), extensions: [] });
  const [logKey] = LOG_TRUST.logKeys;
  const line = { name: ORIGIN, keyId: logKey!.keyId, signature: LOG_KEY.sign(new TextEncoder().encode(text)) };
  return {
    format: CERTIFICATE_FORMAT,
    manifest,
    key_id: keyId,
    signature: Buffer.from(signature).toString('base64'),
    public_key: Buffer.from(KEY.publicKey).toString('base64'),
    salt: Buffer.from(salt).toString('hex'),
    log: {
      origin: ORIGIN,
      verifier_key: formatVerifierKey(logKey!),
      leaf: JSON.parse(Buffer.from(leaf).toString()),
      proof: formatTlogProof({ index: 0, hashes: [], checkpoint: { text, signatures: [line] }, extra: null }),
    },
    status: { status: 'active', checked_at: '2026-05-27T00:00:00.000Z', revoked_at: null, reason: null },
  };
}

const bytesOf = (document: unknown) => new TextEncoder().encode(JSON.stringify(document));
const check = (document: unknown, trust = TRUST, work: Uint8Array | null = null) =>
  verifyCertificate(bytesOf(document), trust, verifyEd25519, work);

/** Texts that people give their works, and those that break programs. */
const anyTitle = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.constantFrom(
    '\u{1F469}\u200D\u{1F3A4}',
    '\u0634\u0639\u0627\u0639',
    '\u202Eabc',
    '\u0000\u001F"\\\u2028',
    'x'.repeat(10_000),
  ),
);

describe('whatever a title is', () => {
  test('the manifest is signed, read again and verified as exactly that', () => {
    fc.assert(
      fc.property(anyTitle, (title) => {
        const document = documentOf(manifestOf(title));
        const verdict = check(document);
        assert.equal(verdict.outcome, 'verified', JSON.stringify(verdict.steps));
        assert.equal(readTrackoriginClaims(readCertificate(bytesOf(document)).manifest).track.title, title);
      }),
      { numRuns: 60 },
    );
  });

  test('its envelope is canonical JSON, so that nobody else can write it otherwise', () => {
    fc.assert(
      fc.property(anyTitle, (title) => {
        const manifest = manifestOf(title);
        const bytes = encodeEnvelope({ manifestJson: formatCanonical(manifest), keyId: 'key_1', signature: WORK });
        const signature = Buffer.from(WORK).toString('base64');
        assert.deepEqual(parseCanonical(bytes), { key_id: 'key_1', manifest, signature });
      }),
      { numRuns: 60 },
    );
  });

  test('another title is another certificate', () => {
    fc.assert(
      fc.property(anyTitle, anyTitle, (title, other) => {
        fc.pre(title !== other);
        const document = documentOf(manifestOf(title));
        assert.equal(check({ ...document, manifest: manifestOf(other) }).outcome, 'invalid');
      }),
      { numRuns: 40 },
    );
  });

  test('half of a surrogate pair is refused, since no bytes stand for it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0xd800, max: 0xdfff }), (unit) => {
        const manifest = manifestOf(`a${String.fromCharCode(unit)}b`);
        assert.throws(() => formatCanonical(manifest), CanonicalJsonError);
        const document = { ...documentOf(manifestOf('a')), manifest };
        assert.equal(check(document).steps.at(-1)!.step, 'format');
      }),
      { numRuns: 20 },
    );
  });
});

test('no change of a byte of a document makes another one that verifies', () => {
  const document = documentOf(manifestOf('Lighthouse'));
  const whole = formatCanonical(document);
  const bytes = new TextEncoder().encode(whole);
  fc.assert(
    fc.property(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const changed = bytes.slice();
      changed[at]! ^= change;
      const verdict = verifyCertificate(changed, TRUST, verifyEd25519);
      if (verdict.outcome !== 'verified') return;
      // What nobody has signed is the server's word about the status, and names that readers do not know.
      const { status: _, ...signed } = JSON.parse(new TextDecoder().decode(changed));
      const { status: __, ...original } = document;
      assert.deepEqual(
        { ...signed, log: { ...signed.log, origin: null, verifier_key: null } },
        { ...original, log: { ...original.log, origin: null, verifier_key: null } },
      );
    }),
    { numRuns: 400 },
  );
});

test('whatever the bytes are, there is a verdict and never an exception', () => {
  const anyDocument = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.json().map((text) => new TextEncoder().encode(text)),
    fc.json().map((text) => bytesOf({ ...documentOf(manifestOf('a')), manifest: JSON.parse(text) })),
    fc.json().map((text) => bytesOf({ ...documentOf(manifestOf('a')), log: JSON.parse(text) })),
  );
  fc.assert(
    fc.property(anyDocument, (bytes) => {
      assert.notEqual(verifyCertificate(bytes, TRUST, verifyEd25519).outcome, 'verified');
    }),
    { numRuns: 200 },
  );
});

describe('the verdict', () => {
  const document = documentOf(manifestOf('Lighthouse'));

  test('without a trusted key nothing is more than self-asserted', () => {
    const verdict = check(document, { keys: [], log: null });
    assert.equal(verdict.outcome, 'self-asserted');
    assert.equal(verdict.steps.find(({ step }) => step === 'key')!.ok, null);
  });

  test('a key that is not trusted makes it invalid, however well it fits', () => {
    const keys = [{ publicKey: LOG_KEY.publicKey, validFrom: null, validUntil: null }];
    assert.deepEqual(failedOf(check(document, { ...TRUST, keys })), ['invalid', 'key']);
  });

  test('a key counts for what was signed while it was valid', () => {
    const during = (validFrom: number | null, validUntil: number | null) =>
      check(document, { ...TRUST, keys: [{ publicKey: KEY.publicKey, validFrom, validUntil }] });
    assert.equal(during(ISSUED_AT, ISSUED_AT).outcome, 'verified');
    assert.deepEqual(failedOf(during(ISSUED_AT + 1, null)), ['invalid', 'key-validity']);
    assert.deepEqual(failedOf(during(null, ISSUED_AT - 1)), ['invalid', 'key-validity']);
    const later = documentOf(manifestOf('Lighthouse', ID, 2));
    const keys = [{ publicKey: KEY.publicKey, validFrom: ISSUED_AT + 1000, validUntil: null }];
    assert.equal(check(later, { ...TRUST, keys }).outcome, 'verified');
  });

  test('another work is told from a certificate that does not hold', () => {
    assert.equal(check(document, TRUST, WORK).outcome, 'verified');
    assert.deepEqual(failedOf(check(document, TRUST, new Uint8Array(randomBytes(32)))), ['altered', 'work-digest']);
  });

  test('who trusts a log is not content without its proof', () => {
    assert.equal(check({ ...document, log: null }).outcome, 'cannot-check');
    assert.equal(check({ ...document, log: null }, { ...TRUST, log: null }).outcome, 'verified');
  });

  test('a leaf about another certificate, and a proof of another log, are refused', () => {
    const other = documentOf(manifestOf('Lighthouse', 'cer_test_1'));
    assert.equal(check(other).isSandbox, true);
    assert.deepEqual(failedOf(check({ ...document, log: other.log })), ['invalid', 'log-leaf', 'log-commitment']);
    const log = { ...TRUST.log!, origin: 'other.example.org/log' };
    assert.deepEqual(failedOf(check(document, { ...TRUST, log })), ['invalid', 'log-proof']);
    assert.deepEqual(failedOf(check({ ...document, salt: '00'.repeat(32) })), ['invalid', 'log-commitment']);
  });

  test('an entry without an id is one of a private certificate of origimark, whose commitment decides', () => {
    const work = (hash: string) => ({
      ...{ format: 'touchmark/manifest/1', registry: 'origimark', cert_id: '0190a000-0000-7000-8000-000000000001' },
      ...{ version: 1, issued_at: new Date(ISSUED_AT).toISOString(), hash },
    });
    const hidden = documentOf(work('ab'.repeat(32)), null);
    assert.equal(check(hidden).outcome, 'verified');
    const { log } = documentOf(work('cd'.repeat(32)), null);
    assert.deepEqual(failedOf(check({ ...hidden, log })), ['invalid', 'log-commitment']);
    const named = documentOf(work('ab'.repeat(32)), '0190a000-0000-7000-8000-000000000002');
    assert.deepEqual(failedOf(check({ ...hidden, log: named.log })), ['invalid', 'log-leaf']);
    const { certificate_id: _id, ...leaf } = document.log!.leaf;
    const found = failedOf(check({ ...document, log: { ...document.log!, leaf } }));
    assert.deepEqual(found.slice(0, 2), ['invalid', 'log-leaf']);
  });

  test('a withdrawn one is revoked, and an invalid one is not merely revoked', () => {
    const status = {
      status: 'revoked',
      checked_at: '2026-06-02T00:00:00.000Z',
      revoked_at: '2026-06-01T00:00:00.000Z',
      reason: 'other',
    };
    assert.equal(check({ ...document, status }).outcome, 'revoked');
    assert.deepEqual(check({ ...document, status }).status, { state: 'revoked', reason: status.reason });
    assert.equal(check({ ...document, status, manifest: manifestOf('Other') }).outcome, 'invalid');
  });

  test('a superseded one holds, names the newer certificate, and one that was revoked is revoked', () => {
    const by = '0190a000-0000-7000-8000-000000000002';
    const verdict = check({ ...document, status: { ...document.status!, superseded_by: by } });
    assert.equal(verdict.outcome, 'verified');
    assert.deepEqual(verdict.status, { state: 'superseded', by });
    assert.equal(findSuccessor(verdict), by);
    assert.deepEqual(check(document).status, { state: 'active' });
    assert.equal(check({ ...document, status: null }).status, null);
    const revoked = { ...document.status!, status: 'revoked' as const, superseded_by: by };
    assert.deepEqual(check({ ...document, status: revoked }).status, { state: 'revoked', reason: null });
    assert.equal(findSuccessor(check(document)), null);
    for (const wrong of ['', 'superseded', null, 7]) {
      const status = { ...document.status, superseded_by: wrong };
      assert.deepEqual(failedOf(check({ ...document, status })), ['invalid', 'format'], `${wrong}`);
    }
  });

  test('a document may be indented and sorted otherwise, but has one reading only', () => {
    const read = (text: string) => verifyCertificate(new TextEncoder().encode(text), TRUST, verifyEd25519);
    const reversed = Object.fromEntries(Object.entries(document).reverse());
    assert.equal(read(`${JSON.stringify(reversed, null, 2)}\n`).outcome, 'verified');
    const twice = JSON.stringify(document).replace('"track":', '"track":{"id":"x","title":"Fake"},"track":');
    assert.deepEqual(failedOf(read(twice)), ['invalid', 'format']);
    assert.deepEqual(failedOf(read(JSON.stringify(document).replace('187000', '187000.0'))), ['invalid', 'format']);
    assert.deepEqual(failedOf(read(`${JSON.stringify(document)}${' '.repeat(512 * 1024)}`)), ['invalid', 'format']);
  });

  function failedOf({ outcome, steps }: ReturnType<typeof check>): string[] {
    return [outcome, ...steps.filter(({ ok }) => ok === false).map(({ step }) => step)];
  }
});

test('a manifest says which work, which version and when, or is refused', () => {
  const good = manifestOf('a');
  for (const change of [
    { format: 'touchmark/manifest/2' },
    { registry: 'other' },
    { cert_id: 'cer-1' },
    { cert_id: `cer_${'a'.repeat(61)}` },
    { version: 0 },
    { version: 2 },
    { version: 1.5 },
    { updated_at: '2026-05-26T08:13:42.000Z' },
    { issued_at: '2026-05-26T08:13:42Z' },
    { issued_at: '2026-02-30T00:00:00.000Z' },
    { master: { sha256: 'A'.repeat(64) } },
    { master: null },
  ]) {
    assert.throws(() => readManifestHead({ ...good, ...change }), CertificateError, JSON.stringify(change));
  }
  assert.equal(parseIsoTime('2026-05-26T08:13:42.000Z'), ISSUED_AT);
});
