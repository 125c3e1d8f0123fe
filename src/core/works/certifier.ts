import { compareBytes } from '../../base/bytes.ts';
import type { Clock, RandomBytes } from '../../base/clock.ts';
import { encodeHex } from '../../base/hex.ts';
import { encodeUlid } from '../../base/ulid.ts';
import { formatUuidV7 } from '../../base/uuid.ts';
import { FIELD_SALT_BYTES } from '../../proof/certificate/disclosure.ts';
import { GroupCommit, GroupCommitError } from '../batch/group-commit.ts';
import type { CertificateRecord } from '../certificate/certificate.ts';
import type { Issuer, SignedDraft } from '../certificate/issuer.ts';
import type { PublicLog } from '../log/public-log.ts';
import { FieldsError } from '../registry/error.ts';
import type { Store, Writers } from '../store.ts';
import type { WebhookEvent } from '../webhook/event.ts';
import { WorkError } from './error.ts';
import { makeWorkManifest } from './manifest.ts';
import { describeEntry } from './registry-entry.ts';
import type { LockedWork } from './store.ts';
import { isListed, PLACES_PER_MS, type Registration, type WorkVersion } from './work.ts';

/** A chain is answered whole. */
export const VERSIONS_MAX = 1000;

/** A group of this size is hashed, signed and written in a fraction of a second. */
const GROUP_LIMITS = { maxGroup: 256, maxInFlight: 2, maxWaiting: 10_000 };

const ID_RANDOM_BYTES = 10;

/** A certificate as it was committed. */
export interface Certified {
  readonly version: WorkVersion;
  readonly certificate: CertificateRecord;
}

export interface Certifier {
  /**
   * A certificate of a new work, or of the next version of one's own. What is answered is durable and covered by a
   * published checkpoint. Errors: WorkError, FieldsError, PublicLogError `not-published` (the certificate is there all
   * the same).
   */
  certify(ownerId: string, registration: Registration): Promise<Certified>;
  /** Refuses what comes from now on, and resolves when what was accepted has been answered. */
  close(): Promise<void>;
}

/** Of a new work the version is known, and signed, before its transaction; of another one not before its work is locked. */
interface Attempt {
  readonly registration: Registration;
  readonly draft: WorkVersion;
  readonly signed: SignedDraft | null;
}

type Outcome = { readonly certified: Certified } | { readonly refusal: Error };

/** What passed the checks. */
interface Accepted {
  readonly attempt: Attempt;
  readonly version: WorkVersion;
  readonly previousCertId: string | null;
}

/**
 * Requests that arrive together share a transaction, and so a lock of the log's end and its synchronous commit. One that
 * is refused costs the others nothing: checks that can fail come before anything is written, and answer instead of
 * throwing.
 */
export function createCertifier(parts: {
  readonly store: Store;
  readonly issuer: Issuer;
  readonly publicLog: Pick<PublicLog, 'awaitPublished'>;
  readonly clock: Clock;
  readonly random: RandomBytes;
}): Certifier {
  const { store, issuer, publicLog, clock, random } = parts;
  const group = new GroupCommit<Attempt, Outcome>(
    (attempts) => store.transact((writers) => commit(writers, attempts)),
    GROUP_LIMITS,
  );

  function prepare(ownerId: string, registration: Registration): Attempt {
    const issuedAt = clock.now();
    const { title, author, workId, ...declared } = registration;
    const draft: WorkVersion = {
      ...declared,
      certId: formatUuidV7(issuedAt, random(ID_RANDOM_BYTES)),
      workId: workId ?? formatUuidV7(issuedAt, random(ID_RANDOM_BYTES)),
      version: 1,
      ownerId,
      title: { value: title, salt: random(FIELD_SALT_BYTES) },
      author: {
        value: { first_name: author.firstName, last_name: author.lastName, country: author.country },
        salt: random(FIELD_SALT_BYTES),
      },
      issuedAt,
      listedAs: null,
    };
    return { registration, draft, signed: workId === null ? sign(draft, null) : null };
  }

  function sign(version: WorkVersion, previousCertId: string | null): SignedDraft {
    return issuer.sign({
      id: version.certId,
      registry: 'origimark',
      isSandbox: false,
      accountId: version.ownerId,
      workSha256: version.hash,
      manifest: makeWorkManifest(version, previousCertId),
      issuedAt: version.issuedAt,
      isPrivate: version.privacy === 'private',
    });
  }

  async function commit(writers: Writers, attempts: readonly Attempt[]): Promise<readonly Outcome[]> {
    const refusals = new Map<Attempt, Error>();
    const works = await lockWorks(writers, attempts);
    for (const attempt of attempts) {
      const refusal = judge(attempt, works);
      if (refusal !== null) refusals.set(attempt, refusal);
    }
    const granted = await claimHashes(
      writers,
      attempts.filter((attempt) => !refusals.has(attempt)),
    );
    const accepted: Accepted[] = [];
    for (const attempt of attempts) {
      if (refusals.has(attempt)) continue;
      if (granted.has(attempt.draft.certId)) accepted.push(numberVersion(attempt, works));
      else refusals.set(attempt, new WorkError('already-certified', 'the registry has a certificate of this hash'));
    }
    const certified = await write(writers, accepted);
    return attempts.map((attempt) => {
      const refusal = refusals.get(attempt);
      return refusal === undefined ? { certified: certified.get(attempt)! } : { refusal };
    });
  }

  async function write(writers: Writers, accepted: readonly Accepted[]): Promise<ReadonlyMap<Attempt, Certified>> {
    if (accepted.length === 0) return new Map();
    const drafts = accepted.map(
      ({ attempt, version, previousCertId }) => attempt.signed ?? sign(version, previousCertId),
    );
    const now = clock.now();
    const listed = accepted.filter(({ version }) => isListed(version.privacy));
    const places = await writers.work.takePlaces(listed.length, now * PLACES_PER_MS);
    const placeOf = new Map(listed.map(({ attempt }, i) => [attempt, places[i]!]));
    const versions = accepted.map(({ attempt, version }) => ({ ...version, listedAs: placeOf.get(attempt) ?? null }));
    await writers.work.insert(versions.map(describeEntry));
    await writers.webhookEvent.publish(versions.map((version) => describeEvent(version, now)));
    const records = await issuer.issue(writers, drafts);
    return new Map(accepted.map(({ attempt }, i) => [attempt, { version: versions[i]!, certificate: records[i]! }]));
  }

  function describeEvent(version: WorkVersion, createdAt: number): WebhookEvent {
    return {
      id: `evt_${encodeUlid(createdAt, random(ID_RANDOM_BYTES))}`,
      contract: 'origimark',
      type: version.version === 1 ? 'cert.created' : 'version.added',
      isSandbox: false,
      accountId: version.ownerId,
      createdAt,
      data: describeForOwner(version),
    };
  }

  return {
    async certify(ownerId, registration) {
      const [outcome] = await group.add([prepare(ownerId, registration)]).catch(translate);
      if ('refusal' in outcome!) throw outcome.refusal;
      const { certified } = outcome!;
      await publicLog.awaitPublished(certified.certificate.issuedSequence);
      return certified;
    },
    close: () => group.close(),
  };
}

