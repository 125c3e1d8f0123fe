import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { equalBytes } from '../../src/base/bytes.ts';
import type { BitcoinNetwork } from '../../src/proof/bitcoin/network.ts';
import { BundleError } from '../../src/proof/bundle/error.ts';
import { type Evidence, readZipEvidence } from '../../src/proof/bundle/evidence.ts';
import type { HeaderSource } from '../../src/proof/bundle/header-source.ts';
import { HeadersFileError, headersFile } from '../../src/proof/bundle/headers-file.ts';
import { readReceipt } from '../../src/proof/bundle/receipt.ts';
import type { Verdict } from '../../src/proof/bundle/verdict.ts';
import { refuseEvidence, verifyEvidence } from '../../src/proof/bundle/verify-evidence.ts';
import { hash } from '../support/proofs.ts';

interface Expected {
  readonly why: string;
  readonly input: string;
  readonly work: string;
  readonly network: BitcoinNetwork;
  readonly headers: string;
  readonly outcome: Verdict['outcome'];
  readonly trust: string | null;
  readonly attestedTime: number | null;
  readonly failedStep: string | null;
}

const ROOT = join(import.meta.dirname, '../../vectors/bundle');
const cases = ['valid', 'invalid'].flatMap((side) =>
  readdirSync(join(ROOT, side)).map((name) => join(ROOT, side, name)),
);

describe('every receipt comes out as it must in the library', () => {
  for (const path of cases) {
    const expected: Expected = JSON.parse(readFileSync(join(path, 'expected.json'), 'utf8'));
    test(`${path.slice(ROOT.length + 1)}: ${expected.why}`, async () => {
      const verdict = await verifyCase(path, expected);
      if (verdict === 'headers refused') return assert.equal(expected.outcome, 'cannot-check');
      checkVerdict(verdict, expected);
    });
  }
});

function checkVerdict(verdict: Verdict, expected: Expected): void {
  assert.equal(verdict.outcome, expected.outcome, JSON.stringify(verdict.steps, null, 1));
  assert.equal(verdict.trust, expected.trust);
  assert.equal(verdict.attestedTime, expected.attestedTime);
  const failed = verdict.steps.find(({ ok }) => ok === false);
  assert.equal(failed?.step ?? null, expected.failedStep);
}

async function verifyCase(path: string, expected: Expected): Promise<Verdict | 'headers refused'> {
  const read = (name: string) => new Uint8Array(readFileSync(join(path, name)));
  let headers: HeaderSource;
  try {
    headers = headersFile(read(expected.headers), expected.network);
  } catch (error) {
    assert.ok(error instanceof HeadersFileError);
    return 'headers refused';
  }
  const work = read(expected.work);
  const digests = { sha1: hash('sha1', work), sha256: hash('sha256', work), sha512: hash('sha512', work) };
  try {
    const all = readInput(path, expected.input, read);
    const about = all.find(({ claims }) => claims !== null && equalBytes(claims.sha256, digests.sha256));
    return await verifyEvidence(about ?? all[0]!, digests, headers);
  } catch (error) {
    assert.ok(error instanceof BundleError);
    return refuseEvidence(error, headers);
  }
}

function readInput(path: string, input: string, read: (name: string) => Uint8Array): Evidence[] {
  if (input.endsWith('.zip')) return readZipEvidence(input, read(input));
  if (input.endsWith('.ots')) return [{ name: input, claims: null, proofs: [{ name: input, bytes: read(input) }] }];
  const { claims, proofs, proofNames } = readReceipt(read(input));
  const beside = proofNames.filter((name) => existsSync(join(path, name))).map((name) => ({ name, bytes: read(name) }));
  return [{ name: input, claims, proofs: [...proofs, ...beside] }];
}
