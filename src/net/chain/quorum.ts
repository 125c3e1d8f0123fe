import { encodeHex } from '../../base/hex.ts';
import type { ChainReader, ChainTip } from '../../core/chain.ts';
import { ChainError } from '../../proof/bitcoin/chain-error.ts';
import type { BitcoinNetwork } from '../../proof/bitcoin/network.ts';

interface ChainSource {
  /** For people: the host, without credentials. */
  readonly name: string;
  readonly chain: ChainReader;
}

/** A source that did not answer, or named another block than the quorum. */
export type ChainSourceFault =
  | { readonly kind: 'failure'; readonly source: string; readonly error: unknown }
  | { readonly kind: 'dissent'; readonly source: string; readonly height: number; readonly hash: Uint8Array };

export interface QuorumOptions {
  readonly network: BitcoinNetwork;
  readonly sources: readonly ChainSource[];
  /** How many have to agree: more than half of the sources, so that two answers can never both win. */
  readonly needed: number;
  readonly onFault: (fault: ChainSourceFault) => void;
}

/**
 * Sources can stand on different branches for a block or two without any of them lying. Deeper than this, an agreement
 * no longer describes the tip.
 */
const FORK_DEPTH_MAX = 6;

/**
 * One view of Bitcoin from several sources that do not trust each other. A block stands at a height when `needed`
 * sources name it; the first so many settle it, and slower ones are only watched for dissent.
 */
export function createQuorumChain(options: QuorumOptions): ChainReader {
  const { sources, needed } = options;
  if (needed * 2 <= sources.length || needed > sources.length) {
    throw new RangeError(`${needed} of ${sources.length} sources is not a majority`);
  }
  return new QuorumChain(options);
}

class QuorumChain implements ChainReader {
  readonly network: BitcoinNetwork;
  readonly #options: QuorumOptions;

  constructor(options: QuorumOptions) {
    this.network = options.network;
    this.#options = options;
  }

  async tip(signal?: AbortSignal): Promise<ChainTip> {
    const heights: number[] = [];
    await this.#ask(
      (chain) => chain.tip(signal),
      ({ height }) => {
        heights.push(height);
        return false;
      },
      signal,
    );
    const reached = heights.sort((a, b) => b - a)[this.#options.needed - 1];
    if (reached === undefined) throw this.#tooFewAnswers();
    for (let height = reached; height >= Math.max(0, reached - FORK_DEPTH_MAX); height--) {
      const hash = await this.#agreedHash(height, signal);
      if (hash) return { height, hash };
    }
    throw new ChainError('chain-disagreement', `No ${this.#options.needed} sources are on one branch`);
  }

  async blockHash(height: number, signal?: AbortSignal): Promise<Uint8Array | null> {
    const hash = await this.#agreedHash(height, signal);
    if (hash === undefined) {
      throw new ChainError('chain-disagreement', `No ${this.#options.needed} sources name one block at ${height}`);
    }
    return hash;
  }

  /** A header proves itself, so the first one wins. */
  async blockHeader(hash: Uint8Array, signal?: AbortSignal): Promise<Uint8Array | null> {
    let header: Uint8Array | null = null;
    const answers = await this.#ask(
      (chain) => chain.blockHeader(hash, signal),
      (answer) => (header ??= answer) !== null,
      signal,
    );
    if (answers === 0) throw this.#tooFewAnswers();
    return header;
  }

  /** `null` when the quorum says there is no block yet; `undefined` when there is no quorum. */
  async #agreedHash(height: number, signal: AbortSignal | undefined): Promise<Uint8Array | null | undefined> {
    const votes = new Map<string, { readonly hash: Uint8Array | null; readonly names: string[] }>();
    let agreed: { readonly hash: Uint8Array | null } | undefined;
    const answers = await this.#ask(
      (chain) => chain.blockHash(height, signal),
      (hash, source) => {
        const key = hash ? encodeHex(hash) : '';
        const vote = votes.get(key) ?? { hash, names: [] };
        votes.set(key, vote);
        vote.names.push(source);
        if (vote.names.length === this.#options.needed) {
          agreed = vote;
          for (const other of votes.values()) {
            if (other !== vote) for (const name of other.names) this.#reportDissent(name, height, other.hash);
          }
        } else if (agreed && vote !== agreed) {
          this.#reportDissent(source, height, hash);
        }
        return agreed !== undefined;
      },
      signal,
    );
    if (!agreed && answers < this.#options.needed) throw this.#tooFewAnswers();
    return agreed?.hash;
  }

  /** A source without a block there is late, not lying. */
  #reportDissent(source: string, height: number, hash: Uint8Array | null): void {
    if (hash) this.#options.onFault({ kind: 'dissent', source, height, hash });
  }

  /**
   * Puts one question to every source. Resolves to the number of answers when `take` returns `true` or all are in;
   * later answers still go to `take`, and failures to `onFault`.
   */
  async #ask<Answer>(
    question: (chain: ChainReader) => Promise<Answer>,
    take: (answer: Answer, source: string) => boolean,
    signal: AbortSignal | undefined,
  ): Promise<number> {
    let answers = 0;
    const { promise: settled, resolve: settle } = Promise.withResolvers<void>();
    const everyone = this.#options.sources.map(async ({ name, chain }) => {
      try {
        const answer = await question(chain);
        answers++;
        if (take(answer, name)) settle();
      } catch (error) {
        if (!signal?.aborted) this.#options.onFault({ kind: 'failure', source: name, error });
      }
    });
    await Promise.race([settled, Promise.all(everyone)]);
    signal?.throwIfAborted();
    return answers;
  }

  #tooFewAnswers(): ChainError {
    return new ChainError('chain-unreachable', `Fewer than ${this.#options.needed} sources answered`);
  }
}
