import type { Clock } from '../../base/clock.ts';
import type { Account, Sessions } from '../../core/account/account.ts';
import type { Registry } from '../../core/certificate/certificate.ts';
import type { SubmissionService } from '../../core/registry/submissions.ts';
import type { TimestampService } from '../../core/timestamp/timestamps.ts';
import type { WebhookService } from '../../core/webhook/webhooks.ts';
import type { Works } from '../../core/works/works.ts';
import type { App } from '../../http/shared/app.ts';
import type { Surface } from '../../http/shared/surface.ts';
import { acceptFormsOnly } from '../forms/form-body.ts';
import { servePage } from '../forms/page-route.ts';
import { presentError, type Query, signInPath } from '../own-reply.ts';
import type { TimestampUsageParts } from '../own-usage.ts';
import { renderFailure } from '../pages/failure.ts';
import { type Page, renderOwnPage, type SectionPath } from '../pages/layout.ts';
import { renderNewTrack } from '../pages/owner/tracks.ts';
import type { Scripts } from '../scripts.ts';
import { showTimestamps } from './timestamps.ts';
import { showTracks } from './tracks.ts';
import { showWebhook, showWebhooks } from './webhooks.ts';
import { showNewWork, showWorks } from './works.ts';

export interface OwnerPagesParts {
  readonly sessions: Sessions;
  readonly publicUrl: string;
  readonly scripts: Pick<Scripts, 'paths'>;
  readonly works: Pick<Works, 'listOwned' | 'chain'>;
  readonly submissions: Pick<SubmissionService, 'list'>;
  readonly timestamps: Pick<TimestampService, 'list'>;
  readonly timestampUsage: TimestampUsageParts;
  readonly clock: Clock;
  readonly webhooks: Readonly<Record<Registry, Pick<WebhookService, 'list' | 'find' | 'deliveries'>>>;
}

export interface Asked {
  readonly account: Account;
  readonly query: Query;
  readonly params: Readonly<Record<string, string>>;
}

interface Route {
  readonly path: string;
  readonly section: SectionPath;
  readonly show: Show;
  readonly formMaxBytes?: number;
}

/** A page for the owner of an account; null where there is nothing of theirs. */
type Show = (parts: OwnerPagesParts, asked: Asked) => Promise<Page | null>;

/** With the prints of a recording that lasts hours. */
const TRACK_MAX_BYTES = 256 * 1024;

const ROUTES: readonly Route[] = [
  { path: '/account/works', section: '/account/works', show: showWorks },
  { path: '/account/works/new', section: '/account/works', show: showNewWork },
  { path: '/account/tracks', section: '/account/tracks', show: showTracks },
  {
    path: '/account/tracks/new',
    section: '/account/tracks',
    show: async ({ scripts }) => renderNewTrack(scriptsOf(scripts)),
    formMaxBytes: TRACK_MAX_BYTES,
  },
  { path: '/account/timestamps', section: '/account/timestamps', show: showTimestamps },
  { path: '/account/webhooks', section: '/account/webhooks', show: showWebhooks },
  { path: '/account/webhooks/:contract/:id', section: '/account/webhooks', show: showWebhook },
];

function scriptsOf({ paths }: Pick<Scripts, 'paths'>) {
  return { script: paths['file-form'], hashWorker: paths['hash-worker'], printWorker: paths['print-worker'] };
}

/** What an account has registered and timestamped, and whom it has told. */
export function createOwnerPages(parts: OwnerPagesParts): Surface {
  return {
    pathPrefixes: ['/account/works', '/account/tracks', '/account/timestamps', '/account/webhooks'],
    presentError,
    register(app) {
      acceptFormsOnly(app);
      for (const route of ROUTES) registerPage(app, parts, route);
    },
  };
}

function registerPage(app: App, parts: OwnerPagesParts, { section, show, ...route }: Route): void {
  servePage(app, {
    ...route,
    publicUrl: parts.publicUrl,
    show: async (request) => {
      const account = await parts.sessions.find(request.headers);
      if (account === null) return { goTo: signInPath(request) };
      const params = request.params as Readonly<Record<string, string>>;
      const page = await show(parts, { account, query: request.query as Query, params });
      if (page !== null) return { page: renderOwnPage(page, account, section) };
      const missing = renderFailure('Nothing here', 'You have nothing with this id.', request.id);
      return { status: 404, page: renderOwnPage(missing, account, section) };
    },
  });
}
