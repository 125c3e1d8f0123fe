/** Failures in a row after which a calendar is left alone for a while. */
const FAILURES_TO_OPEN = 5;
const MAX_PAUSE_MS = 10 * 60_000;

/**
 * Circuit breaker of one calendar. Closed: asked every time. Open: not asked until its pause is over; then one round
 * tries it, and a failure opens it again for twice as long.
 */
export class Breaker {
  readonly #firstPauseMs: number;
  #failures = 0;
  #pauseMs: number;
  #openUntil = 0;

  constructor(firstPauseMs: number) {
    this.#firstPauseMs = firstPauseMs;
    this.#pauseMs = firstPauseMs;
  }

  get isClosed(): boolean {
    return this.#failures < FAILURES_TO_OPEN;
  }

  /**
   * Whether to ask now. Saying yes for an open breaker starts its next pause, twice as long, so that only one caller
   * tries, and requests that were under way when it opened do not lengthen it.
   */
  admit(now: number): boolean {
    if (this.isClosed) return true;
    // A clock that was set back must not make the pause any longer.
    const isPausing = now < this.#openUntil && this.#openUntil - now <= this.#pauseMs;
    if (isPausing) return false;
    this.#pauseMs = Math.min(MAX_PAUSE_MS, this.#pauseMs * 2);
    this.#openUntil = now + this.#pauseMs;
    return true;
  }

  recordSuccess(): void {
    this.#failures = 0;
    this.#pauseMs = this.#firstPauseMs;
  }

  /** It works, only not as fast as a round waits: still left out, but never for longer than at first. */
  recordLate(now: number): void {
    this.#pauseMs = this.#firstPauseMs;
    this.#openUntil = Math.min(this.#openUntil, now + this.#firstPauseMs);
  }

  recordFailure(now: number): void {
    this.#failures++;
    if (this.#failures === FAILURES_TO_OPEN) this.#openUntil = now + this.#pauseMs;
  }
}
