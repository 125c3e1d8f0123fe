/** How often a part was looked at on a day, and how often it worked then. */
export interface StatusDay {
  /** `2026-05-14`, UTC. */
  readonly day: string;
  /** `server`, `bitcoin`, or `calendar:` and its name. */
  readonly part: string;
  readonly looks: number;
  readonly good: number;
}

export interface StatusReader {
  /** From this day on, by day. */
  listSince(day: string): Promise<readonly StatusDay[]>;
}

export interface StatusWriter {
  /** Counts one look at each part. */
  countLook(day: string, parts: readonly { readonly part: string; readonly isGood: boolean }[]): Promise<void>;
  /** Forgets the days before this one. */
  forgetBefore(day: string): Promise<void>;
}
