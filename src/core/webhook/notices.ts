import type { Clock } from '../../base/clock.ts';
import type { Mail, Mailer } from '../account/account.ts';
import type { Store } from '../store.ts';
import type { WebhookSubscription } from './subscription.ts';

const CLAIM_LIMIT = 20;
/** Also the pause after a mail server did not take one. */
const LEASE_MS = 10 * 60_000;

/** Tells owners that a subscription was disabled, which they did not ask for. A mail is sent once, or, after a crash, twice. */
export class WebhookNoticeWorker {
  readonly #parts: { store: Store; mailer: Mailer; clock: Clock; publicUrl: string };

  constructor(parts: { store: Store; mailer: Mailer; clock: Clock; publicUrl: string }) {
    this.#parts = parts;
  }

  /** One pass; resolves with how many were told. Rejects with the last failure. */
  async run(signal: AbortSignal): Promise<number> {
    const { store, clock } = this.#parts;
    const now = clock.now();
    const due = await store.transact(({ webhook }) => webhook.claimNotices(now, now + LEASE_MS, CLAIM_LIMIT));
    let failure: unknown;
    let told = 0;
    for (const subscription of due) {
      if (signal.aborted) break;
      try {
        await this.#tell(subscription);
        told++;
      } catch (error) {
        failure = error;
      }
    }
    if (failure !== undefined) throw failure;
    return told;
  }

  async #tell(subscription: WebhookSubscription): Promise<void> {
    const { store, mailer, publicUrl } = this.#parts;
    const { accountId, id } = subscription;
    const account = await store.account.find(accountId);
    if (account !== null) await mailer.send(composeNotice(account.email, subscription, publicUrl));
    await store.transact(({ webhook }) => webhook.settleNotice({ accountId, subscriptionId: id }));
  }
}

function composeNotice(to: string, { id, url, disabled }: WebhookSubscription, publicUrl: string): Mail {
  const reason =
    disabled?.reason === 'gone'
      ? 'its receiver answered 410 Gone'
      : 'too many deliveries in a row failed, each after all its attempts';
  return {
    to,
    subject: 'A webhook was disabled',
    // Only where it points, without path and query: those may hold what only the receiver should see.
    text: `The webhook ${id} to ${new URL(url).host} was disabled, because ${reason}.

Nothing is sent to it now. When the receiver works again, enable the webhook in your account and have what it missed
sent once more:

${publicUrl}/account
`,
  };
}
