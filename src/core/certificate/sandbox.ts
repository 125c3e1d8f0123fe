import type { Clock, RandomBytes } from '../../base/clock.ts';
import { encodeUlid } from '../../base/ulid.ts';
import { makeTrackoriginManifest, TRACKORIGIN_STANDARD } from '../../proof/certificate/trackorigin-manifest.ts';
import type { PublicLog } from '../log/public-log.ts';
import { composeEvent } from '../registry/events.ts';
import { readClaims } from '../registry/manifest.ts';
import type { Store, Writers } from '../store.ts';
import type { CertificateRecord, CertificateStatus } from './certificate.ts';
import { CertificateServiceError } from './error.ts';
import type { Issuer, SignedDraft } from './issuer.ts';
import type { RevocationReason } from './revocation.ts';

const ULID_RANDOM_BYTES = 10;
const REASON: RevocationReason = 'sandbox';

type Announced = Pick<CertificateRecord, 'id' | 'issuedAt' | 'isSandbox' | 'accountId' | 'manifestJson'>;

/** A certificate that somebody wants for trying things out. */
export interface SandboxRequest {
  readonly accountId: string;
  readonly title: string;
  readonly artist: string;
  /** 32 bytes. */
  readonly sha256: Uint8Array;
  /** Raw Chromaprint items. */
  readonly fingerprint: Uint8Array | null;
  readonly fingerprint2: Uint8Array | null;
  readonly durationMs: number | null;
  readonly status: CertificateStatus;
}

/** Certificates of the sandbox, made by whoever has a secret test key. They are signed and logged like live ones. */
export interface SandboxCertificates {
  create(request: SandboxRequest): Promise<CertificateRecord>;
  /** Again is the same as once. Errors: `certificate-unknown`, also for another account's. */
  revoke(accountId: string, id: string): Promise<CertificateRecord>;
}

export function createSandboxCertificates(parts: {
  readonly store: Store;
  readonly issuer: Issuer;
  readonly publicLog: Pick<PublicLog, 'awaitPublished'>;
  readonly clock: Clock;
  readonly random: RandomBytes;
}): SandboxCertificates {
  const { store, issuer, publicLog, clock, random } = parts;

  function draftOf(request: SandboxRequest, now: number): SignedDraft {
    const { accountId, title, artist, sha256, durationMs } = request;
    const newUlid = () => encodeUlid(now, random(ULID_RANDOM_BYTES));
    const id = `cer_test_${newUlid()}`;
    const manifest = makeTrackoriginManifest(
      { id, version: 1, issuedAt: now, updatedAt: null },
      {
        standard: TRACKORIGIN_STANDARD,
        verdict: 'verified',
        master: { sha256, durationMs },
        artist: { id: `art_test_${newUlid()}`, handle: makeHandle(artist), displayName: artist },
        track: { id: `trk_test_${newUlid()}`, title },
        declarations: {},
      },
    );
    return issuer.sign({
      ...{ id, registry: 'trackorigin', isSandbox: true, accountId, workSha256: sha256 },
      ...{ manifest, issuedAt: now },
    });
  }

  async function write(writers: Writers, draft: SignedDraft, request: SandboxRequest): Promise<CertificateRecord> {
    const { fingerprint, fingerprint2, durationMs, status } = request;
    if (fingerprint !== null) {
      await writers.certificate.saveFingerprint({ certificateId: draft.id, fingerprint, fingerprint2, durationMs });
    }
    const types = status === 'active' ? (['cert.issued'] as const) : (['cert.issued', 'cert.revoked'] as const);
    await announce(writers, draft, types, draft.issuedAt);
    const [record] = await issuer.issue(writers, [draft]);
    return status === 'active' ? record! : issuer.revoke(writers, record!, REASON, draft.issuedAt);
  }

  async function announce(
    { webhookEvent }: Pick<Writers, 'webhookEvent'>,
    certificate: Announced,
    types: readonly ('cert.issued' | 'cert.revoked')[],
    at: number,
  ): Promise<void> {
    const claims = readClaims(certificate);
    const time = new Date(at).toISOString();
    const revocation = { revoked_at: time, reason: REASON, effective_at: time };
    // Of one time, they are told in the order of their ids.
    const ids = types.map(() => `evt_${encodeUlid(at, random(ULID_RANDOM_BYTES))}`).sort();
    const events = types.map((type, i) => {
      const more = type === 'cert.revoked' ? revocation : {};
      return composeEvent({ id: ids[i]!, type, at }, certificate, claims, more);
    });
    await webhookEvent.publish(events.filter((event) => event !== null));
  }

  return {
    async create(request) {
      const draft = draftOf(request, clock.now());
      const record = await store.transact((writers) => write(writers, draft, request));
      await publicLog.awaitPublished(record.sequence);
      return record;
    },

    async revoke(accountId, id) {
      const record = await store.transact(async (writers) => {
        const current = await writers.certificate.lock(id);
        if (current === null || !current.isSandbox || current.accountId !== accountId) {
          throw new CertificateServiceError('certificate-unknown', 'the account has no such test certificate');
        }
        if (current.status === 'revoked') return current;
        const now = clock.now();
        await announce(writers, current, ['cert.revoked'], now);
        return issuer.revoke(writers, current, REASON, now);
      });
      await publicLog.awaitPublished(record.sequence);
      return record;
    },
  };
}

/** Something that looks like the handle of that artist, and is nobody's. */
function makeHandle(displayName: string): string {
  const plain = displayName
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '');
  return plain.slice(0, 30) || 'artist';
}
