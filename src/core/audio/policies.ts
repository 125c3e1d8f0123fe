import { sha256 } from '@noble/hashes/sha2.js';
import { encodeBase64 } from '../../base/base64.ts';
import { CanonicalJsonError, encodeCanonical, type JsonValue } from '../../base/canonical-json.ts';
import type { Clock, RandomBytes } from '../../base/clock.ts';
import { encodeHex } from '../../base/hex.ts';
import { encodeUlid } from '../../base/ulid.ts';
import { decodeCohort } from '../../proof/fingerprint/cohort-file.ts';
import { openPolicy, PolicyError, type SignedPolicy } from '../../proof/fingerprint/policy.ts';
import { DESIGNED_THRESHOLDS, type Thresholds } from '../../proof/fingerprint/thresholds.ts';
import type { VerifySignature } from '../../proof/note/verify-note.ts';
import type { ActionState, ActionType } from '../registry/action.ts';
import type { Store, Writers } from '../store.ts';
import { PolicyRefusal } from './error.ts';
import type { AcceptedPolicy } from './store.ts';

/** What certificates of the sandbox are judged by: the values the procedure was designed with, accepted by nobody. */
const SANDBOX_POLICY: PolicyInForce = {
  id: 'fpp_sandbox',
  thresholds: DESIGNED_THRESHOLDS,
  cohort: null,
};

/** Other processes hear of an acceptance within this, and of a withdrawal, which is the urgent one. */
const MAX_STALE_MS = 1000;
const ULID_RANDOM_BYTES = 10;

/** What decides at this moment. */
export interface PolicyInForce {
  readonly id: string;
  readonly thresholds: Thresholds;
  /** Null: masters are judged without. */
  readonly cohort: readonly Uint32Array[] | null;
}

export interface PolicyView extends Omit<AcceptedPolicy, 'document'> {
  readonly signed: SignedPolicy;
  readonly isInForce: boolean;
}

export interface PolicyOrder {
  readonly operatorId: string;
  /** In the operator's words; for the audit log. */
  readonly reason: string;
}

/**
 * The policies of live certificates. The one that was accepted last is in force. When it is withdrawn none is: an older
 * one was given up for it, and decides again only when an operator accepts it again.
 */
export interface Policies {
  /** As of the last second at most; null: nothing may match. */
  inForce(): Promise<PolicyInForce | null>;
  /** Newest acceptance first. */
  list(): Promise<readonly PolicyView[]>;
  /** `cohort` is the file that the policy names, or null: then masters are judged without. Errors: PolicyRefusal. */
  accept(document: JsonValue, cohort: JsonValue | null, order: PolicyOrder): Promise<PolicyView>;
  /** Of one that is in force: then none is. Errors: PolicyRefusal `policy-unknown`. */
  withdraw(id: string, order: PolicyOrder): Promise<void>;
}

/** What judges certificates of the sandbox, or live ones; null: nothing may match. */
export async function findPolicy(
  policies: Pick<Policies, 'inForce'>,
  { isSandbox }: { readonly isSandbox: boolean },
): Promise<PolicyInForce | null> {
  return isSandbox ? SANDBOX_POLICY : policies.inForce();
}

export function createPolicies(parts: {
  readonly store: Store;
  readonly verify: VerifySignature;
  readonly clock: Clock;
  readonly random: RandomBytes;
}): Policies {
  const { store, verify, clock, random } = parts;
  let known: Promise<PolicyInForce | null> = Promise.resolve(null);
  let current: (PolicyInForce & { readonly acceptedAt: number }) | null = null;
  let askedAt = Number.NEGATIVE_INFINITY;

  async function look(): Promise<PolicyInForce | null> {
    const newest = findInForce(await store.audio.listPolicies());
    if (newest === null) return null;
    const { id, acceptedAt, document } = newest;
    // What a policy says cannot change under its id; another acceptance may bring its cohort.
    if (current?.id === id && current.acceptedAt === acceptedAt) return current;
    const file = await store.audio.readCohort(id);
    const { thresholds } = openPolicy(document, sha256, verify).policy;
    current = { id, acceptedAt, thresholds, cohort: file && decodeCohort(file) };
    return current;
  }

  async function list(): Promise<readonly PolicyView[]> {
    const accepted = await store.audio.listPolicies();
    const inForce = findInForce(accepted);
    return accepted.map(({ document, ...one }) => ({
      ...one,
      signed: openPolicy(document, sha256, verify),
      isInForce: one.id === inForce?.id,
    }));
  }

  function logAction(
    { registry }: Pick<Writers, 'registry'>,
    { operatorId, reason }: PolicyOrder,
    about: { type: ActionType; subject: string; at: number; before: ActionState; after: ActionState },
  ): Promise<void> {
    const id = `act_${encodeUlid(about.at, random(ULID_RANDOM_BYTES))}`;
    return registry.insertAction({ id, operatorId, reason, ...about });
  }

  return {
    inForce() {
      const now = clock.now();
      const age = now - askedAt;
      if (age >= 0 && age < MAX_STALE_MS) return known;
      known = look();
      askedAt = now;
      known.catch(() => {
        askedAt = Number.NEGATIVE_INFINITY;
      });
      return known;
    },

    list,

    async accept(document, cohort, order) {
      const bytes = encode(document);
      const { id, policy, publicKey } = open(bytes, verify);
      if (!policy.isConfirmed) {
        throw new PolicyRefusal('policy-unconfirmed', 'its held-out half did not confirm what the other half promised');
      }
      const file = cohort === null ? null : encode(cohort);
      if (file !== null && encodeHex(sha256(file)) !== policy.cohortDigest) {
        throw new PolicyRefusal('cohort-mismatch', 'the cohort is not the one that the policy names');
      }
      const at = clock.now();
      await store.transact(async (writers) => {
        const { operatorId: acceptedBy } = order;
        await writers.audio.savePolicy({
          ...{ id, document: bytes, cohort: file },
          ...{ acceptedAt: at, acceptedBy, withdrawnAt: null },
        });
        await logAction(writers, order, {
          type: 'policy.accepted',
          subject: id,
          at,
          before: {},
          after: { public_key: encodeBase64(publicKey), has_cohort: file !== null },
        });
      });
      askedAt = Number.NEGATIVE_INFINITY;
      return (await list()).find((one) => one.id === id)!;
    },

    async withdraw(id, order) {
      const at = clock.now();
      await store.transact(async (writers) => {
        if (!(await writers.audio.withdrawPolicy(id, at))) {
          throw new PolicyRefusal('policy-unknown', 'no policy with this id is accepted');
        }
        const change = { before: { accepted: true }, after: { accepted: false } };
        await logAction(writers, order, { type: 'policy.withdrawn', subject: id, at, ...change });
      });
      askedAt = Number.NEGATIVE_INFINITY;
    },
  };
}

/** Of all, newest acceptance first. */
function findInForce([newest]: readonly AcceptedPolicy[]): AcceptedPolicy | null {
  return newest === undefined || newest.withdrawnAt !== null ? null : newest;
}

function open(bytes: Uint8Array, verify: VerifySignature): SignedPolicy {
  try {
    return openPolicy(bytes, sha256, verify);
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    throw new PolicyRefusal('policy-invalid', error.message, { cause: error });
  }
}

function encode(value: JsonValue): Uint8Array {
  try {
    return encodeCanonical(value);
  } catch (error) {
    if (!(error instanceof CanonicalJsonError)) throw error;
    throw new PolicyRefusal('policy-invalid', `it has no canonical form: ${error.message}`, { cause: error });
  }
}
