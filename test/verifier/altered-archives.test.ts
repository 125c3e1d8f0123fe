import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { verifyEd25519 } from '../../src/config/ed25519.ts';
import { checkTspSignature } from '../../src/config/tsp-signatures.ts';
import { composeBundle } from '../../src/documents/bundle/compose-bundle.ts';
import type { BundleVerdict } from '../../src/proof/bundle/bundle-verdict.ts';
import type { Dossier } from '../../src/proof/bundle/dossier.ts';
import { BundleError } from '../../src/proof/bundle/error.ts';
import { readZipEvidence } from '../../src/proof/bundle/evidence.ts';
import { headersFile } from '../../src/proof/bundle/headers-file.ts';
import type { Verdict } from '../../src/proof/bundle/verdict.ts';
import { isBundle, verifyBundle } from '../../src/proof/bundle/verify-bundle.ts';
import { refuseEvidence, verifyEvidence } from '../../src/proof/bundle/verify-evidence.ts';
import { readZip } from '../../src/proof/bundle/zip.ts';
import { formatVerifierKey } from '../../src/proof/note/verifier-key.ts';
import { readPem } from '../../src/proof/tsp/pem.ts';
import {
  DOSSIER_KEY,
  DOSSIER_LOG,
  DOSSIER_WORK,
  makeDossier,
  makeTimestampDossier,
  makeWorkDossier,
} from '../support/dossier.ts';
import { hash } from '../support/proofs.ts';
import { PYTHON_MISSING, runPython } from '../support/python-verifier.ts';
import { failedStepOf } from '../support/verifier-run.ts';
import { buildZip } from '../support/zip.ts';

/** An archive that holds, and what it is checked with. */
interface Archive {
  readonly bytes: Uint8Array;
  readonly headers: string;
  readonly workSha256: Uint8Array;
}

/** Bounded in count; the seed is fixed, so that what fails once fails again. */
const MUTANTS_OF_EACH = 27;
const NOW = Date.parse('2026-01-01T00:00:00Z');
const VECTORS = join(import.meta.dirname, '../../vectors/bundle/valid');
const BESIDE_THE_POINT = ['SHA256SUMS', 'README.txt', 'verify_cli.py'];
const ARCHIVES: Readonly<Record<string, Archive>> = {
  'a recording': archiveOf(withRevocations(makeDossier())),
  'a work': archiveOf(makeWorkDossier('anonymous')),
  'a private work': archiveOf(makeWorkDossier('private')),
  'a timestamp': archiveOf(makeTimestampDossier()),
  'a receipt': readArchive('zip', 'receipt.zip'),
  'many receipts': readArchive('zip-of-many', 'receipts.zip'),
};
if (PYTHON_MISSING) console.warn(PYTHON_MISSING);

test('whatever is changed in an archive of any kind, both verifiers say the same, and neither believes another certificate', async (t) => {
  const random = makeRandom(7);
  const cases = Object.entries(ARCHIVES).flatMap(([kind, archive]) => [
    { kind, archive, bytes: archive.bytes },
    ...Array.from({ length: MUTANTS_OF_EACH }, (_, i) => ({ kind, archive, bytes: mutate(archive.bytes, random, i) })),
  ]);
  const own: string[] = [];
  for (const { kind, archive, bytes } of cases) {
    const decision = await decide(bytes, archive);
    own.push(decision);
    if (bytes === archive.bytes) assert.equal(decision, 'verified -', kind);
    if (!decision.startsWith('verified ')) continue;
    // What is believed is byte by byte what was signed.
    assert.deepEqual(readZip(bytes).get('manifest.json'), readZip(archive.bytes).get('manifest.json'));
  }
  assert.ok(new Set(own).size > 15, 'the changes reach many checks');
  if (PYTHON_MISSING) return t.skip(PYTHON_MISSING);
  const python = await runPython(DRIVER, {
    ...{ key: hex(DOSSIER_KEY.publicKey), logKey: formatVerifierKey(DOSSIER_LOG), now: NOW },
    cases: cases.map(({ archive, bytes }) => ({
      bytes: Buffer.from(bytes).toString('base64'),
      root: rootOf(archive),
      ...{ headers: archive.headers, work: hex(archive.workSha256) },
    })),
  });
  const named = (decisions: unknown[]) => cases.map(({ kind }, i) => `${i}, ${kind}: ${decisions[i]}`);
  assert.deepEqual(named(python as unknown[]), named(own));
});

