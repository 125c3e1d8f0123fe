import type { Clock } from '../../base/clock.ts';
import type { Mail, Mailer } from '../account/account.ts';
import { sendDueMails } from '../account/send-due-mails.ts';
import type { Store } from '../store.ts';
import type { PackMail } from './store.ts';

const LEASE_MS = 30 * 60_000;
const FIRST_PAUSE_MS = 60_000;
/** Four times a day: a mail server that was down for a week is noticed soon enough. */
const MAX_PAUSE_MS = 6 * 3_600_000;

/** Sends tokens of packs. One that was taken by the mail server is deleted here, and nowhere kept but as its hash. */
export class PackMailWorker {
  readonly #parts: { store: Store; mailer: Mailer; clock: Clock };

  constructor(parts: { store: Store; mailer: Mailer; clock: Clock }) {
    this.#parts = parts;
  }

  /** One pass over the mails that are due. Rejects with the last failure. */
  run(signal: AbortSignal): Promise<void> {
    const { store, clock } = this.#parts;
    return sendDueMails(
      {
        claim: (now, leaseUntil, limit) => store.transact(({ order }) => order.claimMails(now, leaseUntil, limit)),
        send: (mail) => this.#send(mail),
        release: (mail) => this.#postpone(mail, 0),
      },
      { leaseMs: LEASE_MS, clock, signal },
    );
  }

  async #send(mail: PackMail): Promise<void> {
    const { store, mailer } = this.#parts;
    try {
      await mailer.send(composePackMail(mail));
    } catch (error) {
      await this.#postpone(mail, Math.min(FIRST_PAUSE_MS * 2 ** mail.attempts, MAX_PAUSE_MS));
      throw error;
    }
    await store.transact(({ order }) => order.deleteMail(mail.credentialId));
  }

  #postpone({ credentialId }: PackMail, pauseMs: number): Promise<void> {
    const dueAt = this.#parts.clock.now() + pauseMs;
    return this.#parts.store.transact(({ order }) => order.postponeMail(credentialId, dueAt));
  }
}

function composePackMail({ email, secret, credits }: PackMail): Mail {
  return {
    to: email,
    subject: `Your pack of ${credits} receipts`,
    text: `Thank you. This is the token of your pack of ${credits} receipts:

${secret}

Send it in the X-Pack-Token header with a request to anchor; each receipt takes one credit. The credits do not expire.

Keep this mail: the server keeps no copy of the token and cannot show it again. Whoever has the token can use it.
`,
  };
}
