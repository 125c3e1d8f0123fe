import { sha256 } from '@noble/hashes/sha2.js';
import { LRUCache } from 'lru-cache';
import type { Clock, RandomBytes } from '../../base/clock.ts';
import { encodeHex } from '../../base/hex.ts';
import { encodeUlid } from '../../base/ulid.ts';
import { GroupCommit } from '../batch/group-commit.ts';
import type { Store } from '../store.ts';
import { describeForOwner } from './certifier.ts';
import type { WorkVersion } from './work.ts';

/** By the contract: one event an hour for a certificate and a verifier's address. */
const ONCE_IN_MS = 60 * 60 * 1000;

/** Of what was noted lately in this process, so that nobody has it write by asking again and again. */
const REMEMBERED_MAX = 50_000;

/** Beyond this nobody is told: a flood of verifications must not hold up certificates. */
const GROUP_LIMITS = { maxGroup: 200, maxInFlight: 1, maxWaiting: 5_000 };

const ID_RANDOM_BYTES = 10;

interface Noted {
  readonly version: WorkVersion;
  readonly verifier: Uint8Array;
}

/** Tells owners that somebody verified a certificate of theirs. */
export interface VerificationLog {
  /**
   * For calls of programs and people, not for page views of crawlers. Never fails and never waits: whoever verifies is
   * answered whatever becomes of it.
   *
   * @param address Of the verifier; only a digest of it is kept, and for hardly more than an hour.
   */
  note(version: WorkVersion, address: string, callerId: string | null): void;
  /** Resolves when what was noted is written. */
  close(): Promise<void>;
}

export function createVerificationLog(parts: {
  readonly store: Pick<Store, 'transact'>;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly onError: (error: unknown) => void;
}): VerificationLog {
  const { store, clock, random, onError } = parts;
  /** When it was noted, epoch ms. */
  const remembered = new LRUCache<string, number>({ max: REMEMBERED_MAX });
  const group = new GroupCommit<Noted, undefined>(async (noted) => {
    await write(noted);
    return noted.map(() => undefined);
  }, GROUP_LIMITS);

  async function write(noted: readonly Noted[]): Promise<void> {
    const now = clock.now();
    await store.transact(async ({ work, webhookEvent }) => {
      const byKey = new Map(
        noted.map(({ version, verifier }) => [keyOf({ certId: version.certId, verifier }), { version, verifier }]),
      );
      const verifications = [...byKey.values()].map(({ version, verifier }) => ({ certId: version.certId, verifier }));
      const fresh = await work.noteVerifications(verifications, now, now - ONCE_IN_MS);
      await webhookEvent.publish(
        fresh
          .map((verification) => byKey.get(keyOf(verification))!)
          .map(({ version }) => ({
            id: `evt_${encodeUlid(now, random(ID_RANDOM_BYTES))}`,
            contract: 'origimark',
            type: 'cert.verified',
            isSandbox: false,
            accountId: version.ownerId,
            createdAt: now,
            data: describeForOwner(version),
          })),
      );
    });
  }

  return {
    note(version, address, callerId) {
      if (callerId === version.ownerId) return;
      const verifier = sha256(new TextEncoder().encode(`${version.certId} ${address}`));
      const key = keyOf({ certId: version.certId, verifier });
      const now = clock.now();
      const before = remembered.get(key);
      if (before !== undefined && before > now - ONCE_IN_MS && before <= now) return;
      remembered.set(key, now);
      group.add([{ version, verifier }]).catch((error) => {
        // Nobody was told: the next verification tells.
        remembered.delete(key);
        onError(error);
      });
    },
    close: () => group.close(),
  };
}

function keyOf({ certId, verifier }: { certId: string; verifier: Uint8Array }): string {
  return `${certId} ${encodeHex(verifier)}`;
}
