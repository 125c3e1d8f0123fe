import type { FastifyRequest } from 'fastify';
import type { Sessions } from '../../core/account/account.ts';
import type { VerificationLog } from '../../core/works/verification-log.ts';
import type { Works } from '../../core/works/works.ts';
import type { App } from '../../http/shared/app.ts';
import { clientAddress } from '../../http/shared/client-network.ts';
import { RequestFault } from '../../http/shared/request-fault.ts';
import { renderCertificate } from '../pages/certificate.ts';
import type { Scripts } from '../scripts.ts';
import { sendPage } from '../site.ts';
import { type CertificateViewParts, findCertificateView } from './certificate-view.ts';

export interface CertificateRouteParts extends CertificateViewParts {
  readonly scripts: Pick<Scripts, 'paths'>;
  readonly publicUrl: string;
  readonly sessions: Sessions;
  readonly verifications: Pick<VerificationLog, 'note'>;
  readonly works: Pick<Works, 'find' | 'chain'>;
}

/** Whoever fetches pages for machines says so; people's browsers call themselves this. */
const BROWSER = /^Mozilla\//;
const CRAWLER = /bot|crawl|spider|slurp|preview|fetch|monitor|scan|facebookexternalhit|embed|headless/i;

/** `GET /cert/{id}`, for every form of id. */
export function registerCertificatePage(app: App, parts: CertificateRouteParts): void {
  const script = parts.scripts.paths.certificate;
  app.get<{ Params: { id: string } }>('/cert/:id', async (request, reply) => {
    const certificate = await findCertificateView(request.params.id, parts);
    if (certificate === null) throw new RequestFault('route-unknown', 'no such certificate');
    if (certificate.subject.kind === 'work' && isPerson(request)) await noteVisit(request, certificate.id, parts);
    return sendPage(reply, renderCertificate({ certificate, script, publicUrl: parts.publicUrl }));
  });
}

function isPerson({ method, headers }: FastifyRequest): boolean {
  const agent = headers['user-agent'] ?? '';
  return method === 'GET' && BROWSER.test(agent) && !CRAWLER.test(agent);
}

/** An owner who looks at a certificate of their own is no verifier. */
async function noteVisit(
  request: FastifyRequest,
  id: string,
  { works, verifications, sessions }: CertificateRouteParts,
): Promise<void> {
  const visitor = request.headers.cookie === undefined ? null : await sessions.find(request.headers);
  const { version } = await works.find(id);
  verifications.note(version, clientAddress(request.ip), visitor?.id ?? null);
}
