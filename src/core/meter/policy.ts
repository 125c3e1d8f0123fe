/** What calls of the trackorigin contract cost. */
export interface CallPolicy {
  /** For each account and calendar month, UTC. */
  readonly freeCallsPerMonth: number;
  /** What one credit pays for, beyond those. */
  readonly callsPerCredit: number;
}

/** By the contract. */
export const DOCUMENTED_CALL_POLICY: CallPolicy = { freeCallsPerMonth: 10_000, callsPerCredit: 5_000 };
