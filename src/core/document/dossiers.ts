import { decodeBase64 } from '../../base/base64.ts';
import type { Dossier, DossierFace, DossierState, DossierToken } from '../../proof/bundle/dossier.ts';
import type { ChainLink } from '../../proof/bundle/version-chain.ts';
import { type OpeningJson, presentOpening } from '../../proof/certificate/disclosure.ts';
import { digestEnvelope } from '../../proof/certificate/envelope.ts';
import { readTrackoriginClaims } from '../../proof/certificate/trackorigin-manifest.ts';
import type { AnchorService } from '../anchor/anchor.ts';
import type { AttestedBlock } from '../anchor/receipt.ts';
import type { StoredReceipt } from '../anchor/store.ts';
import type { CertificateRecord } from '../certificate/certificate.ts';
import type { CertificateDocuments } from '../certificate/documents.ts';
import type { CertificateReader } from '../certificate/store.ts';
import type { PublicLog } from '../log/public-log.ts';
import { mergeProofs } from '../timestamp/merged-proof.ts';
import type { TimestampReader } from '../timestamp/store.ts';
import type { TokenReader } from '../tsa/store.ts';
import { findSuccessor } from '../works/successor.ts';
import { visibleFields } from '../works/work.ts';
import type { Works } from '../works/works.ts';
import { isCertificateId, isTimestampId } from './certificate-state.ts';

/** Puts together all that may be shown of a certificate of any kind; the same state gives the same dossier. */
export interface Dossiers {
  /** Null: there is none with this id, whatever its form, or its author was erased. */
  compile(id: string): Promise<Dossier | null>;
}

export interface DossierParts {
  readonly certificates: Pick<CertificateReader, 'find' | 'listVersions'>;
  readonly timestamps: Pick<TimestampReader, 'findByCertificateId'>;
  readonly tokens: Pick<TokenReader, 'find'>;
  readonly documents: CertificateDocuments;
  readonly works: Pick<Works, 'find' | 'chain'>;
  readonly anchors: Pick<AnchorService, 'find' | 'composeProofs'>;
  readonly publicLog: Pick<PublicLog, 'findAnchored' | 'proveUnder'>;
}

/** What a registry adds: names and titles as everybody may see them, and the chain. */
interface Shown {
  readonly face: DossierFace;
  readonly openings: { readonly [name: string]: OpeningJson } | null;
  readonly chain: readonly ChainLink[];
  /** The certificate of a newer version of the work. */
  readonly successor: string | null;
}

interface Anchored {
  readonly ots: Uint8Array | null;
  readonly isPinned: boolean;
  readonly block: { readonly height: number; readonly time: number } | null;
}

