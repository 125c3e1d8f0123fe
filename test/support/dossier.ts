import { createHash } from 'node:crypto';
import { formatCanonical, type JsonValue } from '../../src/base/canonical-json.ts';
import { createEd25519Key, type Ed25519Key } from '../../src/config/ed25519.ts';
import type { TimestampAuthority } from '../../src/core/tsa/authority.ts';
import { makeWorkManifest } from '../../src/core/works/manifest.ts';
import type { CertificateDossier, DossierToken, TimestampDossier } from '../../src/proof/bundle/dossier.ts';
import { formatHeaders } from '../../src/proof/bundle/headers-file.ts';
import { presentOpening } from '../../src/proof/certificate/disclosure.ts';
import { commitToEnvelope, digestEnvelope } from '../../src/proof/certificate/envelope.ts';
import { certificateKeyId } from '../../src/proof/certificate/key-id.ts';
import { readManifestHead } from '../../src/proof/certificate/manifest.ts';
import { makeTrackoriginManifest } from '../../src/proof/certificate/trackorigin-manifest.ts';
import { encodeLogEvent } from '../../src/proof/log-event.ts';
import { hashLeaf, hashNode } from '../../src/proof/merkle/rfc6962.ts';
import { formatCheckpoint } from '../../src/proof/note/checkpoint.ts';
import { formatTlogProof } from '../../src/proof/note/tlog-proof.ts';
import { createVerifierKey, formatVerifierKey, type VerifierKey } from '../../src/proof/note/verifier-key.ts';
import { encodeRequest } from '../../src/proof/tsp/request.ts';
import { readResponse } from '../../src/proof/tsp/response.ts';
import { endOf, hash, mineHeader, otsFile, pathTo, SHA256 } from './proofs.ts';
import { makeAuthority } from './tsa-certificates.ts';

const seed = (text: string) => new Uint8Array(createHash('sha256').update(text).digest());
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

export const DOSSIER_WORK = 'a master recording\n';
export const DOSSIER_KEY: Ed25519Key = createEd25519Key(seed('vector certificate key'));
const LOG_KEY = createEd25519Key(seed('vector log key'));
const ORIGIN = 'log.example.org/log';
export const DOSSIER_LOG: VerifierKey = createVerifierKey('ed25519', ORIGIN, LOG_KEY.publicKey);
export const ISSUED_AT = Date.parse('2025-05-26T08:13:42.000Z');
const BLOCK_TIME = Math.floor(ISSUED_AT / 1000) + 3600;

export interface DossierOptions {
  readonly title?: string;
  readonly status?: 'active' | 'revoked';
  /** Null: without a token. */
  readonly authority?: TimestampAuthority | null;
  readonly isAnchored?: boolean;
}

/** A certificate of a recording with everything that a bundle can have, and the headers of the blocks that it is in. */
export function makeDossier(options: DossierOptions = {}): { dossier: CertificateDossier; headers: string } {
  const { title = 'Lighthouse', status = 'active', isAnchored = true } = options;
  const id = 'cer_01KS9QWHV7PHETYGQAYMHB3DM6';
  const workSha256 = hash('sha256', DOSSIER_WORK);
  const manifest = makeTrackoriginManifest(
    { id, version: 1, issuedAt: ISSUED_AT, updatedAt: null },
    {
      standard: 'TO-1.0',
      verdict: 'verified',
      master: { sha256: workSha256, durationMs: 187_000 },
      artist: { id: 'art_01KS9QWHV7PHETYGQAYMHB3DM6', handle: 'marasings', displayName: 'Mara Vex' },
      track: { id: 'trk_01KS9QWHV7PHETYGQAYMHB3DM6', title },
      declarations: { human_made: true },
    },
  );
  return dossierOf(manifest, { ...options, title, status, isAnchored }, workSha256);
}

/** The same of a work: anonymous, with its title shown, or private, with nothing shown and no id in the log. */
export function makeWorkDossier(privacy: 'anonymous' | 'private'): { dossier: CertificateDossier; headers: string } {
  const isPrivate = privacy === 'private';
  const title = { value: 'Words', salt: seed('title salt') };
  const workSha256 = hash('sha256', DOSSIER_WORK);
  const manifest = makeWorkManifest(
    {
      ...{ certId: '01907f2a-8a1e-7a3c-9b1e-2f1d3c4b5a69', workId: '01907f2a-8a1e-7a3c-9b1e-2f1d3c4b5a70', version: 1 },
      ...{ ownerId: 'owner', hash: workSha256, workType: 'text', sourceLanguage: 'en', creationDate: '2025-05-01' },
      ...{ privacy, ownership: 'sole', title, issuedAt: ISSUED_AT, listedAs: null },
      author: { value: { first_name: 'Jane', last_name: 'Doe', country: 'si' }, salt: seed('author salt') },
    },
    null,
  );
  const options = { title: title.value, status: 'active', isAnchored: true } as const;
  const { dossier, headers } = dossierOf(manifest, options, workSha256, isPrivate);
  const shown = {
    author: null,
    isAuthorRedacted: true,
    title: isPrivate ? null : title.value,
    isTitleRedacted: isPrivate,
  };
  const openings = isPrivate ? {} : { title: presentOpening(title) };
  return { dossier: { ...dossier, ...shown, document: { ...dossier.document, openings } }, headers };
}

