import type { AnchorReader, StoredReceipt } from '../../core/anchor/store.ts';
import type { CertificateRecord } from '../../core/certificate/certificate.ts';
import type { CertificateReader } from '../../core/certificate/store.ts';
import { isCertificateId, isTimestampId } from '../../core/document/certificate-state.ts';
import type { PublicLog } from '../../core/log/public-log.ts';
import type { TimestampReader } from '../../core/timestamp/store.ts';
import type { TokenReader } from '../../core/tsa/store.ts';
import { WorkError } from '../../core/works/error.ts';
import { visibleFields, type WorkVersion } from '../../core/works/work.ts';
import type { Works } from '../../core/works/works.ts';
import { digestEnvelope } from '../../proof/certificate/envelope.ts';
import { readTrackoriginClaims, type TrackoriginClaims } from '../../proof/certificate/trackorigin-manifest.ts';

/** A certificate of any kind as its page shows it to everybody. What is redacted is not in it. Times are epoch ms. */
export interface CertificateView {
  readonly id: string;
  /** `pending`: good, and not confirmed in Bitcoin yet. */
  readonly state: 'valid' | 'pending' | 'revoked';
  readonly isSandbox: boolean;
  readonly workSha256: Uint8Array;
  readonly issuedAt: number;
  readonly revoked: { readonly at: number; readonly reason: string } | null;
  readonly subject: Subject;
  /** Null for timestamps, which nobody signs. */
  readonly signed: Signed | null;
  readonly anchored: Anchored | null;
  /** Oldest first; one or none where there is nothing to compare. */
  readonly versions: readonly ShownVersion[];
}

export type Subject =
  | { readonly kind: 'recording'; readonly claims: TrackoriginClaims }
  | {
      readonly kind: 'work';
      readonly work: PublicWork;
      readonly title: string | null;
      readonly author: string | null;
      /** Also one who is not shown: whoever was erased cannot be written to. */
      readonly hasAuthor: boolean;
    }
  | { readonly kind: 'timestamp' };

/** What is shown of a work whatever its privacy. */
export type PublicWork = Pick<
  WorkVersion,
  'workId' | 'version' | 'workType' | 'sourceLanguage' | 'creationDate' | 'privacy' | 'ownership'
>;

export interface Signed {
  readonly version: number;
  readonly keyId: string;
  readonly updatedAt: number;
  /** Number of its event in the public log, and whether a published checkpoint is over it. */
  readonly sequence: number;
  readonly isPublished: boolean;
  /** When a time-stamping authority saw the envelope; null: none has. */
  readonly stampedAt: number | null;
}

export interface Anchored {
  readonly at: number;
  /** How many have accepted it. */
  readonly calendars: number;
  /** The earliest that is known; checked when it is deep enough and its header was verified. */
  readonly block: { readonly height: number; readonly time: number; readonly isChecked: boolean } | null;
}

export interface ShownVersion {
  readonly number: number;
  readonly at: number;
  readonly status: 'active' | 'revoked' | 'superseded';
  readonly sha256: Uint8Array;
  readonly sequence: number;
  readonly isThis: boolean;
  /** Its own page; null when it has none. */
  readonly path: string | null;
}

export interface CertificateViewParts {
  readonly certificates: Pick<CertificateReader, 'find' | 'listVersions'>;
  readonly timestamps: Pick<TimestampReader, 'findByCertificateId'>;
  readonly tokens: Pick<TokenReader, 'find'>;
  readonly receipts: Pick<AnchorReader, 'findReceipt'>;
  readonly works: Pick<Works, 'find' | 'chain'>;
  readonly publicLog: Pick<PublicLog, 'head'>;
}

/** Null: there is none with this id, whatever its form, or it was erased. */
export async function findCertificateView(id: string, parts: CertificateViewParts): Promise<CertificateView | null> {
  if (isTimestampId(id)) return findTimestamp(id, parts);
  if (!isCertificateId(id)) return null;
  const isWork = !id.startsWith('cer_');
  // At once: where the one is, the other is.
  const [record, work] = await Promise.all([
    parts.certificates.find(id),
    isWork ? parts.works.find(id).catch(nullWhenUnknown) : null,
  ]);
  if (record === null || record.manifestJson === '') return null;
  if (!isWork) return viewCertificate(record, showRecording(record, parts), parts);
  return work && viewCertificate(record, showWork(work.version, parts), parts);
}

