import type { Clock, RandomBytes } from '../../base/clock.ts';
import { encodeUlid } from '../../base/ulid.ts';
import type { CertificateRecord } from '../certificate/certificate.ts';
import type { Issuer } from '../certificate/issuer.ts';
import type { PublicLog } from '../log/public-log.ts';
import type { Store, Writers } from '../store.ts';
import type { ActionState, ActionType } from './action.ts';
import type { TrackCertificate } from './certificate.ts';
import { FieldsError, RegistryError } from './error.ts';
import { composeEvent } from './events.ts';
import { type Correction, composeNextManifest, correctClaims, readClaims } from './manifest.ts';
import { searchKey } from './text.ts';

const ULID_RANDOM_BYTES = 10;

/** By whom, and why. */
export interface ChangeOrder {
  readonly certificateId: string;
  readonly operatorId: string;
  /** In the operator's words; for the audit log. */
  readonly reason: string;
}

/** A certificate as the registry and as the signer know it. */
export interface CertificateView {
  readonly certificate: TrackCertificate;
  readonly record: CertificateRecord;
}

/** What may happen to an issued certificate. Each change is an event of the log, published before the answer. */
export interface CertificateChanges {
  /** Errors: RegistryError `certificate-unknown`. */
  view(id: string): Promise<CertificateView>;
  /**
   * The next version under the same id. Errors: RegistryError `certificate-unknown`, `certificate-revoked`,
   * `certificate-changed`; PublicLogError `not-published`, when the change is kept.
   */
  correct(order: ChangeOrder, correction: Correction): Promise<CertificateView>;
  /**
   * @param code One of `REVOCATION_REASONS`.
   * @param from From when on the certificate is not to be relied on; null: from now on.
   * Errors: as of `correct`; FieldsError when `from` is before the issue or to come.
   */
  revoke(order: ChangeOrder, code: string, from: number | null): Promise<CertificateView>;
  /** Errors: RegistryError `certificate-unknown`. */
  setRisk(order: ChangeOrder, isHighRisk: boolean): Promise<CertificateView>;
}

