import type { Clock } from '../../base/clock.ts';
import { measureCohort } from '../../proof/fingerprint/cohort.ts';
import type { MasterPrints } from '../../proof/fingerprint/match.ts';
import type { Scanner } from '../../proof/fingerprint/scan-simd.ts';
import { type CertificateMemory, createCertificateMemory } from '../certificate/memory.ts';
import type { CertificateReader } from '../certificate/store.ts';
import { unpackItems } from './items.ts';
import type { PolicyInForce } from './policies.ts';
import type { AudioReader, MasterRecord } from './store.ts';

/** A certificate with its prints, ready to be compared. */
export interface AudioMaster extends Pick<MasterRecord, 'id' | 'isSandbox' | 'status' | 'version' | 'accountId'> {
  readonly isHighRisk: boolean;
  readonly durationMs: number | null;
  /** Null when it has no fingerprint. */
  readonly items: Uint32Array | null;
  readonly bandItems: Uint32Array | null;
  /** About how many bytes it takes in memory. */
  readonly size: number;
}

export type Masters = CertificateMemory<AudioMaster>;

/** Beside its prints. */
const ENTRY_BYTES = 500;

/** Certificates by their prints, remembered; a change on any node is known within a second. */
export function createMasters(parts: {
  readonly audio: Pick<AudioReader, 'findMasters'>;
  readonly certificates: Pick<CertificateReader, 'lastRevision' | 'listChanges'>;
  readonly clock: Clock;
}): Masters {
  const { audio, certificates, clock } = parts;
  return createCertificateMemory<AudioMaster, MasterRecord>({
    certificates: {
      findMany: (ids) => audio.findMasters(ids),
      lastRevision: () => certificates.lastRevision(),
      listChanges: (after, limit) => certificates.listChanges(after, limit),
    },
    clock,
    make: ({ fingerprint, fingerprint2, ...about }) => ({
      ...about,
      items: fingerprint && unpackItems(fingerprint),
      bandItems: fingerprint2 && unpackItems(fingerprint2),
      size: ENTRY_BYTES + (fingerprint?.length ?? 0) + (fingerprint2?.length ?? 0),
    }),
  });
}

/** Compares masters with the policy's cohort, once for as long as both are remembered. */
export class CohortScores {
  readonly #scanner: Scanner;
  readonly #known = new WeakMap<AudioMaster, { readonly policy: PolicyInForce; readonly prints: MasterPrints }>();

  constructor(scanner: Scanner) {
    this.#scanner = scanner;
  }

  /** Null when it has no fingerprint. Another acceptance of a policy is another object. `durationMs` stands in for one that nobody has given. */
  printsOf(master: AudioMaster, policy: PolicyInForce | null, durationMs: number): MasterPrints | null {
    const { items, bandItems, isHighRisk } = master;
    if (items === null) return null;
    const known = this.#known.get(master);
    if (known !== undefined && known.policy === policy && master.durationMs !== null) return known.prints;
    const cohort = policy?.cohort ? measureCohort(items, policy.cohort, this.#scanner.find) : null;
    const prints = { items, bandItems, isHighRisk, cohort, durationMs: master.durationMs ?? durationMs };
    if (policy !== null) this.#known.set(master, { policy, prints });
    return prints;
  }
}
