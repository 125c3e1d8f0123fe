import type { Clock } from '../../base/clock.ts';

/** How far a clock may be off, by itself or from those that it is compared with: what tokens say of their time. */
export const ACCURACY_MS = 1000;
/** What correcting a clock bit by bit can make of it: NTP does at most 500 parts in a million. */
const SLEW_PER_MS = 0.0005;
/** Scheduling between two readings. */
const JITTER_MS = 250;
/** The comparison starts anew so often, so that what is allowed for slewing does not add up to a step. */
const REBASE_MS = 60 * 60_000;
/** After a step a clock is believed when it ran so long without another one. */
const SETTLE_MS = 5 * 60_000;
/** Where there are time sources, one confirmation of theirs holds so long. */
const CONFIRMED_MS = 60 * 60_000;

/**
 * A clock that says nothing when it may be wrong. It is compared with a second one that nobody can set; it is never
 * earlier than it was before; and where sources are configured, they have to confirm it.
 */
export class TrustedTime {
  readonly #clock: Clock;
  readonly #steadyMs: () => number;
  readonly #needsConfirmation: boolean;
  /** When the two clocks were last set side by side: their readings. */
  #base: { readonly at: number; readonly steadyMs: number };
  /** Nothing earlier is believed. */
  #floor: number;
  #steppedAt: number | null = null;
  #confirmedAt: number | null = null;

  /** @param floor Epoch ms: the newest moment that is known to be past. */
  constructor(parts: {
    readonly clock: Clock;
    /** Milliseconds since any moment; cannot be set. */
    readonly steadyMs: () => number;
    readonly needsConfirmation: boolean;
    readonly floor: number;
  }) {
    this.#clock = parts.clock;
    this.#steadyMs = parts.steadyMs;
    this.#needsConfirmation = parts.needsConfirmation;
    this.#floor = parts.floor;
    this.#base = { at: parts.clock.now(), steadyMs: parts.steadyMs() };
  }

  /** Epoch ms, or null while the clock is not to be believed. Also to be called now and then when nobody asks. */
  read(): number | null {
    const at = this.#clock.now();
    const steadyMs = this.#steadyMs();
    this.#compare(at, steadyMs);
    if (this.#steppedAt !== null && steadyMs - this.#steppedAt < SETTLE_MS) return null;
    this.#steppedAt = null;
    if (at < this.#floor) return null;
    const isConfirmed = this.#confirmedAt !== null && steadyMs - this.#confirmedAt <= CONFIRMED_MS;
    if (this.#needsConfirmation && !isConfirmed) return null;
    this.#floor = at;
    return at;
  }

  /** What the sources say: how far this clock is behind them, in ms. Null: they did not agree or did not answer. */
  confirm(offsetMs: number | null): void {
    if (offsetMs === null) return;
    const at = this.#clock.now();
    const steadyMs = this.#steadyMs();
    const isRight = Math.abs(offsetMs) <= ACCURACY_MS;
    this.#confirmedAt = isRight ? steadyMs : null;
    if (!isRight) return;
    // They know better than what this clock once said.
    this.#steppedAt = null;
    this.#floor = Math.min(this.#floor, at);
    this.#base = { at, steadyMs };
  }

  #compare(at: number, steadyMs: number): void {
    const passed = steadyMs - this.#base.steadyMs;
    const drift = at - this.#base.at - passed;
    const isStep = Math.abs(drift) > JITTER_MS + passed * SLEW_PER_MS;
    if (isStep) {
      this.#steppedAt = steadyMs;
      this.#confirmedAt = null;
    }
    if (isStep || passed > REBASE_MS) this.#base = { at, steadyMs };
  }
}
