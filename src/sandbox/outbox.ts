import { hash } from 'node:crypto';
import type { FastifyPluginAsync } from 'fastify';
import type { Clock } from '../base/clock.ts';
import type { Mail, Mailer } from '../core/account/account.ts';

/** A mail as it would have been sent. */
export interface OutboxMail extends Mail {
  /** Epoch ms. */
  readonly sentAt: number;
}

/** In place of a mail server: keeps the last mails, newest first. */
export interface Outbox extends Mailer {
  readonly mails: readonly OutboxMail[];
}

/** Enough for a day of trying things out; the sandbox must not grow for ever. */
const KEPT_MAILS = 200;

export function createOutbox(clock: Clock): Outbox {
  const mails: OutboxMail[] = [];
  return {
    mails,
    async send({ to, subject, text }) {
      mails.unshift({ to, subject, text, sentAt: clock.now() });
      mails.length = Math.min(mails.length, KEPT_MAILS);
    },
  };
}

/** `GET /outbox`, a page, and `GET /outbox.json` with `to`, `subject`, `text` and `sent_at` of each mail. */
export function outboxRoutes(outbox: Outbox): FastifyPluginAsync {
  return async (app) => {
    app.get('/outbox', (_request, reply) => {
      reply
        .header('content-security-policy', PAGE_POLICY)
        .header('referrer-policy', 'no-referrer')
        .header('cache-control', 'no-store')
        .type('text/html; charset=utf-8')
        .send(renderPage(outbox.mails));
    });
    app.get('/outbox.json', (_request, reply) => {
      reply.header('cache-control', 'no-store').send(
        outbox.mails.map(({ to, subject, text, sentAt }) => ({
          to,
          subject,
          text,
          sent_at: new Date(sentAt).toISOString(),
        })),
      );
    });
  };
}

const STYLE = `
body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 50rem; padding: 0 1rem }
article { border-top: 1px solid #767676; padding: 1rem 0 }
h2 { font-size: 1.1rem; margin: 0 }
pre { font: inherit; overflow-wrap: anywhere; white-space: pre-wrap }
`;

const PAGE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${hash('sha256', STYLE, 'base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

function renderPage(mails: readonly OutboxMail[]): string {
  const articles = mails.map(
    ({ to, subject, text, sentAt }) => `<article>
<h2>${escapeHtml(subject)}</h2>
<p>To ${escapeHtml(to)}, <time>${new Date(sentAt).toISOString()}</time></p>
<pre>${linkAddresses(text)}</pre>
</article>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Outbox</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Outbox</h1>
<p>The sandbox sends no mail. This is what it would have sent, newest first.</p>
${articles.join('\n') || '<p>Nothing yet.</p>'}
</main>
</body>
</html>
`;
}

/** Lines that are an address and nothing else can be followed, as in a mail program. */
function linkAddresses(text: string): string {
  return text
    .split('\n')
    .map((line) =>
      /^https?:\/\/\S+$/.test(line) ? `<a href="${escapeHtml(line)}">${escapeHtml(line)}</a>` : escapeHtml(line),
    )
    .join('\n');
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (character) => entities[character]!);
}