async function findTimestamp(
  id: string,
  { timestamps, receipts }: CertificateViewParts,
): Promise<CertificateView | null> {
  const found = await timestamps.findByCertificateId(id);
  if (found === null) return null;
  const { digest, createdAt, receiptId } = found.record;
  const anchored = describeAnchoring(await receipts.findReceipt(receiptId));
  return {
    id,
    state: anchored?.block?.isChecked ? 'valid' : 'pending',
    isSandbox: false,
    workSha256: digest,
    issuedAt: createdAt,
    revoked: null,
    subject: { kind: 'timestamp' },
    signed: null,
    anchored,
    versions: [],
  };
}

async function viewCertificate(
  record: CertificateRecord,
  reading: Promise<Shown>,
  parts: CertificateViewParts,
): Promise<CertificateView> {
  const { envelopeReceiptId, revokedAt } = record;
  const [shown, receipt, token, logSize] = await Promise.all([
    reading,
    envelopeReceiptId === null ? null : parts.receipts.findReceipt(envelopeReceiptId),
    parts.tokens.find(digestEnvelope(record)),
    // Before the first checkpoint there is none.
    parts.publicLog.head().then(
      ({ size }) => size,
      () => 0,
    ),
  ]);
  const anchored = describeAnchoring(receipt);
  return {
    id: record.id,
    state: record.status === 'revoked' ? 'revoked' : anchored?.block?.isChecked ? 'valid' : 'pending',
    isSandbox: record.isSandbox,
    workSha256: record.workSha256,
    issuedAt: record.issuedAt,
    revoked: revokedAt === null ? null : { at: revokedAt, reason: record.revocationReason ?? '' },
    ...shown,
    signed: {
      version: record.version,
      keyId: record.keyId,
      updatedAt: record.updatedAt,
      sequence: record.versionSequence,
      isPublished: logSize >= record.versionSequence,
      stampedAt: token?.time ?? null,
    },
    anchored,
  };
}

type Shown = Pick<CertificateView, 'subject' | 'versions'>;

function nullWhenUnknown(error: unknown): null {
  if (error instanceof WorkError) return null;
  throw error;
}

async function showRecording(record: CertificateRecord, { certificates }: CertificateViewParts): Promise<Shown> {
  const versions = record.version === 1 ? [] : await certificates.listVersions(record.id);
  return {
    subject: { kind: 'recording', claims: readTrackoriginClaims(JSON.parse(record.manifestJson)) },
    versions: versions.map(({ version, signedAt, sequence }) => ({
      number: version,
      at: signedAt,
      status: version === record.version ? record.status : 'superseded',
      sha256: record.workSha256,
      sequence,
      isThis: version === record.version,
      path: null,
    })),
  };
}

async function showWork(found: WorkVersion, { works }: CertificateViewParts): Promise<Shown> {
  const { title, author } = visibleFields(found);
  const { workId, version, workType, sourceLanguage, creationDate, privacy, ownership } = found;
  const chain = await works.chain(workId);
  return {
    subject: {
      kind: 'work',
      work: { workId, version, workType, sourceLanguage, creationDate, privacy, ownership },
      title: title?.value ?? null,
      author: author && `${author.value.first_name} ${author.value.last_name}`.trim(),
      hasAuthor: found.author !== null,
    },
    versions: chain.map(({ version, certificate }) => ({
      number: version.version,
      at: version.issuedAt,
      status: certificate.status,
      sha256: version.hash,
      sequence: certificate.issuedSequence,
      isThis: version.certId === found.certId,
      path: `/cert/${version.certId}`,
    })),
  };
}

function describeAnchoring(stored: StoredReceipt | null): Anchored | null {
  if (stored === null) return null;
  const { receipt, round, submissions } = stored;
  const blocks = submissions.flatMap(({ block, state }) =>
    block === null ? [] : [{ height: block.height, time: block.time * 1000, isChecked: state === 'confirmed' }],
  );
  const checked = blocks.filter(({ isChecked }) => isChecked && round.status === 'pinned');
  const candidates = checked.length > 0 ? checked : blocks.map((block) => ({ ...block, isChecked: false }));
  const [block] = candidates.toSorted((one, other) => one.height - other.height);
  const accepted = new Set(submissions.flatMap(({ state, calendar }) => (state === 'failed' ? [] : [calendar])));
  return { at: receipt.createdAt, calendars: accepted.size, block: block ?? null };
}
