import { hkdfSync } from 'node:crypto';
import { MailOutbox } from '../core/account/mail-outbox.ts';
import type { Running, WorkSettings } from './app.ts';
import { createSecretBox } from './secret-box.ts';
import { systemClock, systemRandom } from './system.ts';
import type { Worker } from './workers.ts';

const KEY_BYTES = 32;

type OutboxParts = Omit<ConstructorParameters<typeof MailOutbox>[0], 'box'> & {
  /** Of `loadAccountSecret`. */
  readonly secret: Uint8Array;
};

export function createMailOutbox({ secret, ...parts }: OutboxParts): MailOutbox {
  const key = new Uint8Array(hkdfSync('sha256', secret, '', 'touchmark account mails', KEY_BYTES));
  return new MailOutbox({ ...parts, box: createSecretBox(key) });
}

/** What sends mails of accounts that could not be sent at once; nothing without a mail server. */
export function accountMailWorkers(
  { store }: Pick<Running, 'store'>,
  { mailer, accountSecret: secret, pace }: Pick<WorkSettings, 'mailer' | 'accountSecret' | 'pace'>,
): readonly Worker[] {
  if (mailer === null) return [];
  const outbox = createMailOutbox({ store, mailer, secret, clock: systemClock, random: systemRandom });
  return [{ name: 'account-mail', intervalMs: pace.orderIntervalMs, run: (signal) => outbox.run(signal) }];
}
