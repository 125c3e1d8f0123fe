import { reverseBytes } from '../../base/bytes.ts';
import type { Clock, RandomBytes } from '../../base/clock.ts';
import { encodeHex } from '../../base/hex.ts';
import { formatUuidV7 } from '../../base/uuid.ts';
import { decodeTimestamp } from '../../proof/ots/codec.ts';
import type { AnchorService } from '../anchor/anchor.ts';
import type { Receipt, ReceiptOwner } from '../anchor/receipt.ts';
import type { Store, Writers } from '../store.ts';
import { findAttestedTxid } from './attested-transaction.ts';
import { CERTIFICATE_ID_RANDOM_BYTES, listCertificateIds } from './certificate-id.ts';
import { TimestampError } from './error.ts';
import { mergeProofs } from './merged-proof.ts';
import type { MonthlyQuotas, TimestampPlan } from './plan.ts';
import { makeAttempt, startRequest } from './request.ts';
import type { HeldConfirmation, RequestAttempt, StoredTimestamp, TimestampReader } from './store.ts';
import type { Confirmation, FileDescription, Timestamp, TimestampRecord, TimestampStatus } from './timestamp.ts';

/** Of the receipts behind timestamps: never pruned, and not among those that accounts see as receipts. */
const KEPT: ReceiptOwner = { accountId: null, credentialId: null };

export interface CreateTimestamp {
  readonly accountId: string;
  readonly plan: TimestampPlan;
  readonly file: FileDescription;
  /** The same key and file again is the same timestamp again. */
  readonly idempotencyKey: string | null;
}

export interface TimestampPage {
  /** Newest first. */
  readonly timestamps: readonly Timestamp[];
  /** How many there are of the status asked for, on all pages. */
  readonly totalCount: number;
  /** `before` of the next page, epoch ms; null on the last one. */
  readonly nextBefore: number | null;
}

export interface TimestampService {
  /**
   * A timestamp as it is when it has just been made, also when the request is repeated later. What is answered is
   * durable, has a proof, and counts once; whatever fails leaves nothing that counts.
   * Errors: TimestampError, AnchorError.
   */
  create(request: CreateTimestamp): Promise<Timestamp>;
  /** Errors: `timestamp-unknown`, also for another account's. */
  find(accountId: string, id: string): Promise<Timestamp>;
  list(query: {
    readonly accountId: string;
    readonly status: TimestampStatus | 'all';
    readonly before: number | null;
    readonly limit: number;
  }): Promise<TimestampPage>;
  /** One `.ots` file with every calendar's proof. Errors: `timestamp-unknown`, `timestamp-proof-unavailable`. */
  composeProof(accountId: string, id: string): Promise<{ readonly timestamp: Timestamp; readonly bytes: Uint8Array }>;
}

/**
 * A timestamp comes into being in one transaction, after its digest was anchored: the record with its receipt, which is
 * also what counts against the quota, and the end of the idempotent request. So a process that dies at any moment leaves either all of
 * it or, at the most, a receipt that nobody asks for and an attempt that ends by itself.
 */
