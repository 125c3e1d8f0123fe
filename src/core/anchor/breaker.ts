/** Failures in a row after which a calendar is left alone for a while. */
const FAILURES_TO_OPEN = 5;
const FIRST_PAUSE_MS = 15_000;
const MAX_PAUSE_MS = 10 * 60_000;

/**
 * Circuit breaker of one calendar. Closed: asked every time. Open: not asked until its pause is over; then one round
 * tries it, and a failure opens it again for twice as long.
 */
export class Breaker {
  #failures = 0;
  #pauseMs = FIRST_PAUSE_MS;
  #openUntil = 0;

  get isClosed(): boolean {
    return this.#failures < FAILURES_TO_OPEN;
  }

  /** Whether to ask now. Saying yes for an open breaker starts its next pause, so that only one caller tries. */
  admit(now: number): boolean {
    if (this.isClosed) return true;
    if (now < this.#openUntil) return false;
    this.#openUntil = now + this.#pauseMs;
    return true;
  }

  recordSuccess(): void {
    this.#failures = 0;
    this.#pauseMs = FIRST_PAUSE_MS;
  }

  recordFailure(now: number): void {
    this.#failures++;
    if (this.isClosed) return;
    if (this.#failures > FAILURES_TO_OPEN) this.#pauseMs = Math.min(MAX_PAUSE_MS, this.#pauseMs * 2);
    this.#openUntil = now + this.#pauseMs;
  }
}
