import type { Clock } from '../../base/clock.ts';
import { CodedError } from '../../base/coded-error.ts';
import { decodeTimestamp, encodeTimestamp } from '../../proof/ots/codec.ts';
import { walkAttestations } from '../../proof/ots/timestamp.ts';
import { Breaker } from './breaker.ts';
import { type CalendarTarget, isAllowedCalendarUri } from './calendar.ts';
import type { CalendarClient } from './calendar-client.ts';
import type { AnchorPolicy } from './policy.ts';

/** A calendar's promise: the proof from the root to its pending attestation, and where to ask for the rest. */
export interface Acceptance {
  readonly proof: Uint8Array;
  readonly commitment: Uint8Array;
  readonly lookupUri: string;
}

export type Outcome =
  | { readonly calendar: CalendarTarget; readonly acceptance: Acceptance }
  | { readonly calendar: CalendarTarget; readonly error: string };

/** What came in by the deadline, in the order of the calendars, and what may still come. */
export interface Gathered {
  readonly outcomes: readonly Outcome[];
  readonly late: readonly Promise<Outcome>[];
}

export type CalendarAnswerErrorCode = 'no-pending-attestation' | 'calendar-not-allowed';
class CalendarAnswerError extends CodedError<CalendarAnswerErrorCode> {}

/** The calendars a server submits to, each behind its own breaker. */
export class CalendarPool {
  readonly targets: readonly CalendarTarget[];
  readonly #client: CalendarClient;
  readonly #allowedUris: readonly string[];
  readonly #policy: AnchorPolicy;
  readonly #clock: Clock;
  readonly #breakers: ReadonlyMap<string, Breaker>;

  constructor(parts: {
    targets: readonly CalendarTarget[];
    allowedUris: readonly string[];
    client: CalendarClient;
    policy: AnchorPolicy;
    clock: Clock;
  }) {
    this.targets = parts.targets;
    this.#client = parts.client;
    this.#allowedUris = parts.allowedUris;
    this.#policy = parts.policy;
    this.#clock = parts.clock;
    this.#breakers = new Map(parts.targets.map(({ name }) => [name, new Breaker()]));
  }

  isReachable(name: string): boolean {
    return this.#breakers.get(name)?.isClosed ?? false;
  }

  isAllowed(uri: string): boolean {
    return isAllowedCalendarUri(uri, this.#allowedUris);
  }

  /**
   * Submits a root to every calendar at once. Resolves when all have answered, or at the first deadline with enough
   * acceptances, or at the second with whatever there is. Never rejects.
   */
  async gather(root: Uint8Array): Promise<Gathered> {
    const admitted = this.#admit();
    const settled = new Map<string, Outcome>();
    const asked = admitted.map((calendar) =>
      this.#ask(calendar, root).then((outcome) => {
        settled.set(calendar.name, outcome);
        return outcome;
      }),
    );
    await this.#untilEnough(asked, settled);
    // Copied at this moment: what settles from here on is late, and belongs to one of the two lists only.
    const onTime = new Map(settled);
    // A calendar that answers too late counts as failing, or it would go on holding up every round.
    for (const calendar of admitted) this.#record(calendar, onTime.get(calendar.name));
    return {
      outcomes: this.targets.map(
        (calendar) =>
          onTime.get(calendar.name) ?? {
            calendar,
            error: admitted.includes(calendar) ? 'no answer in time' : 'left out after repeated failures',
          },
      ),
      late: asked.filter((_, i) => !onTime.has(admitted[i]!.name)),
    };
  }

  /** Submits a root to one calendar and checks its answer. Never rejects. */
  async submit(calendar: CalendarTarget, root: Uint8Array): Promise<Outcome> {
    const outcome = await this.#ask(calendar, root);
    this.#record(calendar, outcome);
    return outcome;
  }

  async #ask(calendar: CalendarTarget, root: Uint8Array): Promise<Outcome> {
    const deadline = new AbortController();
    const answered = new AbortController();
    void this.#clock.sleep(this.#policy.allMs, answered.signal).then(() => deadline.abort());
    try {
      const answer = await this.#client.submit(calendar.url, root, deadline.signal);
      return { calendar, acceptance: this.#readAcceptance(answer, root) };
    } catch (error) {
      return { calendar, error: error instanceof CodedError ? error.message : 'the calendar could not be asked' };
    } finally {
      answered.abort();
    }
  }

  #record(calendar: CalendarTarget, outcome: Outcome | undefined): void {
    const breaker = this.#breakers.get(calendar.name)!;
    if (outcome !== undefined && 'acceptance' in outcome) breaker.recordSuccess();
    else breaker.recordFailure(this.#clock.now());
  }

  #admit(): readonly CalendarTarget[] {
    const now = this.#clock.now();
    const admitted = this.targets.filter(({ name }) => this.#breakers.get(name)!.admit(now));
    // Breakers spare slow calendars while there are enough others; they must not be the reason a receipt is refused.
    return admitted.length >= this.#policy.enoughCalendars ? admitted : this.targets;
  }

  async #untilEnough(asked: readonly Promise<Outcome>[], settled: ReadonlyMap<string, Outcome>): Promise<void> {
    const { enoughMs, enoughCalendars, allMs } = this.#policy;
    const timers = new AbortController();
    const accepted = () => [...settled.values()].filter((outcome) => 'acceptance' in outcome).length;
    const deadlines = (async () => {
      await this.#clock.sleep(enoughMs, timers.signal);
      if (accepted() >= enoughCalendars) return;
      const becameEnough = Promise.withResolvers<void>();
      for (const answer of asked) void answer.then(() => accepted() >= enoughCalendars && becameEnough.resolve());
      await Promise.race([becameEnough.promise, this.#clock.sleep(allMs - enoughMs, timers.signal)]);
    })();
    await Promise.race([Promise.all(asked), deadlines]);
    timers.abort();
  }

  #readAcceptance(answer: Uint8Array, root: Uint8Array): Acceptance {
    const timestamp = decodeTimestamp(answer, root);
    const pending = [...walkAttestations(timestamp)].flatMap(({ message, attestation }) =>
      attestation.type === 'pending' ? [{ message, uri: attestation.uri }] : [],
    );
    if (pending.length === 0) {
      throw new CalendarAnswerError('no-pending-attestation', 'the calendar answered without a pending attestation');
    }
    const ours = pending.find(({ uri }) => this.isAllowed(uri));
    if (ours === undefined) {
      throw new CalendarAnswerError(
        'calendar-not-allowed',
        'the calendar named a lookup address that is not configured',
      );
    }
    return { proof: encodeTimestamp(timestamp), commitment: ours.message, lookupUri: ours.uri };
  }
}
