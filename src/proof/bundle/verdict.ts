import type { BitcoinNetwork } from '../bitcoin/network.ts';
import type { HeaderTrust } from './header-source.ts';

/**
 * verified: the work existed when a Bitcoin block was made. altered: the work is not the one that was anchored.
 * invalid: the proof does not hold. pending: no proof has reached Bitcoin yet. cannot-check: what is needed to decide
 * was not to be had.
 */
export type Outcome = 'verified' | 'altered' | 'invalid' | 'pending' | 'cannot-check';

/** The checks by name, in the order in which they are made. */
export type StepName =
  | 'format'
  | 'network'
  | 'work-digest'
  | 'work-sha512'
  | 'proof-format'
  | 'proof-digest'
  | 'attestation'
  | 'block-header'
  | 'proof-of-work'
  | 'merkle-root'
  | 'confirmations';

export interface Step {
  readonly step: StepName;
  /** `null` where the check could not be decided. */
  readonly ok: boolean | null;
  /** One plain sentence. */
  readonly detail: string;
  /** Name of the proof file it is about; absent for checks of the receipt itself. */
  readonly proof?: string;
}

/** A block whose header was checked and holds the proof. `hash` is in internal byte order, `time` is Unix seconds. */
export interface VerifiedBlock {
  readonly height: number;
  readonly hash: Uint8Array;
  readonly time: number;
  /** Blocks from this one to the best block, both counted; `null` when the source cannot know. */
  readonly confirmations: number | null;
}

export interface Verdict {
  readonly outcome: Outcome;
  readonly network: BitcoinNetwork;
  /** How the block headers are known; `null` when none was looked at. */
  readonly trust: HeaderTrust | null;
  readonly steps: readonly Step[];
  /** Unix seconds of the earliest verified block, `null` unless verified. Miners' clocks can be hours off. */
  readonly attestedTime: number | null;
  /** By height. */
  readonly blocks: readonly VerifiedBlock[];
  readonly proves: string;
  readonly doesNotProve: readonly string[];
}

/** What the outcome shows, and everything a reader might wrongly take from it. */
export function describeOutcome(
  outcome: Outcome,
  network: BitcoinNetwork,
  trust: HeaderTrust | null,
  earliest: VerifiedBlock | undefined,
): Pick<Verdict, 'proves' | 'doesNotProve'> {
  if (outcome !== 'verified' || earliest === undefined) {
    return { proves: PROVES_NOTHING[outcome === 'verified' ? 'cannot-check' : outcome], doesNotProve: [] };
  }
  const day = new Date(1000 * earliest.time).toISOString().slice(0, 10);
  return {
    proves: `Exactly these bytes existed when block ${earliest.height} of Bitcoin ${network} was made, on ${day} (UTC).`,
    doesNotProve: [
      'Who made the work, who owns it or who had it anchored.',
      'That it did not exist earlier, or that what it shows or says is true.',
      'The exact minute: a block carries its miner’s clock, which can be hours off.',
      ...(network === 'mainnet' ? [] : [`Anything to anybody else: blocks of ${network} cost nothing to make.`]),
      ...(trust === null ? [] : TRUST_CAVEATS[trust]),
    ],
  };
}

const PROVES_NOTHING: Readonly<Record<Exclude<Outcome, 'verified'>, string>> = {
  altered: 'Nothing about this work: it is not the one that was anchored.',
  invalid: 'Nothing: the proof does not hold.',
  pending: 'Nothing yet: calendars have promised to anchor it, but no proof has reached Bitcoin.',
  'cannot-check': 'Nothing so far: what is needed to decide could not be had.',
};

const TRUST_CAVEATS: Readonly<Record<HeaderTrust, readonly string[]>> = {
  node: [],
  quorum: ['That the block is part of Bitcoin, should all of the servers that were asked lie together.'],
  'single-source': ['That the block is part of Bitcoin, should the one server that was asked lie.'],
  'headers-file': ['That the block is part of Bitcoin, should the headers file come from somebody who lies.'],
};
