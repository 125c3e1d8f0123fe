import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { buildVerifier } from '../../build/verifier.ts';
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
const EXIT_CODES = { verified: 0, revoked: 1, 'self-asserted': 4, altered: 1, invalid: 1, 'cannot-check': 4 };
const OLD_NODE = process.env.TOUCHMARK_TEST_OLD_NODE ?? process.execPath;
const cases = ['valid', 'invalid'].flatMap((side) =>
  readdirSync(join(ROOT, side)).map((name) => join(ROOT, side, name)),
);

describe('every certificate comes out as it must', () => {
  let folder: string;
  let verifier: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'touchmark-verifier-'));
    verifier = (await buildVerifier(folder)).path;
  });
  after(() => rmSync(folder, { recursive: true }));

  for (const path of cases) {
    const expected: Expected = JSON.parse(readFileSync(join(path, 'expected.json'), 'utf8'));
    const title = path.slice(ROOT.length + 1);
    const hasKeys = existsSync(join(path, 'keys.json'));

    test(`${title}, in the library: ${expected.why}`, () => {
      const read = (name: string) => new Uint8Array(readFileSync(join(path, name)));
      const logKey = expected.logKey === null ? null : parseVerifierKey(expected.logKey);
      const trust = {
        keys: hasKeys ? parseTrustedKeys(readFileSync(join(path, 'keys.json'), 'utf8')) : [],
        log: logKey && { origin: logKey.name, logKeys: [logKey], witnessKeys: [] },
      };
      const work = new Uint8Array(createHash('sha256').update(read('work.bin')).digest());
      checkVerdict(verifyCertificate(read('certificate.json'), trust, verifyEd25519, work), expected);
    });

    test(`${title}, in the single file`, () => {
      const args = [
        ...['certificate.json', '--file', 'work.bin', '--json'],
        ...(hasKeys ? ['--trusted-key', 'keys.json'] : []),
        ...(expected.logKey === null ? [] : ['--log-key', expected.logKey]),
      ];
      const run = spawnSync(OLD_NODE, [verifier, ...args], { cwd: path, encoding: 'utf8' });
      assert.equal(run.status, EXIT_CODES[expected.outcome], run.stderr);
      checkVerdict(JSON.parse(run.stdout), expected);
    });
  }
});

function checkVerdict(verdict: CertificateVerdict, expected: Expected): void {
  assert.equal(verdict.outcome, expected.outcome, JSON.stringify(verdict.steps, null, 1));
  const failed = verdict.steps.find(({ ok }) => ok === false);
  assert.equal(failed?.step ?? null, expected.failedStep);
}
