import type { FastifyBaseLogger } from 'fastify';
import { encodeHex } from '../../base/hex.ts';
import type { Mail, Mailer } from '../../core/account/account.ts';
import type { Anchored } from '../../core/anchor/anchor.ts';
import type { Limit, Limiter } from '../../core/limit/limiter.ts';
import type { PurseId } from '../../core/meter/ledger.ts';
import { OrphographError } from './errors.ts';
import { isMailAddress } from './mail-address.ts';
import { presentTime } from './wire.ts';

/** Somebody who anchors their own works needs no more, and who annoys others with a pack gets no further. */
const NOTIFY_LIMIT: Limit = { name: 'orphograph-notify-pack', count: 20, periodMs: 60 * 60 * 1000 };

/** Sends receipts by mail, beside the answers. Whatever fails there is logged, and no anchor fails with it. */
export interface Notifier {
  notify(purse: PurseId, recipient: string, anchored: Anchored, log: FastifyBaseLogger): void;
  /** Resolves when no mail is under way. */
  drain(): Promise<void>;
}

export function createNotifier({
  mailer,
  limiter,
  publicUrl,
}: {
  mailer: Mailer;
  limiter: Limiter;
  publicUrl: string;
}): Notifier {
  const underWay = new Set<Promise<void>>();

  async function send(purse: PurseId, recipient: string, anchored: Anchored, log: FastifyBaseLogger): Promise<void> {
    const { allowed } = await limiter.take([{ limit: NOTIFY_LIMIT, key: purse }]);
    if (allowed) await mailer.send(composeMail(recipient, anchored, publicUrl));
    else log.warn('a pack asked for more mails than it is granted');
  }

  return {
    notify(purse, recipient, anchored, log) {
      const sent = send(purse, recipient, anchored, log)
        .catch((error) => log.warn({ err: error }, 'a receipt could not be sent by mail'))
        .finally(() => underWay.delete(sent));
      underWay.add(sent);
    },
    async drain() {
      await Promise.all(underWay);
    },
  };
}

/** Null when there is none. Errors: `notify-email-invalid`. */
export function parseNotifyEmail(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string' || !isMailAddress(value)) {
    throw new OrphographError('notify-email-invalid', 'not an address');
  }
  return value;
}

/** Without the label: nobody gets to write to others in our name. */
function composeMail(to: string, { receipt }: Anchored, publicUrl: string): Mail {
  return {
    to,
    subject: `Receipt ${receipt.id}`,
    text: `A SHA-256 digest was submitted for anchoring in Bitcoin, and this address was named for its receipt.

Receipt:    ${receipt.id}
Digest:     ${encodeHex(receipt.digest)}
Submitted:  ${presentTime(receipt.createdAt)}

The receipt and how far it has come:
${publicUrl}/api/receipt/${receipt.id}/summary

The archive to keep with the file; download it again when the receipt is pinned:
${publicUrl}/api/receipt/${receipt.id}.zip
`,
  };
}