export function createDossiers(parts: DossierParts): Dossiers {
  const { certificates, timestamps, tokens, documents, works, anchors, publicLog } = parts;

  async function readAnchored(receiptId: string | null): Promise<Anchored> {
    const stored = receiptId === null ? null : await anchors.find(receiptId);
    if (stored === null) return { ots: null, isPinned: false, block: null };
    return {
      ots: mergeProofs(anchors.composeProofs(stored)),
      isPinned: stored.round.status === 'pinned',
      block: earliestBlock(stored),
    };
  }

  async function readToken(digest: Uint8Array): Promise<DossierToken | null> {
    const found = await tokens.find(digest);
    return found && { token: found.token, time: found.time, chain: found.chain, revocations: found.revocations };
  }

  /** By the oldest checkpoint that was given to calendars, which stays the same; by the newest until there is one. */
  async function readLog({ versionSequence }: CertificateRecord) {
    const checkpoint = await publicLog.findAnchored(versionSequence);
    if (checkpoint === null) return null;
    const [proof, { ots }] = await Promise.all([
      publicLog.proveUnder(versionSequence, checkpoint),
      readAnchored(checkpoint.receiptId),
    ]);
    return { proof, ots };
  }

  async function showRecording(record: CertificateRecord): Promise<Shown> {
    const { artist, track } = readTrackoriginClaims(JSON.parse(record.manifestJson));
    const versions = await certificates.listVersions(record.id);
    const chain = versions
      .filter(({ manifestJson }) => manifestJson !== '')
      .map((version): ChainLink => {
        const isNewest = version.version === record.version;
        const { master } = readTrackoriginClaims(JSON.parse(version.manifestJson));
        return {
          certificateId: version.id,
          version: version.version,
          signedAt: version.signedAt,
          status: isNewest ? record.status : 'superseded',
          workSha256: master.sha256,
          keyId: version.keyId,
          envelopeSha256: digestEnvelope(version),
          sequence: version.sequence,
        };
      });
    const face = { title: track.title, author: artist.displayName, isTitleRedacted: false, isAuthorRedacted: false };
    return { face, openings: null, chain, successor: null };
  }

  async function showWork({ id }: CertificateRecord): Promise<Shown> {
    const { version } = await works.find(id);
    const { title, author } = visibleFields(version);
    const versions = await works.chain(version.workId);
    const chain = versions
      .filter(({ certificate }) => certificate.manifestJson !== '')
      .map(
        ({ certificate }): ChainLink => ({
          certificateId: certificate.id,
          version: certificate.version,
          signedAt: certificate.updatedAt,
          status: certificate.status,
          workSha256: certificate.workSha256,
          keyId: certificate.keyId,
          envelopeSha256: digestEnvelope(certificate),
          sequence: certificate.versionSequence,
        }),
      );
    return {
      face: {
        title: title?.value ?? null,
        author: author && `${author.value.first_name} ${author.value.last_name}`.trim(),
        isTitleRedacted: title === null,
        isAuthorRedacted: author === null,
      },
      openings: { ...(title && { title: presentOpening(title) }), ...(author && { author: presentOpening(author) }) },
      chain,
      successor: findSuccessor(versions, id),
    };
  }

  async function compileCertificate(record: CertificateRecord): Promise<Dossier> {
    const { manifestJson, keyId, signature, workSha256 } = record;
    const envelope = { manifestJson, keyId, signature };
    const [composed, shown, signed, work, log, token] = await Promise.all([
      documents.compose(record),
      record.registry === 'origimark' ? showWork(record) : showRecording(record),
      readAnchored(record.envelopeReceiptId),
      readAnchored(record.workReceiptId),
      readLog(record),
      readToken(digestEnvelope(envelope)),
    ]);
    const { status, revokedAt } = record;
    return {
      kind: 'certificate',
      ...shown.face,
      ...{ id: record.id, registry: record.registry, isSandbox: record.isSandbox, version: record.version },
      ...{ issuedAt: record.issuedAt, revokedAt, workSha256, envelope },
      state: status === 'revoked' ? 'revoked' : stateOf(signed),
      document: {
        ...composed,
        log: composed.log && { ...composed.log, proof: log?.proof ?? composed.log.proof },
        // The moment of the last change, so that nothing but a change makes other bytes.
        status: composed.status && {
          ...composed.status,
          checked_at: new Date(revokedAt ?? record.updatedAt).toISOString(),
          ...(shown.successor !== null && { superseded_by: shown.successor }),
        },
        ...(shown.openings && { openings: shown.openings }),
      },
      publicKey: decodeBase64(composed.public_key)!,
      envelopeProof: signed.ots,
      workProof: work.ots,
      checkpointProof: log?.ots ?? null,
      token,
      chain: shown.chain,
      block: signed.block,
    };
  }

  return {
    async compile(id) {
      if (isTimestampId(id)) {
        const found = await timestamps.findByCertificateId(id);
        if (found === null) return null;
        const { digest, createdAt, receiptId } = found.record;
        const anchored = await readAnchored(receiptId);
        const { ots: workProof, block } = anchored;
        return { kind: 'timestamp', id, state: stateOf(anchored), createdAt, workSha256: digest, workProof, block };
      }
      if (!isCertificateId(id)) return null;
      const record = await certificates.find(id);
      return record === null || record.salt === null || record.manifestJson === '' ? null : compileCertificate(record);
    },
  };
}

function stateOf({ isPinned }: Anchored): DossierState {
  return isPinned ? 'valid' : 'pending';
}

function earliestBlock({ submissions }: StoredReceipt): Anchored['block'] {
  const blocks = submissions.flatMap(({ block, state }): AttestedBlock[] =>
    block !== null && state === 'confirmed' ? [block] : [],
  );
  const [first] = blocks.toSorted((one, other) => one.height - other.height);
  return first === undefined ? null : { height: first.height, time: first.time * 1000 };
}
