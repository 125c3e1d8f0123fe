import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { verifyEd25519 } from '../../src/config/ed25519.ts';
import { parseTrustedKeys } from '../../src/proof/certificate/published-keys.ts';
import type { CertificateVerdict } from '../../src/proof/certificate/verdict.ts';
import { verifyCertificate } from '../../src/proof/certificate/verify-certificate.ts';
import { parseVerifierKey } from '../../src/proof/note/verifier-key.ts';

interface Expected {
  readonly why: string;
  readonly logKey: string | null;
  readonly outcome: CertificateVerdict['outcome'];
  readonly failedStep: string | null;
}

const ROOT = join(import.meta.dirname, '../../vectors/certificate');
const cases = ['valid', 'invalid'].flatMap((side) =>
  readdirSync(join(ROOT, side)).map((name) => join(ROOT, side, name)),
);

describe('every certificate comes out as it must in the library', () => {
  for (const path of cases) {
    const expected: Expected = JSON.parse(readFileSync(join(path, 'expected.json'), 'utf8'));
    test(`${path.slice(ROOT.length + 1)}: ${expected.why}`, () => {
      const read = (name: string) => new Uint8Array(readFileSync(join(path, name)));
      const logKey = expected.logKey === null ? null : parseVerifierKey(expected.logKey);
      const trust = {
        keys: existsSync(join(path, 'keys.json'))
          ? parseTrustedKeys(readFileSync(join(path, 'keys.json'), 'utf8'))
          : [],
        log: logKey && { origin: logKey.name, logKeys: [logKey], witnessKeys: [] },
      };
      const work = new Uint8Array(createHash('sha256').update(read('work.bin')).digest());
      checkVerdict(verifyCertificate(read('certificate.json'), trust, verifyEd25519, work), expected);
    });
  }
});

function checkVerdict(verdict: CertificateVerdict, expected: Expected): void {
  assert.equal(verdict.outcome, expected.outcome, JSON.stringify(verdict.steps, null, 1));
  const failed = verdict.steps.find(({ ok }) => ok === false);
  assert.equal(failed?.step ?? null, expected.failedStep);
}
