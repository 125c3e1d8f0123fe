import { sha256 } from '@noble/hashes/sha2.js';
import { encodeCanonical } from '../../base/canonical-json.ts';
import { encodeHex } from '../../base/hex.ts';
import {
  BUNDLE_FILE as FILE,
  formatPublicKeyPem,
  formatSums,
  nameRevocationList,
} from '../../proof/bundle/bundle-files.ts';
import type { CertificateDossier, Dossier, DossierToken, TimestampDossier } from '../../proof/bundle/dossier.ts';
import { encodeChain } from '../../proof/bundle/version-chain.ts';
import { encodeEnvelope } from '../../proof/certificate/envelope.ts';
import { parseTlogProof } from '../../proof/note/tlog-proof.ts';
import { formatPem } from '../../proof/tsp/pem.ts';
import { encodeGranted } from '../../proof/tsp/response.ts';
import { writeReadme, writeTimestampReadme } from './readme.ts';

export interface BundleFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What every bundle brings along besides what is in the dossier. */
export interface BundleExtras {
  /** `verify_cli.py`. */
  readonly verifier: Uint8Array;
  /** Without a trailing slash. */
  readonly publicUrl: string;
}

const encoder = new TextEncoder();

/** The files of a proof bundle, docs/formats/bundle.md, one after the other; the list of digests is the last. */
export function* composeBundle(dossier: Dossier, extras: BundleExtras): Generator<BundleFile> {
  const digests = new Map<string, string>();
  const files = dossier.kind === 'timestamp' ? timestampFiles(dossier, extras) : certificateFiles(dossier, extras);
  for (const [name, content] of [...files, [FILE.verifier, extras.verifier] as const]) {
    if (content === null) continue;
    const bytes = typeof content === 'string' ? encoder.encode(content) : content;
    digests.set(name, encodeHex(sha256(bytes)));
    yield { name, bytes };
  }
  yield { name: FILE.sums, bytes: encoder.encode(formatSums(digests)) };
}

type Contents = Iterable<readonly [name: string, content: Uint8Array | string | null]>;

function* certificateFiles(dossier: CertificateDossier, { publicUrl }: BundleExtras): Contents {
  const { document, envelope, token } = dossier;
  const { log } = document;
  yield [FILE.readme, writeReadme(dossier, publicUrl)];
  yield [FILE.certificate, `${JSON.stringify(document, null, 2)}\n`];
  yield [FILE.manifest, envelope.manifestJson];
  yield [FILE.signature, envelope.signature];
  yield [FILE.publicKey, formatPublicKeyPem(dossier.publicKey)];
  yield [FILE.envelope, encodeEnvelope(envelope)];
  yield [FILE.envelopeProof, dossier.envelopeProof];
  yield [FILE.workProof, dossier.workProof];
  if (token !== null) yield* tokenFiles(token);
  if (log !== null) {
    yield [FILE.logEntry, encodeCanonical(log.leaf)];
    yield [FILE.logProof, log.proof];
    yield [FILE.checkpoint, parseTlogProof(encoder.encode(log.proof)).checkpoint.text];
    yield [FILE.checkpointProof, dossier.checkpointProof];
  }
  yield [FILE.chain, encodeChain(dossier.chain)];
}

function* tokenFiles({ token, chain, revocations }: DossierToken): Contents {
  yield [FILE.token, encodeGranted(token)];
  yield [FILE.tokenChain, chain.slice(0, -1).map(formatPem).join('')];
  yield [FILE.tokenRoot, formatPem(chain.at(-1)!)];
  for (const [i, list] of revocations.entries()) yield [nameRevocationList(i), list];
}

/** A receipt with its one proof, which every verifier of receipts reads. */
function* timestampFiles(dossier: TimestampDossier, { publicUrl }: BundleExtras): Contents {
  const { id, createdAt, workSha256, workProof } = dossier;
  const receipt = {
    receipt_id: id,
    created_at: new Date(createdAt).toISOString(),
    hash_hex: encodeHex(workSha256),
    checks: workProof === null ? [] : [{ file: FILE.workProof }],
  };
  yield [FILE.readme, writeTimestampReadme(dossier, publicUrl)];
  yield ['receipt.json', `${JSON.stringify(receipt, null, 2)}\n`];
  yield [FILE.workProof, workProof];
}
