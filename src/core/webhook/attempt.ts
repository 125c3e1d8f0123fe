import type { Clock, RandomBytes } from '../../base/clock.ts';
import { encodeUlid } from '../../base/ulid.ts';
import type { LaneItem } from './lane.ts';
import { type DeliveryPolicy, nextPauseMs } from './policy.ts';
import { listValid, type SecretBox } from './secret.ts';
import { composeHeaders, type HmacSha256, orderKeys } from './signature.ts';
import type { AttemptOutcome, DeliveryAttempt } from './store.ts';
import type { SealedSecret, WebhookSubscription } from './subscription.ts';
import { type Exchange, parseRetryAfter, type WebhookTransport } from './transport.ts';

export interface AttemptParts {
  readonly transport: WebhookTransport;
  readonly box: SecretBox;
  readonly hmac: HmacSha256;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly policy: DeliveryPolicy;
  readonly onError: (error: unknown) => void;
}

export interface Attempted {
  /** A line of the log. */
  readonly attempt: DeliveryAttempt;
  /** The receiver wants no more. */
  readonly isGone: boolean;
  /** The pause that the receiver asked for, or null. */
  readonly retryAfterMs: number | null;
}

/** Signs an event, sends it once, and judges the answer. Never rejects. */
export type MakeAttempt = (item: LaneItem, subscription: WebhookSubscription) => Promise<Attempted>;

const GONE = 410;

export function createAttempts(parts: AttemptParts): MakeAttempt {
  const { transport, box, hmac, clock, random, policy } = parts;
  const opened = new WeakMap<SealedSecret, string>();

  /** Opened once, since every delivery needs them. */
  function keysOf({ id, secrets }: WebhookSubscription, at: number): readonly string[] {
    return listValid(secrets, at).map((secret) => {
      const known = opened.get(secret) ?? box.open(secret.sealed, id);
      opened.set(secret, known);
      return known;
    });
  }

  async function exchangeSigned(
    sign: () => Record<string, string>,
    request: { readonly url: string; readonly body: Uint8Array; readonly timeoutMs: number },
  ): Promise<Exchange> {
    try {
      return await transport.send({ ...request, headers: sign() });
    } catch (error) {
      parts.onError(error);
      return { status: null, fault: 'unsigned', response: '', retryAfter: null };
    }
  }

  return async ({ event, attempts }, subscription) => {
    const startedAt = clock.now();
    const id = `whd_${encodeUlid(startedAt, random(10))}`;
    const number = attempts + 1;
    const { id: eventId, contract, type, sequence, body } = event;
    const { url } = subscription;
    const sign = () => {
      const signed = {
        contract,
        eventId,
        type,
        sequence,
        deliveryId: id,
        body,
        timestamp: Math.floor(startedAt / 1000),
      };
      return composeHeaders(signed, orderKeys(keysOf(subscription, startedAt), number), hmac);
    };
    const exchange = await exchangeSigned(sign, { url, body, timeoutMs: policy.timeoutMs });

    const now = clock.now();
    const { status } = exchange;
    const isSuccess = status !== null && status >= 200 && status < 300;
    const isGone = status === GONE;
    const retryAfterMs = isSuccess ? null : parseRetryAfter(exchange.retryAfter, now);
    const isLast = isSuccess || isGone || event.isTest;
    const pauseMs = isLast ? null : nextPauseMs(policy, number, retryAfterMs, random(1)[0]! / 255);
    const outcome: AttemptOutcome = isSuccess ? 'succeeded' : pauseMs === null ? 'failed' : 'retrying';
    const attempt: DeliveryAttempt = {
      id,
      subscriptionId: subscription.id,
      sequence,
      attempt: number,
      outcome,
      status,
      error: exchange.fault,
      response: exchange.response,
      url,
      startedAt,
      durationMs: now - startedAt,
      nextAt: pauseMs === null ? null : now + pauseMs,
    };
    return { attempt, isGone, retryAfterMs };
  };
}
