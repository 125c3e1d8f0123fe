/** How a calendar spends its coins. Fee rates are in sat/vB. */
export interface StampPolicy {
  /** Least time between the first transactions of two stamps, but that a full one does not wait. */
  readonly minIntervalMs: number;
  /** Most commitments one transaction commits to. */
  readonly maxPending: number;
  /** Within how many blocks a transaction should be mined; decides the first fee. */
  readonly confirmTargetBlocks: number;
  /** Blocks, its own included, before a proof is given out. */
  readonly minConfirmations: number;
  readonly minFeeRate: number;
  readonly maxFeeRate: number;
  /** The most a stamp may cost, all bumps included. */
  readonly maxFeeSats: number;
  /**
   * The first block that can hold coins of the wallet; looked for once, when the calendar first sees its chain. Null:
   * only coins that arrive from then on are found.
   */
  readonly walletBirthHeight: number | null;
}

/** What suits mainnet: the reference calendar's figures. */
export const MAINNET_STAMP_POLICY: StampPolicy = {
  minIntervalMs: 6 * 3600 * 1000,
  maxPending: 100_000,
  confirmTargetBlocks: 1008,
  minConfirmations: 6,
  minFeeRate: 1,
  maxFeeRate: 500,
  maxFeeSats: 100_000,
  walletBirthHeight: null,
};