export function createTimestampService(parts: {
  readonly store: Store;
  readonly anchors: Pick<AnchorService, 'submit' | 'find' | 'composeProofs'>;
  readonly quotas: MonthlyQuotas;
  /** `giveUpMs` of the anchor policy. */
  readonly giveUpMs: number;
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** Told of an attempt that could not be released; its key is free when the attempt's lease ends. */
  readonly onReleaseError: (error: unknown) => void;
}): TimestampService {
  const { store, anchors, quotas, giveUpMs, clock, random } = parts;

  async function create(request: CreateTimestamp): Promise<Timestamp> {
    if (request.idempotencyKey === null) return presentNew(await make(request, null));
    const attempt = makeAttempt({ ...request, key: request.idempotencyKey }, clock.now(), random);
    try {
      const doneId = await store.transact(({ timestamp }) => startRequest(timestamp, attempt, clock.now()));
      const done = doneId === null ? null : await findStored(request.accountId, doneId);
      return presentNew(done?.record ?? (await make(request, attempt)));
    } catch (error) {
      // What failed may be tried again at once, with this key or with another file; what was committed in spite of
      // the error stays and is what the next try gets.
      await store.transact(({ timestamp }) => timestamp.releaseRequest(attempt)).catch(parts.onReleaseError);
      throw error;
    }
  }

  async function make(request: CreateTimestamp, attempt: RequestAttempt | null): Promise<TimestampRecord> {
    const { accountId, file } = request;
    // Asked before anything leaves the machine, and again under the lock.
    if (await store.timestamp.hasDigest(accountId, file.digest)) throw duplicate();
    await requireQuota(store.timestamp, request, clock.now());
    const [anchored] = await anchors.submit([{ digest: file.digest, sha512: null, label: null, owner: KEPT }]);
    return store.transact((writers) => commit(writers, request, anchored!.receipt, attempt));
  }

  async function commit(
    { timestamp }: Writers,
    request: CreateTimestamp,
    receipt: Receipt,
    attempt: RequestAttempt | null,
  ): Promise<TimestampRecord> {
    const { accountId, file } = request;
    const createdAt = Math.max(clock.now(), (await timestamp.lockAccount(accountId)) + 1);
    const id = formatUuidV7(createdAt, random(10));
    if (attempt !== null && !(await timestamp.completeRequest(attempt, id))) {
      throw new TimestampError('idempotency-in-progress', 'another try has taken the place of this one');
    }
    if (await timestamp.hasDigest(accountId, file.digest)) throw duplicate();
    await requireQuota(timestamp, request, createdAt);
    const certificateId = await takeCertificateId(timestamp, { accountId, id });
    const record = {
      ...file,
      id,
      accountId,
      certificateId,
      createdAt,
      receiptId: receipt.id,
      roundId: receipt.roundId,
    };
    await timestamp.insert(record);
    return record;
  }

  async function takeCertificateId(
    timestamp: Writers['timestamp'],
    owner: Pick<TimestampRecord, 'accountId' | 'id'>,
  ): Promise<string> {
    for (const certificateId of listCertificateIds(random(CERTIFICATE_ID_RANDOM_BYTES))) {
      if (await timestamp.takeCertificateId(certificateId, owner)) return certificateId;
    }
    throw new TypeError('every certificate id that was drawn is taken');
  }

  /** Errors: `monthly-limit-reached`. */
  async function requireQuota(
    records: Pick<TimestampReader, 'countSince'>,
    { accountId, plan }: CreateTimestamp,
    now: number,
  ): Promise<void> {
    const used = await records.countSince(accountId, startOfMonth(now), quotas[plan]);
    if (used >= quotas[plan]) throw new TimestampError('monthly-limit-reached', 'the quota of this month is used up');
  }

  async function findStored(accountId: string, id: string): Promise<StoredTimestamp> {
    const stored = await store.timestamp.find(accountId, id);
    if (stored === null) throw new TimestampError('timestamp-unknown', 'no timestamp of this account has this id');
    return stored;
  }

  const failedBefore = () => clock.now() - giveUpMs;

  return {
    create,
    find: async (accountId, id) => present(await findStored(accountId, id), failedBefore()),
    async list({ accountId, status, before, limit }) {
      const filter = { accountId, status, failedBefore: failedBefore() };
      const [found, totalCount] = await Promise.all([
        store.timestamp.list(filter, before, limit + 1),
        store.timestamp.count(filter),
      ]);
      const page = found.slice(0, limit);
      return {
        timestamps: page.map((stored) => present(stored, filter.failedBefore)),
        totalCount,
        nextBefore: found.length > limit ? page.at(-1)!.record.createdAt : null,
      };
    },
    async composeProof(accountId, id) {
      const stored = await findStored(accountId, id);
      const receipt = await anchors.find(stored.record.receiptId);
      const bytes = receipt && mergeProofs(anchors.composeProofs(receipt));
      if (bytes === null) throw new TimestampError('timestamp-proof-unavailable', 'there is no proof to give');
      return { timestamp: present(stored, failedBefore()), bytes };
    },
  };
}

function duplicate(): TimestampError {
  return new TimestampError('timestamp-duplicate', 'the account has a timestamp of this digest');
}

/** First moment of the calendar month, UTC, epoch ms. */
function startOfMonth(now: number): number {
  return Date.parse(`${new Date(now).toISOString().slice(0, 7)}-01T00:00:00Z`);
}

/** As it is told to whoever made it, however often: what the first answer was. */
function presentNew(record: TimestampRecord): Timestamp {
  return { ...record, status: 'pending', confirmation: null };
}

function present({ record, confirmation }: StoredTimestamp, failedBefore: number): Timestamp {
  const unconfirmed = record.createdAt < failedBefore ? 'failed' : 'pending';
  return {
    ...record,
    status: confirmation === null ? unconfirmed : 'confirmed',
    confirmation: confirmation && readConfirmation(confirmation),
  };
}

function readConfirmation({ commitment, upgrade, height, time }: HeldConfirmation): Confirmation {
  const txid = findAttestedTxid(decodeTimestamp(upgrade, commitment), height);
  return { height, time: time * 1000, txid: txid && encodeHex(reverseBytes(txid)) };
}
