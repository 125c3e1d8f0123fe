import { equalBytes } from '../../base/bytes.ts';
import type { Clock, RandomBytes } from '../../base/clock.ts';
import { encodeHex } from '../../base/hex.ts';
import { encodeUlid } from '../../base/ulid.ts';
import { makeTrackoriginManifest, type TrackoriginClaims } from '../../proof/certificate/trackorigin-manifest.ts';
import { unpackItems } from '../audio/items.ts';
import type { AudioSearch, Leads } from '../audio/search.ts';
import type { Realm } from '../audio/store.ts';
import type { Issuer, SignedDraft } from '../certificate/issuer.ts';
import type { PublicLog } from '../log/public-log.ts';
import type { Store, Writers } from '../store.ts';
import type { TrackCertificate } from './certificate.ts';
import { RegistryError } from './error.ts';
import { composeEvent } from './events.ts';
import { composeClaims } from './manifest.ts';
import type { Decision, Submission, Verdict } from './submission.ts';
import { searchKey } from './text.ts';

const ULID_RANDOM_BYTES = 10;
/** Of one work: enough to see that something is odd. */
const SAME_WORK_MAX = 100;

export interface DecisionRequest {
  readonly submissionId: string;
  readonly operatorId: string;
  readonly verdict: Verdict;
  readonly reason: string;
  readonly isHighRisk: boolean;
  /** Issue even though an active certificate has the digest, as its master or a rendition. */
  readonly allowsDuplicate: boolean;
}

/** A submission and what a reviewer should know besides. */
export interface ReviewView {
  readonly submission: Submission;
  /** Others of the same master. */
  readonly otherSubmissions: readonly Submission[];
  /** Of its digest as well: revoked ones too, and the active ones that it is a registered rendition of. */
  readonly certificates: readonly TrackCertificate[];
  /** Active certificates that its audio may be of, whatever the digest. */
  readonly similarAudio: Leads;
}

export interface ReviewService {
  /** Errors: RegistryError `submission-unknown`. */
  view(submissionId: string): Promise<ReviewView>;
  /**
   * What is decided is decided once: of two operators one is told `already-decided`. When the certificate is issued,
   * its event is in the log and the receivers' outbox with the same commit, and the published log covers it before
   * this resolves.
   * Errors: RegistryError `submission-unknown`, `already-decided`, `artist-gone`, `work-certified`; PublicLogError
   * `not-published`, when the decision is kept.
   */
  decide(request: DecisionRequest): Promise<Submission>;
}

/** A certificate that is signed, and nowhere yet. */
interface Prepared {
  readonly draft: SignedDraft;
  readonly claims: TrackoriginClaims;
}

