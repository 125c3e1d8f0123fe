import { encodeBase64 } from '../../base/base64.ts';
import { formatCanonical } from '../../base/canonical-json.ts';
import type { Clock } from '../../base/clock.ts';
import { GroupCommit } from '../batch/group-commit.ts';
import type { Store, Writers } from '../store.ts';
import type { Registry } from './certificate.ts';
import type { Signer } from './signer.ts';
import type { Revocation, RevocationSnapshot, SnapshotState } from './store.ts';

export const REVOCATIONS_FORMAT = 'touchmark/revocations/1';

/** Signed anew after this also when nothing happened, so that an old list can be told from a quiet day. */
const RENEW_AFTER_MS = 60_000;
/** Whoever follows the list believes nothing after 15 minutes without a new one; so the list ends then by itself. */
const VALID_MS = 15 * 60_000;

/** The signed list of everything revoked in a registry. */
export interface RevocationList {
  /**
   * It has every revocation that was committed before the call. Its `sequence` never goes back, whichever node is
   * asked: lists are made one at a time, and kept in the database.
   */
  read(): Promise<RevocationSnapshot>;
}

export function createRevocationList(parts: {
  readonly store: Pick<Store, 'certificate' | 'transact'>;
  readonly registry: Registry;
  readonly signer: Signer;
  readonly clock: Clock;
}): RevocationList {
  const { store, registry, signer, clock } = parts;
  let remembered: RevocationSnapshot | null = null;

  // Who comes while the database is being asked shares the next question: an answer under way may be too old for it.
  const states = new GroupCommit<null, SnapshotState>(
    async (askers) => {
      const state = await store.certificate.findSnapshot(registry);
      return askers.map(() => state);
    },
    { maxGroup: 10_000, maxInFlight: 1, maxWaiting: Number.MAX_SAFE_INTEGER },
  );

  function isDue({ sequence, generatedAt, lastRevokedSequence }: SnapshotState): boolean {
    return lastRevokedSequence > sequence || clock.now() - generatedAt >= RENEW_AFTER_MS;
  }

  /** Null when another node has just made one that will do. */
  function renew({ lastRevokedSequence }: SnapshotState): Promise<RevocationSnapshot | null> {
    return store.transact(async (writers) => {
      const { previous, logSize } = await writers.certificate.lockSnapshot(registry);
      if (!isDue({ ...previous, lastRevokedSequence })) return null;
      if (previous.sequence > logSize) {
        throw new TypeError(`the log has ${logSize} events, and a list of ${previous.sequence} was signed`);
      }
      return make(writers, logSize, Math.max(clock.now(), previous.generatedAt + 1));
    });
  }

  async function make({ certificate }: Writers, sequence: number, generatedAt: number): Promise<RevocationSnapshot> {
    const revoked = (await certificate.listRevoked(registry)).filter((one) => one.sequence <= sequence);
    const body = signRevocations({ registry, sequence, generatedAt, revoked }, signer);
    const snapshot = { sequence, generatedAt, body };
    await certificate.saveSnapshot(registry, snapshot);
    return snapshot;
  }

  return {
    async read() {
      const state = (await states.add([null]))[0]!;
      if (isDue(state)) {
        remembered = (await renew(state)) ?? (await store.certificate.readSnapshot(registry));
      } else if (remembered?.sequence !== state.sequence || remembered.generatedAt !== state.generatedAt) {
        remembered = await store.certificate.readSnapshot(registry);
      }
      return remembered!;
    },
  };
}

/** RFC 8785; the signature is over the same text without its own field. */
function signRevocations(
  list: {
    readonly registry: Registry;
    readonly sequence: number;
    readonly generatedAt: number;
    readonly revoked: readonly Revocation[];
  },
  signer: Signer,
): string {
  const payload = {
    format: REVOCATIONS_FORMAT,
    registry: list.registry,
    sequence: list.sequence,
    head: list.sequence,
    generated_at: new Date(list.generatedAt).toISOString(),
    expires_at: new Date(list.generatedAt + VALID_MS).toISOString(),
    key_id: signer.keyId,
    revoked: list.revoked.map(({ id, sequence, revokedAt, reason }) => ({
      cert_id: id,
      sequence,
      revoked_at: new Date(revokedAt).toISOString(),
      reason,
    })),
  };
  const signature = signer.sign(new TextEncoder().encode(formatCanonical(payload)));
  return formatCanonical({ ...payload, signature: encodeBase64(signature) });
}
