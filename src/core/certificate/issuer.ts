import { equalBytes } from '../../base/bytes.ts';
import { formatCanonical, type JsonValue } from '../../base/canonical-json.ts';
import type { RandomBytes } from '../../base/clock.ts';
import { commitToEnvelope, digestEnvelope, SALT_BYTES } from '../../proof/certificate/envelope.ts';
import { type ManifestHead, readManifestHead } from '../../proof/certificate/manifest.ts';
import type { LogEvent, LogEventType } from '../log/event.ts';
import type { Writers } from '../store.ts';
import type { CertificateRecord, Registry } from './certificate.ts';
import type { Signer } from './signer.ts';

/** A certificate that is about to be signed. */
export interface CertificateDraft {
  readonly id: string;
  readonly registry: Registry;
  readonly isSandbox: boolean;
  readonly accountId: string | null;
  /** 32 bytes. */
  readonly workSha256: Uint8Array;
  /** What is signed, in the form of docs/formats/certificate.md. */
  readonly manifest: { readonly [name: string]: JsonValue };
  /** When this version is signed, epoch ms: `issued_at` of version 1, `updated_at` of a later one. */
  readonly issuedAt: number;
  /** Nobody is to find it in the public log, which then does not have its id; left out: no. origimark only. */
  readonly isPrivate?: boolean;
}

/** A draft with signature and salt, which costs no transaction. */
export interface SignedDraft extends CertificateDraft {
  readonly version: number;
  readonly manifestJson: string;
  readonly keyId: string;
  readonly signature: Uint8Array;
  readonly salt: Uint8Array;
  readonly commitment: Uint8Array;
}

/** What changes certificates in a transaction; each change is an event of the public log in the same one. */
export interface Issuer {
  /** Errors: CertificateError `bad-manifest`, CanonicalJsonError. A draft that says other than its manifest is a defect. */
  sign(draft: CertificateDraft): SignedDraft;
  /** Writes new certificates. Called last in a transaction, since it locks the end of the log. */
  issue(writers: Writers, drafts: readonly SignedDraft[]): Promise<readonly CertificateRecord[]>;
  /** Puts a newly signed manifest in the place of the one that `lock` gave. */
  revise(writers: Writers, current: CertificateRecord, draft: SignedDraft): Promise<CertificateRecord>;
  /** `current` is what `lock` gave; it must be active. `reason` is a code, `isPrivate` as of drafts. */
  revoke(
    writers: Writers,
    current: CertificateRecord & Pick<CertificateDraft, 'isPrivate'>,
    reason: string,
    at: number,
  ): Promise<CertificateRecord>;
}

const encoder = new TextEncoder();

export function createIssuer(parts: { readonly signer: Signer; readonly random: RandomBytes }): Issuer {
  const { signer, random } = parts;

  return {
    sign(draft) {
      const { version } = requireAgreement(draft);
      const manifestJson = formatCanonical(draft.manifest);
      const { keyId } = signer;
      const signature = signer.sign(encoder.encode(manifestJson));
      const salt = random(SALT_BYTES);
      const commitment = commitToEnvelope(salt, digestEnvelope({ manifestJson, keyId, signature }));
      return { ...draft, version, manifestJson, keyId, signature, salt, commitment };
    },

    async issue({ certificate, log }, drafts) {
      const later = drafts.find(({ version }) => version !== 1);
      if (later !== undefined) throw new TypeError(`version ${later.version} of ${later.id} cannot be issued`);
      const events = drafts.map((draft) => describe('certificate.issued', draft, draft.issuedAt));
      const sequences = await log.append(events);
      const records = drafts.map((draft, i) => recordOf(draft, sequences[i]!));
      await certificate.insert(records);
      return records;
    },

    async revise({ certificate, log }, current, draft) {
      const { version, issuedAt: at } = draft;
      const { issuedAt } = readManifestHead(draft.manifest);
      if (draft.id !== current.id || version !== current.version + 1 || issuedAt !== current.issuedAt) {
        throw new TypeError(`the manifest of version ${version} of ${draft.id} does not follow the current one`);
      }
      requireActive(current);
      const [sequence] = await log.append([describe('certificate.updated', draft, at)]);
      const record = {
        ...recordOf(draft, sequence!),
        accountId: current.accountId,
        issuedAt: current.issuedAt,
        issuedSequence: current.issuedSequence,
        workReceiptId: equalBytes(current.workSha256, draft.workSha256) ? current.workReceiptId : null,
      };
      await certificate.saveVersion(record);
      return record;
    },

    async revoke({ certificate, log }, { isPrivate = false, ...current }, reason, at) {
      requireActive(current);
      const event = describe('certificate.revoked', { ...current, isPrivate }, at);
      const [sequence] = await log.append([{ ...event, reason }]);
      const change = { status: 'revoked', revokedAt: at, revocationReason: reason, sequence: sequence! } as const;
      await certificate.saveStatus(current.id, change);
      return { ...current, ...change };
    },
  };
}

function requireActive({ id, status }: CertificateRecord): void {
  if (status !== 'active') throw new TypeError(`${id} is revoked already`);
}

function requireAgreement({ id, registry, isSandbox, workSha256, manifest, issuedAt }: CertificateDraft): ManifestHead {
  const head = readManifestHead(manifest);
  const agrees =
    head.certificateId === id &&
    head.registry === registry &&
    head.isSandbox === isSandbox &&
    (head.updatedAt ?? head.issuedAt) === issuedAt &&
    equalBytes(head.workSha256, workSha256);
  if (!agrees) throw new TypeError(`the manifest of ${id} is not that of its draft`);
  return head;
}

function describe(
  type: LogEventType,
  about: Pick<SignedDraft, 'id' | 'registry' | 'version' | 'isSandbox' | 'commitment' | 'isPrivate'>,
  at: number,
): LogEvent {
  const { id, registry, version, isSandbox, commitment, isPrivate = false } = about;
  const certificateId = isPrivate ? null : id;
  return { type, registry, certificateId, version, isSandbox, at, commitment, reason: null };
}

/** As it is when it has just been issued. */
function recordOf(draft: SignedDraft, sequence: number): CertificateRecord {
  return {
    id: draft.id,
    registry: draft.registry,
    isSandbox: draft.isSandbox,
    version: draft.version,
    status: 'active',
    accountId: draft.accountId,
    workSha256: draft.workSha256,
    manifestJson: draft.manifestJson,
    keyId: draft.keyId,
    signature: draft.signature,
    salt: draft.salt,
    commitment: draft.commitment,
    issuedAt: draft.issuedAt,
    updatedAt: draft.issuedAt,
    revokedAt: null,
    revocationReason: null,
    issuedSequence: sequence,
    sequence,
    versionSequence: sequence,
    envelopeReceiptId: null,
    workReceiptId: null,
  };
}