export function createReviewService(parts: {
  readonly store: Store;
  readonly issuer: Issuer;
  readonly search: AudioSearch;
  readonly publicLog: Pick<PublicLog, 'awaitPublished'>;
  readonly clock: Clock;
  readonly random: RandomBytes;
}): ReviewService {
  const { store, issuer, search, publicLog, clock, random } = parts;
  const newUlid = (now: number) => encodeUlid(now, random(ULID_RANDOM_BYTES));

  async function findSubmission(id: string): Promise<Submission> {
    const submission = await store.registry.findSubmission(id);
    if (submission === null) throw new RegistryError('submission-unknown', 'no such submission');
    return submission;
  }

  async function findSimilar(submission: Submission): Promise<Leads> {
    const { fingerprint, fingerprint2, durationMs } = submission;
    if (fingerprint === null) return { policyId: null, leads: [] };
    const items = unpackItems(fingerprint);
    const probe = { items, bandItems: fingerprint2 && unpackItems(fingerprint2), durationMs };
    return search.findLeads(realmOf(submission), probe);
  }

  /** Active certificates that have the digest as a rendition. */
  async function findRenditionOf(submission: Submission): Promise<readonly TrackCertificate[]> {
    const holders = await store.audio.findByContent(realmOf(submission), submission.sha256, SAME_WORK_MAX);
    const others = holders.filter(({ workSha256 }) => !equalBytes(workSha256, submission.sha256));
    const found = await Promise.all(others.map(({ id }) => store.registry.findCertificate(id)));
    return found.filter((certificate) => certificate !== null);
  }

  function prepare(submission: Submission, now: number): Prepared {
    const { isSandbox, accountId, artist } = submission;
    if (artist === null) throw new RegistryError('artist-gone', 'the artist’s account was deleted');
    const id = `${isSandbox ? 'cer_test' : 'cer'}_${newUlid(now)}`;
    const claims = composeClaims(submission, artist);
    const manifest = makeTrackoriginManifest({ id, version: 1, issuedAt: now, updatedAt: null }, claims);
    const workSha256 = submission.sha256;
    const draft = { id, registry: 'trackorigin', isSandbox, accountId, workSha256, manifest, issuedAt: now } as const;
    return { draft: issuer.sign(draft), claims };
  }

  /** Resolves with the number of the event in the log. */
  async function issue(
    writers: Writers,
    submission: Submission,
    { draft, claims }: Prepared,
    { isHighRisk, allowsDuplicate }: DecisionRequest,
  ): Promise<number> {
    const { registry, audio } = writers;
    const { sha256, isSandbox, trackId, title, fingerprint, fingerprint2, durationMs } = submission;
    if (!isSandbox) {
      await registry.lockWork(sha256);
      if (!allowsDuplicate && (await audio.listHolders({ of: 'live' }, sha256)).length > 0) {
        throw new RegistryError(
          'work-certified',
          'an active certificate has this recording, or a rendition with its digest',
        );
      }
    }
    const { id, issuedAt } = draft;
    await registry.insertCertificate({
      id,
      isSandbox,
      artistId: claims.artist.id,
      trackId,
      submissionId: submission.id,
      sha256,
      title,
      titleKey: searchKey(title),
      issuedAt,
      isActive: true,
      revokedFrom: null,
      isHighRisk,
    });
    await registry.countCertificate(claims.artist.id, issuedAt);
    if (fingerprint !== null) {
      await writers.certificate.saveFingerprint({ certificateId: id, fingerprint, fingerprint2, durationMs });
    }
    const event = composeEvent({ id: `evt_${newUlid(issuedAt)}`, type: 'cert.issued', at: issuedAt }, draft, claims);
    if (event !== null) await writers.webhookEvent.publish([event]);
    const [record] = await issuer.issue(writers, [draft]);
    return record!.sequence;
  }

  async function write(
    writers: Writers,
    request: DecisionRequest,
    prepared: Prepared | null,
    at: number,
    accountId: string,
  ): Promise<number | null> {
    const { registry } = writers;
    const { operatorId, verdict, reason, isHighRisk } = request;
    const pending = await registry.lockAccount(accountId);
    const submission = await registry.lockSubmission(request.submissionId);
    if (submission === null) throw new RegistryError('submission-unknown', 'no such submission');
    if (submission.status !== 'pending') throw new RegistryError('already-decided', 'there is a decision already');
    const certificateId = prepared?.draft.id ?? null;
    const decision: Decision = { verdict, reason, at, operatorId, certificateId };
    await registry.saveDecision(submission, decision, isHighRisk);
    await registry.savePendingCount(accountId, pending - 1);
    await registry.insertAction({
      id: `act_${newUlid(at)}`,
      at,
      operatorId,
      type: `submission.${verdict}`,
      subject: submission.id,
      reason,
      before: { status: 'pending', high_risk: submission.isHighRisk },
      after: {
        status: verdict,
        high_risk: isHighRisk,
        sha256: encodeHex(submission.sha256),
        cert_id: certificateId,
        allow_duplicate: request.allowsDuplicate,
      },
    });
    return prepared === null ? null : issue(writers, submission, prepared, request);
  }

  return {
    async view(submissionId) {
      const submission = await findSubmission(submissionId);
      const { sha256, isSandbox } = submission;
      const same = { isSandbox, isActive: null, sha256, artistId: null, titleKey: null };
      const [others, ofMaster, ofRendition, similarAudio] = await Promise.all([
        store.registry.listSubmissionsOfWork(sha256, SAME_WORK_MAX),
        store.registry.listCertificates(same, null, SAME_WORK_MAX),
        findRenditionOf(submission),
        findSimilar(submission),
      ]);
      const otherSubmissions = others.filter(({ id }) => id !== submission.id);
      return { submission, otherSubmissions, certificates: [...ofMaster, ...ofRendition], similarAudio };
    },

    async decide(request) {
      const submission = await findSubmission(request.submissionId);
      if (submission.status !== 'pending') throw new RegistryError('already-decided', 'there is a decision already');
      const now = clock.now();
      const prepared = request.verdict === 'verified' ? prepare(submission, now) : null;
      const sequence = await store.transact((writers) => write(writers, request, prepared, now, submission.accountId));
      if (sequence !== null) await publicLog.awaitPublished(sequence);
      return findSubmission(submission.id);
    },
  };
}

function realmOf({ isSandbox, accountId }: Submission): Realm {
  return isSandbox ? { of: 'sandbox', accountId } : { of: 'live' };
}
