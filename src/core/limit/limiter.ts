import type { Allowance } from './gcra.ts';

/** What somebody is granted. The name is a part of where its buckets are kept, and what clients are told. */
export interface Limit extends Allowance {
  readonly name: string;
}

/** The tokens of one client under one limit; `key` says whose: an address, a credential's id. */
export interface Bucket {
  readonly limit: Limit;
  readonly key: string;
}

/** How full a bucket is: `countTokens` of gcra.ts makes tokens of it. */
export interface BucketLevel {
  readonly limit: Limit;
  /** Until it is full again; 0 when it is. */
  readonly fullInMs: number;
}

/** `levels` are in the order of the buckets asked for. */
export type Taken =
  | { readonly allowed: true; readonly levels: readonly BucketLevel[] }
  | { readonly allowed: false; readonly levels: readonly BucketLevel[]; readonly retryAfterMs: number };

export interface Limiter {
  /** One token from each bucket, or, when one of them is empty, from none. The buckets are different ones. */
  take(buckets: readonly Bucket[]): Promise<Taken>;
  /** Puts back what was taken for something that then did not happen. */
  giveBack(buckets: readonly Bucket[]): Promise<void>;
}
