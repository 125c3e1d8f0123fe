import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Account, Sessions } from '../../core/account/account.ts';
import type { AccountReader } from '../../core/account/store.ts';
import type { Policies } from '../../core/audio/policies.ts';
import type { CertificateChanges } from '../../core/registry/changes.ts';
import type { ReviewService } from '../../core/registry/review.ts';
import type { RegistryReader } from '../../core/registry/store.ts';
import type { App } from '../../http/shared/app.ts';
import type { Surface } from '../../http/shared/surface.ts';
import { goTo, presentError, type Query, send, signInPath } from '../own-reply.ts';
import { renderFailure } from '../pages/failure.ts';
import { type OperatorPath, type Page, renderOpenPage, renderOperatorPage } from '../pages/layout.ts';
import { type HealthView, renderHealth } from '../pages/operator/health.ts';
import { renderPolicies } from '../pages/operator/policies.ts';
import { showActions, showCertificate, showCertificates } from './certificates.ts';
import { showAccounts, showIntegrators } from './people.ts';
import { showQueue, showSubmission } from './submissions.ts';

export interface OperatorPagesParts {
  readonly sessions: Sessions;
  readonly accounts: Pick<AccountReader, 'list' | 'find' | 'findProfile'>;
  readonly registry: Pick<
    RegistryReader,
    'listQueue' | 'listCertificates' | 'findCertificate' | 'listIntegrators' | 'listActions'
  >;
  readonly review: Pick<ReviewService, 'view'>;
  readonly changes: Pick<CertificateChanges, 'view'>;
  readonly policies: Pick<Policies, 'list'>;
  readonly checkHealth: () => Promise<HealthView>;
}

/** A page of the operators' console; null where there is nothing. */
type Show = (parts: OperatorPagesParts, query: Query, id: string) => Promise<Page | null>;

const ROUTES: readonly (readonly [path: string, section: OperatorPath, show: Show])[] = [
  ['/operator', '/operator', showQueue],
  ['/operator/submissions/:id', '/operator', (parts, _query, id) => showSubmission(parts, id)],
  ['/operator/certificates', '/operator/certificates', showCertificates],
  ['/operator/certificates/:id', '/operator/certificates', (parts, _query, id) => showCertificate(parts, id)],
  ['/operator/accounts', '/operator/accounts', showAccounts],
  ['/operator/integrators', '/operator/integrators', showIntegrators],
  ['/operator/policies', '/operator/policies', async ({ policies }) => renderPolicies(await policies.list())],
  ['/operator/health', '/operator/health', async ({ checkHealth }) => renderHealth(await checkHealth())],
  ['/operator/actions', '/operator/actions', showActions],
];

/** The console of operators: pages over the same services as `/api/operator`, to which their forms are sent. */
export function createOperatorPages(parts: OperatorPagesParts): Surface {
  return {
    pathPrefixes: ['/operator'],
    presentError,
    register(app) {
      for (const [path, section, show] of ROUTES) registerPage(app, parts, { path, section, show });
    },
  };
}

function registerPage(
  app: App,
  parts: OperatorPagesParts,
  { path, section, show }: { path: string; section: OperatorPath; show: Show },
): void {
  app.get<{ Params: { id?: string } }>(path, async (request, reply) => {
    // Looked up each time, so whoever loses the role is out at once.
    const account = await parts.sessions.find(request.headers);
    if (account === null) return goTo(reply, signInPath(request));
    if (account.role !== 'operator') return refuse(reply, account, request);
    const page = await show(parts, request.query as Query, request.params.id ?? '');
    if (page === null) {
      const missing = renderFailure('Nothing here', 'There is nothing with this id.', request.id);
      return send(reply.code(404), renderOperatorPage(missing, account.email, section));
    }
    return send(reply, renderOperatorPage(page, account.email, section));
  });
}

function refuse(reply: FastifyReply, { email }: Account, request: FastifyRequest): FastifyReply {
  const advice = `Only operators of this server see this page, and ${email} is none.`;
  return send(reply.code(403), renderOpenPage(renderFailure('For operators only', advice, request.id)));
}
