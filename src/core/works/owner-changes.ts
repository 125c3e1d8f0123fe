import type { Clock } from '../../base/clock.ts';
import type { CertificateRecord } from '../certificate/certificate.ts';
import type { Issuer } from '../certificate/issuer.ts';
import type { PublicLog } from '../log/public-log.ts';
import { FieldsError } from '../registry/error.ts';
import type { Store, Writers } from '../store.ts';
import type { Certified } from './certifier.ts';
import { WorkError } from './error.ts';
import { describeEntry } from './registry-entry.ts';
import { isAsPrivate, isListed, type PrivacyLevel, type WorkVersion } from './work.ts';

/** What an owner may take back. Null and false: stays as it is. */
export interface Restriction {
  /** Only towards more privacy: what was public was seen, and what was promised to be hidden stays hidden. */
  readonly privacy: PrivacyLevel | null;
  /** For good. The certificates stay valid; nobody can be shown any more whom they name. */
  readonly eraseAuthor: boolean;
}

/** What owners do with their certificates afterwards. Somebody else's are as unknown as what nobody has. */
export interface OwnerChanges {
  /**
   * Revoked already: nothing changes. The work's hash is then only its owner's to certify again.
   * Errors: `certificate-unknown`, PublicLogError.
   */
  revoke(ownerId: string, certId: string): Promise<Certified>;
  /** Of the whole work: all its versions are shown alike. Errors: `certificate-unknown`, FieldsError. */
  restrict(ownerId: string, certId: string, restriction: Restriction): Promise<Certified>;
}

export function createOwnerChanges(parts: {
  readonly store: Store;
  readonly issuer: Issuer;
  readonly publicLog: Pick<PublicLog, 'awaitPublished'>;
  readonly clock: Clock;
}): OwnerChanges {
  const { store, issuer, publicLog, clock } = parts;

  /** Locks the work of a certificate and runs `change` on all its versions as they are then. */
  async function changeWork(
    ownerId: string,
    certId: string,
    change: (writers: Writers, version: WorkVersion, versions: readonly WorkVersion[]) => Promise<Certified>,
  ): Promise<Certified> {
    const found = await store.work.find(certId);
    if (found?.ownerId !== ownerId) throw unknown();
    return store.transact(async (writers) => {
      await writers.work.lock([found.workId]);
      const versions = await writers.work.listVersions(found.workId);
      return change(writers, versions.find((version) => version.certId === certId)!, versions);
    });
  }

  return {
    async revoke(ownerId, certId) {
      const revoked = await changeWork(ownerId, certId, async (writers, version) => {
        const certificate = (await writers.certificate.lock(certId))!;
        if (certificate.status === 'revoked') return { version, certificate };
        await writers.work.release(version.hash);
        await unlist(writers, [version]);
        // Whoever has the certificate finds its issue and this by one commitment.
        const isPrivate = version.privacy === 'private';
        const after = await issuer.revoke(writers, { ...certificate, isPrivate }, 'owner_request', clock.now());
        return { version: { ...version, listedAs: null }, certificate: after };
      });
      await publicLog.awaitPublished(revoked.certificate.sequence);
      return revoked;
    },

    async restrict(ownerId, certId, { privacy, eraseAuthor }) {
      return changeWork(ownerId, certId, async (writers, version, versions) => {
        const next = privacy ?? version.privacy;
        if (!isAsPrivate(next, version.privacy)) {
          const message = `is ${version.privacy} already, and can only be made more private`;
          throw new FieldsError([{ field: 'privacy_level', message }]);
        }
        if (!isListed(next)) await unlist(writers, versions);
        else if (next !== 'public' || eraseAuthor) await unindex(writers, versions);
        if (next !== version.privacy) await writers.work.savePrivacy(version.workId, next);
        if (eraseAuthor) await writers.work.eraseAuthors(version.workId);
        const changed = (await writers.work.listVersions(version.workId)).find((one) => one.certId === certId)!;
        return { version: changed, certificate: await findCertificate(writers, certId) };
      });
    },
  };
}

async function unlist({ work }: Writers, versions: readonly WorkVersion[]): Promise<void> {
  const listed = versions.filter(({ listedAs }) => listedAs !== null);
  if (listed.length > 0) await work.unlist(listed.map(describeEntry));
}

async function unindex({ work }: Writers, versions: readonly WorkVersion[]): Promise<void> {
  const indexed = versions.map(describeEntry).filter(({ terms }) => terms.length > 0);
  if (indexed.length > 0) await work.unindex(indexed);
}

async function findCertificate({ certificate }: Writers, certId: string): Promise<CertificateRecord> {
  const found = await certificate.lock(certId);
  if (found === null) throw unknown();
  return found;
}

function unknown(): WorkError {
  return new WorkError('certificate-unknown', 'the caller has no such certificate');
}
