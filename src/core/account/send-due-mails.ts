import type { Clock } from '../../base/clock.ts';

/** Mails in the database that are to be sent. */
export interface MailQueue<WaitingMail> {
  /** Takes those that are due until the lease ends. */
  claim(now: number, leaseUntil: number, limit: number): Promise<readonly WaitingMail[]>;
  /** Rejects when the mail was not sent and has to be tried again. */
  send(mail: WaitingMail): Promise<void>;
  /** Gives it back untried. */
  release(mail: WaitingMail): Promise<void>;
}

const CLAIM_LIMIT = 20;

/**
 * One pass over the mails that are due. Rejects with the last failure.
 *
 * @param leaseMs Longer than sending a claim can take; the mails of a process that died are sent by another one after
 *   this.
 */
export async function sendDueMails<WaitingMail>(
  queue: MailQueue<WaitingMail>,
  { leaseMs, clock, signal }: { readonly leaseMs: number; readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  let failure: unknown;
  for (let claimed = CLAIM_LIMIT; claimed === CLAIM_LIMIT && !signal.aborted; ) {
    const now = clock.now();
    const mails = await queue.claim(now, now + leaseMs, CLAIM_LIMIT);
    claimed = mails.length;
    for (const mail of mails) {
      if (signal.aborted) await queue.release(mail);
      else await queue.send(mail).catch((error) => (failure = error));
    }
  }
  if (failure !== undefined) throw failure;
}