/** A timestamp in a block, and the header of that. */
export function makeTimestampDossier(): { dossier: TimestampDossier; headers: string } {
  const { dossier, headers } = makeDossier();
  const { workSha256, workProof, block } = dossier;
  return {
    dossier: { kind: 'timestamp', id: 'TS-7K3Q9F', state: 'valid', createdAt: ISSUED_AT, workSha256, workProof, block },
    headers,
  };
}

function dossierOf(
  manifest: { readonly [name: string]: JsonValue },
  { title, status, isAnchored, authority }: Required<Omit<DossierOptions, 'authority'>> & DossierOptions,
  workSha256: Uint8Array,
  isNamelessInLog = false,
): { dossier: CertificateDossier; headers: string } {
  const head = readManifestHead(manifest);
  const manifestJson = formatCanonical(manifest);
  const { publicKey } = DOSSIER_KEY;
  const keyId = certificateKeyId(publicKey);
  const signature = DOSSIER_KEY.sign(new TextEncoder().encode(manifestJson));
  const envelope = { manifestJson, keyId, signature };
  const envelopeDigest = digestEnvelope(envelope);
  const salt = seed('salt');
  const leaf = encodeLogEvent({
    type: 'certificate.issued',
    registry: head.registry,
    certificateId: isNamelessInLog ? null : head.certificateId,
    version: 1,
    isSandbox: head.isSandbox,
    at: ISSUED_AT,
    commitment: commitToEnvelope(salt, envelopeDigest),
    reason: null,
  });
  const sibling = hashLeaf(new TextEncoder().encode('another entry'));
  const text = formatCheckpoint({
    origin: ORIGIN,
    size: 2,
    rootHash: hashNode(sibling, hashLeaf(leaf)),
    extensions: [],
  });
  const line = { name: ORIGIN, keyId: DOSSIER_LOG.keyId, signature: LOG_KEY.sign(new TextEncoder().encode(text)) };
  const proof = formatTlogProof({
    index: 1,
    hashes: [sibling],
    checkpoint: { text, signatures: [line] },
    extra: null,
  });
  const headers = new Map<number, Uint8Array>();
  const anchor = (digest: Uint8Array, height: number) => {
    const ops = [{ name: 'append', argument: seed(`nonce ${height}`).subarray(0, 16) } as const, SHA256];
    headers.set(height, mineHeader(endOf(digest, ops), BLOCK_TIME + height));
    return otsFile(pathTo(digest, ops, { type: 'bitcoin', height }));
  };
  const pend = (digest: Uint8Array) => otsFile(pathTo(digest, [SHA256], { type: 'pending', uri: 'https://a.example' }));
  const prove = (digest: Uint8Array, height: number) => (isAnchored ? anchor(digest, height) : pend(digest));
  const isRevoked = status === 'revoked';
  const dossier: CertificateDossier = {
    kind: 'certificate',
    ...{ title, author: 'Mara Vex', isTitleRedacted: false, isAuthorRedacted: false },
    ...{ id: head.certificateId, registry: head.registry, isSandbox: false, version: 1 },
    ...{ state: isRevoked ? 'revoked' : isAnchored ? 'valid' : 'pending', issuedAt: ISSUED_AT },
    ...{ revokedAt: isRevoked ? ISSUED_AT + 86_400_000 : null, workSha256, envelope, publicKey },
    document: {
      ...{ format: 'touchmark/certificate/1', manifest, key_id: keyId, signature: base64(signature) },
      ...{ public_key: base64(publicKey), salt: Buffer.from(salt).toString('hex') },
      log: {
        origin: ORIGIN,
        verifier_key: formatVerifierKey(DOSSIER_LOG),
        leaf: JSON.parse(Buffer.from(leaf).toString()),
        proof,
      },
      status: {
        status,
        checked_at: new Date(ISSUED_AT).toISOString(),
        revoked_at: isRevoked ? new Date(ISSUED_AT + 86_400_000).toISOString() : null,
        reason: isRevoked ? 'rights_dispute' : null,
      },
    },
    envelopeProof: prove(envelopeDigest, 101),
    workProof: prove(workSha256, 102),
    checkpointProof: prove(hash('sha256', text), 103),
    token: authority === null ? null : stamp(envelopeDigest, authority ?? makeAuthority({ now: () => ISSUED_AT })),
    chain: [
      {
        ...{ certificateId: head.certificateId, version: 1, signedAt: ISSUED_AT, status, workSha256, keyId },
        ...{ envelopeSha256: envelopeDigest, sequence: 2 },
      },
    ],
    block: isAnchored ? { height: 101, time: (BLOCK_TIME + 101) * 1000 } : null,
  };
  return { dossier, headers: formatHeaders(headers) };
}

export function stamp(digest: Uint8Array, authority: TimestampAuthority): DossierToken {
  const nonce = Uint8Array.of(1, 2, 3, 4);
  const query = encodeRequest({ imprint: { digest: 'SHA-256', hash: digest }, nonce });
  const chain = authority.chain.map(({ der }) => der);
  return { token: readResponse(authority.answer(query)), time: ISSUED_AT, chain, revocations: [] };
}
