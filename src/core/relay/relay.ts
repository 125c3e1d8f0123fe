import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { encodeBase64Url } from '../../base/base64url.ts';
import { equalBytes } from '../../base/bytes.ts';
import type { Clock, RandomBytes } from '../../base/clock.ts';
import { encodeUlid } from '../../base/ulid.ts';
import { formatUuidV7 } from '../../base/uuid.ts';
import type { Store } from '../store.ts';
import { WorkError } from '../works/error.ts';
import type { Works } from '../works/works.ts';

export interface RelayMessage {
  /** Checked: not empty, not too long. */
  readonly message: string;
  /** Checked: an address that mail can be sent to. */
  readonly replyTo: string | null;
}

/** Lets anybody write to the author of a work without learning who that is. */
export interface Relay {
  /**
   * The author gets an event, and a mail where the author has an account here; nothing after `block`.
   * Errors: WorkError `certificate-unknown`.
   */
  send(certId: string, message: RelayMessage): Promise<void>;
  /** Ends messages about the certificate that the token is of. Errors: WorkError `certificate-unknown`. */
  block(token: string): Promise<void>;
}

const ID_RANDOM_BYTES = 10;

export function createRelay(parts: {
  readonly store: Pick<Store, 'transact' | 'account'>;
  readonly works: Pick<Works, 'find'>;
  /** Signs the links that block; 32 bytes. */
  readonly key: Uint8Array;
  readonly clock: Clock;
  readonly random: RandomBytes;
}): Relay {
  const { store, works, key, clock, random } = parts;
  return {
    async send(certId, { message, replyTo }) {
      const { version } = await works.find(certId);
      if (version.author === null) throw unknown();
      const hasMailbox = (await store.account.find(version.ownerId)) !== null;
      const now = clock.now();
      await store.transact(async ({ relay, webhookEvent }) => {
        // Dropped, and answered as if it were passed on: nobody learns that the author does not want to hear from them.
        if (await relay.isBlocked(certId)) return;
        await webhookEvent.publish([
          {
            id: `evt_${encodeUlid(now, random(ID_RANDOM_BYTES))}`,
            contract: 'origimark',
            type: 'relay.message',
            isSandbox: false,
            accountId: version.ownerId,
            createdAt: now,
            data: { cert_id: certId, work_id: version.workId, message, reply_to: replyTo },
          },
        ]);
        if (!hasMailbox) return;
        const id = formatUuidV7(now, random(ID_RANDOM_BYTES));
        const blockToken = makeBlockToken(certId, key);
        await relay.insertMail({ id, accountId: version.ownerId, certId, message, replyTo, blockToken }, now);
      });
    },

    async block(token) {
      const certId = readBlockToken(token, key);
      if (certId === null) throw unknown();
      await store.transact(({ relay }) => relay.block(certId, clock.now()));
    },
  };
}

/** What the author has in the mail: the certificate's id and a code that nobody else can make. */
function makeBlockToken(certId: string, key: Uint8Array): string {
  return `${certId}.${encodeBase64Url(signId(certId, key))}`;
}

function readBlockToken(token: string, key: Uint8Array): string | null {
  const [, certId] = /^([0-9a-f-]{36})\.[\w-]{43}$/.exec(token) ?? [];
  const encoder = new TextEncoder();
  const isRight =
    certId !== undefined && equalBytes(encoder.encode(token), encoder.encode(makeBlockToken(certId, key)));
  return isRight ? certId : null;
}

function signId(certId: string, key: Uint8Array): Uint8Array {
  return hmac(sha256, key, new TextEncoder().encode(`block ${certId}`));
}

function unknown(): WorkError {
  return new WorkError('certificate-unknown', 'nobody can be written to about it');
}
