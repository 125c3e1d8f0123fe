import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { decodeHex } from '../../base/hex.ts';
import { checkTspSignature } from '../../config/tsp-signatures.ts';
import { readCertificate } from './certificate.ts';
import { TspError } from './error.ts';
import { expectData, type TokenExpectation, type VerifiedToken, verifyToken } from './verify.ts';
import { checkWithWebCrypto } from './web-crypto.ts';

interface Vector {
  name: string;
  token: string;
  data: string;
  roots: string[];
  certificates: string[];
  nonce?: string;
  policies?: string[];
  now: string;
}
type ValidVector = Vector & { time: string; chainLength: number };
type InvalidVector = Vector & { error: string };

const LIBRARIES = { 'this runtime': checkTspSignature, 'Web Crypto': checkWithWebCrypto };

for (const [library, check] of Object.entries(LIBRARIES)) {
  const open = (vector: Vector): Promise<VerifiedToken> =>
    verifyToken(decodeHex(vector.token)!, readExpectation(vector), check);

  describe(`a good token is believed, with signatures checked by ${library}`, () => {
    for (const vector of readCases<ValidVector>('valid')) {
      test(vector.name, async () => {
        const { info, chain } = await open(vector);
        assert.equal(new Date(info.time).toISOString(), vector.time);
        assert.equal(chain.length, vector.chainLength);
      });
    }
  });

  describe(`a bad token is refused with the step that failed, with signatures checked by ${library}`, () => {
    for (const vector of readCases<InvalidVector>('invalid')) {
      test(vector.name, async () => {
        await assert.rejects(open(vector), (error) => {
          assert.ok(error instanceof TspError, String(error));
          assert.equal(error.code, vector.error, error.message);
          return true;
        });
      });
    }
  });
}

function readExpectation(vector: Vector): TokenExpectation {
  return {
    digestOf: expectData(decodeHex(vector.data)!),
    roots: vector.roots.map((hex) => readCertificate(decodeHex(hex)!)),
    certificates: vector.certificates.map((hex) => readCertificate(decodeHex(hex)!)),
    ...(vector.nonce !== undefined && { nonce: decodeHex(vector.nonce)! }),
    ...(vector.policies !== undefined && { policies: vector.policies }),
    now: Date.parse(vector.now),
  };
}

function readCases<T>(folder: string): T[] {
  const url = new URL(`../../../vectors/tsp/${folder}/`, import.meta.url);
  return readdirSync(url).map((file): T => JSON.parse(readFileSync(new URL(file, url), 'utf8')));
}
