import type { Clock } from '../../base/clock.ts';
import type { Mail, Mailer } from '../account/account.ts';
import { sendDueMails } from '../account/send-due-mails.ts';
import type { Store } from '../store.ts';
import type { RelayMail } from './store.ts';

const LEASE_MS = 30 * 60_000;
const FIRST_PAUSE_MS = 60_000;
const MAX_PAUSE_MS = 6 * 3_600_000;
/** A week and more: what nobody takes by then, nobody will. */
const ATTEMPTS_MAX = 40;

/** Sends relayed messages to authors. What was taken by the mail server is deleted. */
export class RelayMailWorker {
  readonly #parts: { store: Store; mailer: Mailer; publicUrl: string; clock: Clock };

  constructor(parts: { store: Store; mailer: Mailer; publicUrl: string; clock: Clock }) {
    this.#parts = parts;
  }

  /** One pass over the mails that are due. Rejects with the last failure. */
  run(signal: AbortSignal): Promise<void> {
    const { store, clock } = this.#parts;
    return sendDueMails(
      {
        claim: (now, leaseUntil, limit) => store.transact(({ relay }) => relay.claimMails(now, leaseUntil, limit)),
        send: (mail) => this.#send(mail),
        release: (mail) => this.#postpone(mail, 0),
      },
      { leaseMs: LEASE_MS, clock, signal },
    );
  }

  async #send(mail: RelayMail): Promise<void> {
    const { store, mailer } = this.#parts;
    const account = await store.account.find(mail.accountId);
    // An account that is gone, or wants no more, gets nothing.
    const isWanted = account !== null && !(await store.transact(({ relay }) => relay.isBlocked(mail.certId)));
    try {
      if (isWanted) await mailer.send(this.#compose(account.email, mail));
    } catch (error) {
      if (mail.attempts < ATTEMPTS_MAX) {
        await this.#postpone(mail, Math.min(FIRST_PAUSE_MS * 2 ** mail.attempts, MAX_PAUSE_MS));
        throw error;
      }
    }
    await store.transact(({ relay }) => relay.deleteMail(mail.id));
  }

  #postpone({ id }: RelayMail, pauseMs: number): Promise<void> {
    const dueAt = this.#parts.clock.now() + pauseMs;
    return this.#parts.store.transact(({ relay }) => relay.postponeMail(id, dueAt));
  }

  #compose(to: string, { certId, message, replyTo, blockToken }: RelayMail): Mail {
    const { publicUrl } = this.#parts;
    const blockUrl = `${publicUrl}/api/v1/relay/block?token=${encodeURIComponent(blockToken)}`;
    // Quoted, so that nobody can make it look as if the server said it.
    const quoted = message
      .split(/\r\n|[\n\r\u2028\u2029]/)
      .map((line) => `> ${line.replace(/\p{Cc}/gu, ' ')}`)
      .join('\n');
    return {
      to,
      subject: 'A message about a work of yours',
      unsubscribeUrl: blockUrl,
      text: `Somebody wrote to the author of the work at ${publicUrl}/cert/${certId}. Touchmark does not know who it is,
and did not tell them who you are. This is the message, as it came:

${quoted}

${replyTo === null ? 'They left no address.' : `They say that they can be reached at ${replyTo}. If you write there, they learn your address.`}

Open this link and confirm to get no more messages about this work:

${blockUrl}
`,
    };
  }
}
