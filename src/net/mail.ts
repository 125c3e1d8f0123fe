import { createTransport } from 'nodemailer';
import { CodedError } from '../base/coded-error.ts';
import type { Mailer } from '../core/account/account.ts';

/** address-malformed, subject-malformed: nothing was sent. not-sent: the mail server did not take it. */
export class MailError extends CodedError<'address-malformed' | 'subject-malformed' | 'not-sent'> {}

/** Who is asked to send mail, and in whose name. */
export interface MailServer {
  /** `smtp://` or `smtps://`, with user and password if it wants them. */
  readonly url: string;
  /** `mail@example.com`, or `Name <mail@example.com>`. */
  readonly from: string;
}

const CONNECT_TIMEOUT_MS = 10_000;
const IDLE_TIMEOUT_MS = 20_000;

/** One plain address: nothing that separates, groups, quotes or comments addresses, and no white space. */
const ADDRESS = /^[^\s\p{Cc}<>()[\]\\,;:"@]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?$/u;
const NAMED_ADDRESS = /^([^<>"\p{Cc}]*?)\s*<([^<>]+)>$/u;

/** Sends by SMTP, one connection for each mail. A password is sent over TLS only, but to this machine itself. */
export function createSmtpMailer({ url, from }: MailServer): Mailer {
  const server = new URL(url);
  const isSecure = server.protocol === 'smtps:';
  const user = decodeURIComponent(server.username);
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(server.hostname);
  const transport = createTransport({
    host: server.hostname.replace(/^\[|\]$/g, ''),
    port: Number(server.port) || (isSecure ? 465 : 587),
    secure: isSecure,
    requireTLS: !isSecure && user !== '' && !isLocal,
    ...(user !== '' && { auth: { user, pass: decodeURIComponent(server.password) } }),
    connectionTimeout: CONNECT_TIMEOUT_MS,
    greetingTimeout: CONNECT_TIMEOUT_MS,
    dnsTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: IDLE_TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const sender = parseSender(from);

  return {
    async send({ to, subject, text, unsubscribeUrl }) {
      if (!ADDRESS.test(to)) throw new MailError('address-malformed', 'not one plain e-mail address');
      if (/\p{Cc}/u.test(subject)) throw new MailError('subject-malformed', 'a control character in the subject');
      try {
        await transport.sendMail({
          from: sender,
          to: { name: '', address: to },
          envelope: { from: sender.address, to },
          subject,
          text,
          // Vacation notices do not answer to this (RFC 3834 section 5).
          headers: {
            'Auto-Submitted': 'auto-generated',
            ...(unsubscribeUrl !== undefined && {
              'List-Unsubscribe': `<${unsubscribeUrl}>`,
              'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
            }),
          },
        });
      } catch (error) {
        throw new MailError('not-sent', `the mail server did not take the mail: ${reasonOf(error)}`, { cause: error });
      }
    },
  };
}

/** Errors: `address-malformed`. */
function parseSender(from: string): { name: string; address: string } {
  const [, name = '', address = from] = NAMED_ADDRESS.exec(from.trim()) ?? [];
  if (!ADDRESS.test(address)) throw new MailError('address-malformed', 'the sender is not a plain e-mail address');
  return { name, address };
}

/** The kind of failure only: a server's own words may repeat addresses. */
function reasonOf(error: unknown): string {
  const { code, responseCode } = error as { code?: unknown; responseCode?: unknown };
  return [code, responseCode].filter((part) => part !== undefined).join(' ') || 'unknown reason';
}