/** `data` of the events about a certificate. No name and no title: receivers may be anybody's machines. */
export function describeForOwner({ certId, workId, version, hash, privacy }: WorkVersion) {
  return { cert_id: certId, work_id: workId, version, hash: encodeHex(hash), privacy_level: privacy };
}

async function lockWorks({ work }: Writers, attempts: readonly Attempt[]): Promise<Map<string, LockedWork>> {
  const ids = new Set(attempts.flatMap(({ registration: { workId } }) => (workId === null ? [] : [workId])));
  if (ids.size === 0) return new Map();
  return new Map((await work.lock([...ids].sort())).map((locked) => [locked.id, locked]));
}

/** Why a version cannot be added, whatever its hash; null for a new work. */
function judge({ registration, draft }: Attempt, works: ReadonlyMap<string, LockedWork>): Error | null {
  if (registration.workId === null) return null;
  const work = works.get(registration.workId);
  // Somebody else's is told from what nobody has by nothing.
  if (work === undefined || work.ownerId !== draft.ownerId) {
    return new WorkError('work-unknown', 'the caller has no such work');
  }
  if (registration.privacy !== work.privacy) {
    // Its versions are shown together: one that names the author would name it for all of them.
    return new FieldsError([{ field: 'privacy_level', message: `must be ${work.privacy}, as of the work` }]);
  }
  return work.lastVersion < VERSIONS_MAX
    ? null
    : new FieldsError([{ field: 'work_id', message: `has ${VERSIONS_MAX} versions already, which is the most` }]);
}

/** The certificates whose hash is theirs now. Of several with the same hash, the first asks. */
async function claimHashes({ work }: Writers, attempts: readonly Attempt[]): Promise<ReadonlySet<string>> {
  const first = new Map<string, Attempt>();
  for (const attempt of attempts) {
    const key = encodeHex(attempt.draft.hash);
    if (!first.has(key)) first.set(key, attempt);
  }
  if (first.size === 0) return new Set();
  // In one order, so that groups of two nodes never wait for each other.
  return work.claim([...first.values()].map(({ draft }) => draft).toSorted((a, b) => compareBytes(a.hash, b.hash)));
}

/** Gives a version its number, and its work the next one. */
function numberVersion(attempt: Attempt, works: Map<string, LockedWork>): Accepted {
  const { registration, draft } = attempt;
  const work = registration.workId === null ? undefined : works.get(registration.workId)!;
  if (work === undefined) return { attempt, version: draft, previousCertId: null };
  const version = work.lastVersion + 1;
  works.set(work.id, { ...work, lastVersion: version, lastCertId: draft.certId });
  return { attempt, version: { ...draft, version }, previousCertId: work.lastCertId };
}

function translate(error: unknown): never {
  if (!(error instanceof GroupCommitError)) throw error;
  const code = error.code === 'closed' ? 'registry-closing' : 'registry-overloaded';
  throw new WorkError(code, error.message, { cause: error });
}