export function createCertificateChanges(parts: {
  readonly store: Store;
  readonly issuer: Issuer;
  readonly publicLog: Pick<PublicLog, 'awaitPublished'>;
  /** Resolves when this process shows nothing any more that a committed change has made wrong. */
  readonly refresh: () => Promise<void>;
  readonly clock: Clock;
  readonly random: RandomBytes;
}): CertificateChanges {
  const { store, issuer, publicLog, refresh, clock, random } = parts;
  const newUlid = (now: number) => encodeUlid(now, random(ULID_RANDOM_BYTES));

  async function view(id: string): Promise<CertificateView> {
    const [certificate, record] = await Promise.all([store.registry.findCertificate(id), store.certificate.find(id)]);
    if (certificate === null || record === null) throw unknownCertificate();
    return { certificate, record };
  }

  function logAction(
    { registry }: Pick<Writers, 'registry'>,
    { operatorId, certificateId, reason }: ChangeOrder,
    at: number,
    change: { readonly type: ActionType; readonly before: ActionState; readonly after: ActionState },
  ): Promise<void> {
    return registry.insertAction({
      id: `act_${newUlid(at)}`,
      at,
      operatorId,
      subject: certificateId,
      reason,
      ...change,
    });
  }

  async function announce(
    { webhookEvent }: Pick<Writers, 'webhookEvent'>,
    ...[event, ...about]: Parameters<typeof composeEvent>
  ): Promise<void> {
    const made = composeEvent(event, ...about);
    if (made !== null) await webhookEvent.publish([made]);
  }

  /** Also when no checkpoint comes in time: the change is committed. */
  async function show(sequence: number): Promise<void> {
    await refresh();
    await publicLog.awaitPublished(sequence);
  }

  async function correct(order: ChangeOrder, correction: Correction): Promise<CertificateView> {
    const { record } = await view(order.certificateId);
    requireActive(record);
    const now = clock.now();
    const before = readClaims(record);
    const claims = correctClaims(before, correction);
    const version = record.version + 1;
    const manifest = composeNextManifest(record, claims, now);
    const { id, registry, isSandbox, accountId, workSha256 } = record;
    const draft = issuer.sign({ id, registry, isSandbox, accountId, workSha256, manifest, issuedAt: now });
    const sequence = await store.transact(async (writers) => {
      const certificate = await lock(writers, id);
      const { title } = claims.track;
      await writers.registry.saveCertificate({ ...certificate, title, titleKey: searchKey(title) });
      if (correction.displayName !== null) {
        await writers.registry.renameArtist(certificate.artistId, correction.displayName);
      }
      await logAction(writers, order, now, {
        type: 'certificate.updated',
        before: { version: record.version, title: before.track.title, display_name: before.artist.displayName },
        after: { version, title, display_name: claims.artist.displayName },
      });
      const event = { id: `evt_${newUlid(now)}`, type: 'cert.updated', at: now } as const;
      await announce(writers, event, record, claims, { version, updated_at: new Date(now).toISOString() });
      const current = await writers.certificate.lock(id);
      if (current === null) throw unknownCertificate();
      requireActive(current);
      if (current.version !== record.version) {
        throw new RegistryError('certificate-changed', 'another version came in between');
      }
      return (await issuer.revise(writers, current, draft)).sequence;
    });
    await show(sequence);
    return view(id);
  }

  async function revoke(order: ChangeOrder, code: string, from: number | null): Promise<CertificateView> {
    const { certificateId: id } = order;
    const now = clock.now();
    const sequence = await store.transact(async (writers) => {
      const certificate = await lock(writers, id);
      if (!certificate.isActive) throw new RegistryError('certificate-revoked', 'the certificate is revoked');
      const revokedFrom = from ?? now;
      if (revokedFrom > now || revokedFrom < certificate.issuedAt) {
        throw new FieldsError([{ field: 'effective_at', message: 'must be between the issue and now' }]);
      }
      await writers.registry.saveCertificate({ ...certificate, isActive: false, revokedFrom });
      const effectiveAt = new Date(revokedFrom).toISOString();
      await logAction(writers, order, now, {
        type: 'certificate.revoked',
        before: { status: 'active' },
        after: { status: 'revoked', code, effective_at: effectiveAt },
      });
      const current = await writers.certificate.lock(id);
      if (current === null) throw unknownCertificate();
      requireActive(current);
      const event = { id: `evt_${newUlid(now)}`, type: 'cert.revoked', at: now } as const;
      const more = { revoked_at: new Date(now).toISOString(), reason: code, effective_at: effectiveAt };
      await announce(writers, event, current, readClaims(current), more);
      return (await issuer.revoke(writers, current, code, now)).sequence;
    });
    await show(sequence);
    return view(id);
  }

  return {
    view,
    correct,
    revoke,
    async setRisk(order, isHighRisk) {
      await store.transact(async (writers) => {
        const certificate = await lock(writers, order.certificateId);
        await writers.registry.saveCertificate({ ...certificate, isHighRisk });
        await logAction(writers, order, clock.now(), {
          type: 'certificate.risk-changed',
          before: { high_risk: certificate.isHighRisk },
          after: { high_risk: isHighRisk },
        });
        await writers.certificate.lock(order.certificateId);
        await writers.certificate.touch(order.certificateId);
      });
      return view(order.certificateId);
    },
  };
}

async function lock({ registry }: Pick<Writers, 'registry'>, id: string): Promise<TrackCertificate> {
  const certificate = await registry.lockCertificate(id);
  if (certificate === null) throw unknownCertificate();
  return certificate;
}

function requireActive({ status }: CertificateRecord): void {
  if (status !== 'active') throw new RegistryError('certificate-revoked', 'the certificate is revoked');
}

function unknownCertificate(): RegistryError {
  return new RegistryError('certificate-unknown', 'no such certificate');
}