const DRIVER = `
import base64, json, os, sys
sys.path.insert(0, os.path.dirname(sys.argv[1]))
import verify_cli as v
sys.setrecursionlimit(5000)
given = json.load(sys.stdin)
trust = {"keys": [(bytes.fromhex(given["key"]), None, None)], "log": v.parse_verifier_key(given["logKey"])}
answers = []
for case in given["cases"]:
    headers = v.HeadersFile(case["headers"].encode(), "regtest")
    work = bytes.fromhex(case["work"])
    try:
        files = v.read_zip(base64.b64decode(case["bytes"]))
        if "certificate.json" in files:
            verdict = v.verify_bundle(files, trust, headers, v.read_pem(case["root"].encode()), work, given["now"])
        else:
            evidence = v.read_zip_evidence("archive.zip", files)
            verdict = v.verify_evidence(v.select_evidence(evidence, {"sha256": work})[0], {"sha256": work}, headers)
    except v.Refused as error:
        verdict = v.refuse_evidence(error, headers)
    failed = next((step for step in verdict["steps"] if step["ok"] is False), None)
    where = "-" if failed is None else (failed["part"] + "/" if "part" in failed else "") + failed["step"]
    answers.append(verdict["outcome"] + " " + where)
print(json.dumps(answers))
`;

async function decide(bytes: Uint8Array, archive: Archive): Promise<string> {
  const { workSha256 } = archive;
  const headers = headersFile(new TextEncoder().encode(archive.headers), 'regtest');
  let verdict: BundleVerdict | Verdict;
  try {
    const files = readZip(bytes);
    if (isBundle(files)) {
      verdict = await verifyBundle(files, {
        trust: {
          keys: [{ publicKey: DOSSIER_KEY.publicKey, validFrom: null, validUntil: null }],
          log: { origin: DOSSIER_LOG.name, logKeys: [DOSSIER_LOG], witnessKeys: [] },
        },
        tokenRoots: readPem(rootOf(archive)),
        ...{ headers, workSha256, now: NOW, verify: verifyEd25519, checkSignature: checkTspSignature },
      });
    } else {
      const all = readZipEvidence('archive.zip', bytes);
      const about = all.find(({ claims }) => claims !== null && hex(claims.sha256) === hex(workSha256));
      verdict = await verifyEvidence(about ?? all[0]!, { sha256: workSha256 }, headers);
    }
  } catch (error) {
    assert.ok(error instanceof BundleError, String(error));
    verdict = refuseEvidence(error, headers);
  }
  return `${verdict.outcome} ${failedStepOf(verdict) ?? '-'}`;
}

/** What a server would send of it; the verifier inside is never looked at. */
function archiveOf({ dossier, headers }: { dossier: Dossier; headers: string }): Archive {
  const extras = { verifier: new Uint8Array(), publicUrl: 'https://touchmark.example' };
  const files = [...composeBundle(dossier, extras)];
  const bytes = buildZip(files.map(({ name, bytes: content }) => ({ name, content, method: 0 })));
  return { bytes, headers, workSha256: hash('sha256', DOSSIER_WORK) };
}

/** Lists of revoked certificates are kept, and not judged. */
function withRevocations({ dossier, headers }: ReturnType<typeof makeDossier>): ReturnType<typeof makeDossier> {
  const revocations = [Uint8Array.of(0x30, 0), Uint8Array.of(0x30, 0)];
  return { dossier: { ...dossier, token: { ...dossier.token!, revocations } }, headers };
}

function readArchive(folder: string, name: string): Archive {
  const read = (file: string) => new Uint8Array(readFileSync(join(VECTORS, folder, file)));
  const headers = new TextDecoder().decode(read('headers.txt'));
  return { bytes: read(name), headers, workSha256: hash('sha256', read('work.txt')) };
}

/** The root that is trusted is that of the archive as it was. */
function rootOf({ bytes }: Archive): string {
  return new TextDecoder().decode(readZip(bytes).get('tsa-root.pem'));
}

/** Changes of the archive itself, and of what is in it behind right sums. */
function mutate(whole: Uint8Array, random: (below: number) => number, i: number): Uint8Array {
  const damage = (bytes: Uint8Array) => {
    const changed = Uint8Array.from(bytes);
    for (let left = 1 + random(3); left > 0 && changed.length > 0; left--)
      changed[random(changed.length)] = random(256);
    return random(5) === 0 ? changed.subarray(0, random(changed.length + 1)) : changed;
  };
  if (i % 4 === 0) return damage(whole);
  const files = readZip(whole);
  const names = [...files.keys()].filter((name) => !BESIDE_THE_POINT.includes(name));
  const name = names[random(names.length)]!;
  files.set(name, damage(files.get(name)!));
  if (files.delete('SHA256SUMS')) {
    const sums = [...files].map(([file, bytes]) => `${hex(hash('sha256', bytes))}  ${file}\n`);
    files.set('SHA256SUMS', new TextEncoder().encode(sums.join('')));
  }
  return buildZip([...files].map(([file, content]) => ({ name: file, content, method: i % 3 === 0 ? 8 : 0 })));
}

/** The generator of Park and Miller: enough to choose bytes, and the same everywhere. */
function makeRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48271) % 0x7fffffff;
    return state % below;
  };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
