import type { Clock } from '../../base/clock.ts';
import { CodedError } from '../../base/coded-error.ts';
import { decodeTimestamp, encodeTimestamp } from '../../proof/ots/codec.ts';
import { NODES_DEPTH_MAX, timestampDepth, walkAttestations } from '../../proof/ots/timestamp.ts';
import { Breaker } from './breaker.ts';
import { type CalendarTarget, isAllowedCalendarUri } from './calendar.ts';
import type { CalendarClient } from './calendar-client.ts';
import type { AnchorPolicy } from './policy.ts';
import { HEAD_NODES_MAX } from './round.ts';

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

type CalendarAnswerErrorCode = 'no-pending-attestation' | 'calendar-not-allowed' | 'proof-too-deep';
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
    this.#breakers = new Map(parts.targets.map(({ name }) => [name, new Breaker(parts.policy.breakerPauseMs)]));
  }

  isReachable(name: string): boolean {
    return this.#breakers.get(name)?.isClosed ?? false;
  }

  isAllowed(uri: string): boolean {
    return isAllowedCalendarUri(uri, this.#allowedUris);
  }

  /**
   * Submits a root to every calendar at once, but for those whose breaker is open; these are asked too when none of the
   * others accepts. Resolves when all have answered, or at the first deadline with enough acceptances, or at the second
   * with whatever there is. Never rejects.
   */
  async gather(root: Uint8Array): Promise<Gathered> {
    const now = this.#clock.now();
    const admitted = this.targets.filter(({ name }) => this.#breakers.get(name)!.admit(now));
    const first = await this.#gatherFrom(admitted, root);
    const others = this.targets.filter((calendar) => !admitted.includes(calendar));
    const hasAccepted = first.outcomes.some((outcome) => 'acceptance' in outcome);
    if (hasAccepted || others.length === 0) {
      const leftOut = others.map((calendar) => ({ calendar, error: 'left out after repeated failures' }));
      return { outcomes: this.#inOrder([...first.outcomes, ...leftOut]), late: first.late };
    }
    const second = await this.#gatherFrom(others, root);
    return {
      outcomes: this.#inOrder([...first.outcomes, ...second.outcomes]),
      late: [...first.late, ...second.late],
    };
  }

  #inOrder(outcomes: readonly Outcome[]): readonly Outcome[] {
    return this.targets.map((target) => outcomes.find(({ calendar }) => calendar === target)!);
  }

  async #gatherFrom(calendars: readonly CalendarTarget[], root: Uint8Array): Promise<Gathered> {
    const settled = new Map<CalendarTarget, Outcome>();
    let isOver = false;
    const asked = calendars.map((calendar) =>
      this.#ask(calendar, root).then((outcome) => {
        settled.set(calendar, outcome);
        if (isOver && 'acceptance' in outcome) this.#breakers.get(calendar.name)!.recordLate(this.#clock.now());
        return outcome;
      }),
    );
    await this.#untilEnough(asked, settled);
    isOver = true;
    // Copied at this moment: what settles from here on is late, and belongs to one of the two lists only.
    const onTime = new Map(settled);
    // A calendar that answers too late counts as failing, or it would go on holding up every round.
    for (const calendar of calendars) this.#record(calendar, onTime.get(calendar));
    return {
      outcomes: calendars.map((calendar) => onTime.get(calendar) ?? { calendar, error: 'no answer in time' }),
      late: asked.filter((_, i) => !onTime.has(calendars[i]!)),
    };
  }

  /** Submits a root to one calendar and checks its answer. Never rejects. */
  async submit(calendar: CalendarTarget, root: Uint8Array): Promise<Outcome> {
    if (!this.#breakers.get(calendar.name)!.admit(this.#clock.now())) {
      return { calendar, error: 'left out after repeated failures' };
    }
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

  async #untilEnough(asked: readonly Promise<Outcome>[], settled: ReadonlyMap<CalendarTarget, Outcome>): Promise<void> {
    const { enoughMs, allMs } = this.#policy;
    const enoughCalendars = Math.min(this.#policy.enoughCalendars, asked.length);
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
    if (timestampDepth(timestamp) + HEAD_NODES_MAX > NODES_DEPTH_MAX) {
      throw new CalendarAnswerError('proof-too-deep', 'the calendar answered with a proof too deep for any file');
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
