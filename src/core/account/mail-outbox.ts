import type { Clock, RandomBytes } from '../../base/clock.ts';
import { formatUuidV7 } from '../../base/uuid.ts';
import type { Store } from '../store.ts';
import type { SecretBox } from '../webhook/secret.ts';
import type { Mail, Mailer } from './account.ts';
import { sendDueMails } from './send-due-mails.ts';

/** A mail to an account on its way, sealed under its id: whoever has the link in it may have the account. */
export interface WaitingMail {
  /** A UUID. */
  readonly id: string;
  readonly sealed: string;
  /** How often it was tried, this time included. */
  readonly attempts: number;
  readonly createdAt: number;
}

export interface MailOutboxWriter {
  insert(mail: Omit<WaitingMail, 'attempts'>, dueAt: number): Promise<void>;
  /** Takes mails that are due until the lease ends. */
  claim(now: number, leaseUntil: number, limit: number): Promise<readonly WaitingMail[]>;
  postpone(id: string, dueAt: number): Promise<void>;
  delete(id: string): Promise<void>;
}

const LEASE_MS = 10 * 60_000;
const FIRST_PAUSE_MS = 10_000;
const MAX_PAUSE_MS = 5 * 60_000;
/** The links in these mails work for an hour. */
const KEPT_MS = 60 * 60_000;
const ID_RANDOM_BYTES = 10;

/** Mails of accounts are kept, sealed, until the mail server has taken them or their links have ended. */
export class MailOutbox {
  readonly #parts: { store: Store; mailer: Mailer; box: SecretBox; clock: Clock; random: RandomBytes };

  constructor(parts: { store: Store; mailer: Mailer; box: SecretBox; clock: Clock; random: RandomBytes }) {
    this.#parts = parts;
  }

  /** Resolves when the mail cannot get lost any more, with what sends it at once. */
  async keep(mail: Mail): Promise<() => Promise<void>> {
    const { store, box, clock, random } = this.#parts;
    const createdAt = clock.now();
    const id = formatUuidV7(createdAt, random(ID_RANDOM_BYTES));
    const waiting = { id, sealed: box.seal(JSON.stringify(mail), id), createdAt };
    await store.transact(({ mailOutbox }) => mailOutbox.insert(waiting, createdAt + LEASE_MS));
    return () => this.#send({ ...waiting, attempts: 1 });
  }

  /** One pass over the mails that are due. Rejects with the last failure. */
  run(signal: AbortSignal): Promise<void> {
    const { store, clock } = this.#parts;
    return sendDueMails(
      {
        claim: (now, leaseUntil, limit) => store.transact(({ mailOutbox }) => mailOutbox.claim(now, leaseUntil, limit)),
        send: (mail) => this.#send(mail),
        release: (mail) => this.#postpone(mail, 0),
      },
      { leaseMs: LEASE_MS, clock, signal },
    );
  }

  async #send(waiting: WaitingMail): Promise<void> {
    const { store, mailer, clock } = this.#parts;
    const { id, attempts, createdAt } = waiting;
    try {
      if (clock.now() < createdAt + KEPT_MS) await mailer.send(this.#open(waiting));
    } catch (error) {
      await this.#postpone(waiting, Math.min(FIRST_PAUSE_MS * 2 ** (attempts - 1), MAX_PAUSE_MS));
      throw error;
    }
    await store.transact(({ mailOutbox }) => mailOutbox.delete(id));
  }

  #open({ id, sealed }: WaitingMail): Mail {
    return JSON.parse(this.#parts.box.open(sealed, id)) as Mail;
  }

  #postpone({ id }: WaitingMail, pauseMs: number): Promise<void> {
    const dueAt = this.#parts.clock.now() + pauseMs;
    return this.#parts.store.transact(({ mailOutbox }) => mailOutbox.postpone(id, dueAt));
  }
}
