import type { Sessions } from '../../core/account/account.ts';
import type { AccountReader } from '../../core/account/store.ts';
import type { Policies } from '../../core/audio/policies.ts';
import type { CertificateChanges } from '../../core/registry/changes.ts';
import type { ReviewService } from '../../core/registry/review.ts';
import type { RegistryReader } from '../../core/registry/store.ts';
import type { App } from '../../http/shared/app.ts';
import type { Surface } from '../../http/shared/surface.ts';
import { acceptFormsOnly } from '../forms/form-body.ts';
import { servePage } from '../forms/page-route.ts';
import { presentError, type Query, signInPath } from '../own-reply.ts';
import { renderFailure } from '../pages/failure.ts';
import { type OperatorPath, type Page, renderOpenPage, renderOperatorPage } from '../pages/layout.ts';
import { type HealthView, renderHealth } from '../pages/operator/health.ts';
import { renderPolicies } from '../pages/operator/policies.ts';
import { showActions, showCertificate, showCertificates } from './certificates.ts';
import { showAccounts, showIntegrators } from './people.ts';
import { showQueue, showSubmission } from './submissions.ts';

export interface OperatorPagesParts {
  readonly sessions: Sessions;
  readonly publicUrl: string;
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

interface Route {
  readonly path: string;
  readonly section: OperatorPath;
  readonly show: Show;
  readonly formMaxBytes?: number;
}

/** A policy with its cohort, as a form spells it. */
const POLICY_MAX_BYTES = 3 * 1024 * 1024;

const ROUTES: readonly Route[] = [
  { path: '/operator', section: '/operator', show: showQueue },
  { path: '/operator/submissions/:id', section: '/operator', show: (parts, _query, id) => showSubmission(parts, id) },
  { path: '/operator/certificates', section: '/operator/certificates', show: showCertificates },
  {
    path: '/operator/certificates/:id',
    section: '/operator/certificates',
    show: (parts, _query, id) => showCertificate(parts, id),
  },
  { path: '/operator/accounts', section: '/operator/accounts', show: showAccounts },
  { path: '/operator/integrators', section: '/operator/integrators', show: showIntegrators },
  {
    path: '/operator/policies',
    section: '/operator/policies',
    show: async ({ policies }) => renderPolicies(await policies.list()),
    formMaxBytes: POLICY_MAX_BYTES,
  },
  {
    path: '/operator/health',
    section: '/operator/health',
    show: async ({ checkHealth }) => renderHealth(await checkHealth()),
  },
  { path: '/operator/actions', section: '/operator/actions', show: showActions },
];

/** The console of operators: pages over the same services as `/api/operator`, which takes what their forms send. */
export function createOperatorPages(parts: OperatorPagesParts): Surface {
  return {
    pathPrefixes: ['/operator'],
    presentError,
    register(app) {
      acceptFormsOnly(app);
      for (const route of ROUTES) registerPage(app, parts, route);
    },
  };
}

function registerPage(app: App, parts: OperatorPagesParts, { section, show, ...route }: Route): void {
  servePage(app, {
    ...route,
    publicUrl: parts.publicUrl,
    show: async (request) => {
      // Looked up each time, so whoever loses the role is out at once.
      const account = await parts.sessions.find(request.headers);
      if (account === null) return { goTo: signInPath(request) };
      const { email, role } = account;
      if (role !== 'operator') return { status: 403, page: renderOpenPage(renderOthers(email, request.id)) };
      const { id = '' } = request.params as { readonly id?: string };
      const page = await show(parts, request.query as Query, id);
      if (page !== null) return { page: renderOperatorPage(page, email, section) };
      const missing = renderFailure('Nothing here', 'There is nothing with this id.', request.id);
      return { status: 404, page: renderOperatorPage(missing, email, section) };
    },
  });
}

function renderOthers(email: string, requestId: string): Page {
  const advice = `Only operators of this server see this page, and ${email} is none.`;
  return renderFailure('For operators only', advice, requestId);
}
