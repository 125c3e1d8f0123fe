import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeHex, encodeHex } from '../../base/hex.ts';
import { requireDer, TAG } from './der.ts';
import { openDer } from './der-reader.ts';
import {
  encodeCertificateTime,
  encodeElement,
  encodeGeneralizedTime,
  encodeNamedBits,
  encodeOid,
  encodeUnsigned,
} from './der-writer.ts';
import { TspError } from './error.ts';
import { readRequest } from './request.ts';
import { readResponse } from './response.ts';
import { readToken } from './token.ts';

/** What X.690 lets nobody write, by what is wrong with it. */
const REFUSED: Record<string, string> = {
  'nothing after the tag': '30',
  'a length beyond the end': '0402ff',
  'an indefinite length': '30800000',
  'a long form for a short length': '04810100',
  'a length with a zero in front': '0482008000',
  'a length of five bytes': '0485000000000100',
  'a tag number over 30': '1f2000',
  'a boolean that is neither 0 nor 255': '010101',
  'a boolean of two bytes': '0102ffff',
  'an empty integer': '0200',
  'a positive integer with padding': '02020001',
  'a negative integer with padding': '0202ff80',
  'a null with content': '050100',
  'an empty object identifier': '0600',
  'an object identifier that ends within an arc': '06022a86',
  'an object identifier with padding': '06032a8001',
  'a bit string without its first byte': '0300',
  'a bit string with eight unused bits': '03020800',
  'a bit string with loose bits': '03020101',
  'an octet string in pieces': '2403040100',
  'a sequence marked as plain': '1000',
};

for (const [what, hex] of Object.entries(REFUSED)) {
  test(`refused: ${what}`, () => {
    assert.throws(() => requireDer(decodeHex(hex)!), isTspError);
    assert.throws(() => requireDer(encodeElement(TAG.sequence, decodeHex(hex)!)), isTspError, 'also inside');
  });
}

test('object identifiers are read as they were written, arcs of 128 bits included', () => {
  for (const oid of ['0.0', '1.39.0', '2.999.127.128', '1.2.840.113549.1.9.16.1.4', `2.25.${2n ** 128n - 1n}`]) {
    assert.equal(openDer(encodeOid(oid), 100).readOid(), oid);
  }
  assert.equal(encodeHex(encodeOid('2.999.3')), '0603883703');
});

test('unsigned integers are written in the shortest form', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), (magnitude) => {
      const encoded = encodeUnsigned(magnitude);
      requireDer(encoded);
      const content = openDer(encoded, 100).readInteger();
      assert.equal(BigInt(`0x${encodeHex(content)}`), BigInt(`0x${encodeHex(magnitude)}`));
    }),
  );
});

test('named bits have no trailing zeros', () => {
  assert.equal(encodeHex(encodeNamedBits([0])), '03020780');
  assert.equal(encodeHex(encodeNamedBits([5])), '03020204');
  assert.equal(encodeHex(encodeNamedBits([0, 25])), '03050680000040');
});

test('times of certificates change their form in 2050', () => {
  const before = encodeCertificateTime(Date.UTC(2049, 11, 31, 23, 59, 59));
  const after = encodeCertificateTime(Date.UTC(2050, 0, 1));
  assert.deepEqual([before[0], after[0]], [TAG.utcTime, TAG.generalizedTime]);
  assert.equal(openDer(before, 100).readCertificateTime(), Date.UTC(2049, 11, 31, 23, 59, 59));
  assert.equal(openDer(after, 100).readCertificateTime(), Date.UTC(2050, 0, 1));
});

test('whole seconds are read as they were written', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 253_402_300_799 }), (seconds) => {
      assert.equal(openDer(encodeGeneralizedTime(seconds * 1000), 100).readGeneralizedTime(), seconds * 1000);
    }),
  );
});

test('whatever bytes come, they are read or refused with a coded error', () => {
  const readers: ((bytes: Uint8Array) => unknown)[] = [readRequest, readResponse, readToken];
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), arbitraryDer()), (bytes) => {
      for (const read of readers) {
        try {
          read(bytes);
        } catch (error) {
          assert.ok(error instanceof TspError, String(error));
        }
      }
    }),
    { numRuns: 1000 },
  );
});

test('values within values without end are refused early', () => {
  assert.throws(() => readToken(new Uint8Array(128 * 1024).fill(0x30)), isTspError);
  let nested = encodeElement(TAG.null);
  for (let i = 0; i < 1000; i++) nested = encodeElement(TAG.sequence, nested);
  assert.throws(() => readToken(nested), { code: 'too-large' });
});

/** Trees of well-formed values, which get further than noise. */
function arbitraryDer(): fc.Arbitrary<Uint8Array> {
  const { tree } = fc.letrec<{ tree: Uint8Array }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 6 },
      fc
        .tuple(fc.integer({ min: 0, max: 0x1e }), fc.uint8Array({ maxLength: 12 }))
        .map(([tag, c]) => encodeElement(tag, c)),
      fc
        .tuple(fc.constantFrom(0x30, 0x31, 0xa0, 0xa1, 0xa3), fc.array(tie('tree'), { maxLength: 5 }))
        .map(([tag, children]) => encodeElement(tag, ...children)),
    ),
  }));
  return tree;
}

function isTspError(error: unknown): boolean {
  return error instanceof TspError;
}
