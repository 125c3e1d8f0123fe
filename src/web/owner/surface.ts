import type { Clock } from '../../base/clock.ts';
import type { Account, Sessions } from '../../core/account/account.ts';
import type { Registry } from '../../core/certificate/certificate.ts';
import type { SubmissionService } from '../../core/registry/submissions.ts';
import type { WebhookService } from '../../core/webhook/webhooks.ts';
import type { Works } from '../../core/works/works.ts';
import type { App } from '../../http/shared/app.ts';
import type { Surface } from '../../http/shared/surface.ts';
import { goTo, presentError, type Query, send, signInPath } from '../own-reply.ts';
import { renderFailure } from '../pages/failure.ts';
import { type Page, renderOwnPage, type SectionPath } from '../pages/layout.ts';
import { renderNewTrack } from '../pages/owner/tracks.ts';
import type { Scripts } from '../scripts.ts';
import { showTracks } from './tracks.ts';
import { showWebhook, showWebhooks } from './webhooks.ts';
import { showNewWork, showWorks } from './works.ts';

export interface OwnerPagesParts {
  readonly sessions: Sessions;
  readonly scripts: Pick<Scripts, 'paths'>;
  readonly works: Pick<Works, 'listOwned' | 'chain'>;
  readonly submissions: Pick<SubmissionService, 'list'>;
  readonly clock: Clock;
  readonly webhooks: Readonly<Record<Registry, Pick<WebhookService, 'list' | 'find' | 'deliveries'>>>;
}

export interface Asked {
  readonly account: Account;
  readonly query: Query;
  readonly params: Readonly<Record<string, string>>;
}

/** A page for the owner of an account; null where there is nothing of theirs. */
type Show = (parts: OwnerPagesParts, asked: Asked) => Promise<Page | null>;

const ROUTES: readonly (readonly [path: string, section: SectionPath, show: Show])[] = [
  ['/account/works', '/account/works', showWorks],
  ['/account/works/new', '/account/works', showNewWork],
  ['/account/tracks', '/account/tracks', showTracks],
  ['/account/tracks/new', '/account/tracks', async ({ scripts }) => renderNewTrack(scriptsOf(scripts))],
  ['/account/webhooks', '/account/webhooks', showWebhooks],
  ['/account/webhooks/:contract/:id', '/account/webhooks', showWebhook],
];

function scriptsOf({ paths }: Pick<Scripts, 'paths'>) {
  return { script: paths['file-form'], hashWorker: paths['hash-worker'], printWorker: paths['print-worker'] };
}

/** What an account has registered, and whom it has told. Forms are sent to the routes that programs use. */
export function createOwnerPages(parts: OwnerPagesParts): Surface {
  return {
    pathPrefixes: ['/account/works', '/account/tracks', '/account/webhooks'],
    presentError,
    register(app) {
      for (const [path, section, show] of ROUTES) registerPage(app, parts, { path, section, show });
    },
  };
}

function registerPage(
  app: App,
  parts: OwnerPagesParts,
  { path, section, show }: { path: string; section: SectionPath; show: Show },
): void {
  app.get(path, async (request, reply) => {
    const account = await parts.sessions.find(request.headers);
    if (account === null) return goTo(reply, signInPath(request));
    const params = request.params as Readonly<Record<string, string>>;
    const page = await show(parts, { account, query: request.query as Query, params });
    if (page !== null) return send(reply, renderOwnPage(page, account, section));
    const missing = renderFailure('Nothing here', 'You have nothing with this id.', request.id);
    return send(reply.code(404), renderOwnPage(missing, account, section));
  });
}
