import type { FastifyReply } from 'fastify';
import type { Limiter } from '../../core/limit/limiter.ts';
import type { Limits } from '../../core/limit/limits.ts';
import { FieldsError } from '../../core/registry/error.ts';
import { checkRelayMessage } from '../../core/relay/check-message.ts';
import type { Relay } from '../../core/relay/relay.ts';
import { parseUuid } from '../../core/works/check-registration.ts';
import { WorkError } from '../../core/works/error.ts';
import type { App } from '../../http/shared/app.ts';
import { clientAddress } from '../../http/shared/client-network.ts';
import { RateLimitError, takeTokens } from '../../http/shared/rate-limit.ts';
import { RequestFault } from '../../http/shared/request-fault.ts';
import { acceptFormsOnly } from '../forms/form-body.ts';
import { renderCertificate } from '../pages/certificate.ts';
import type { Scripts } from '../scripts.ts';
import { sendPage } from '../site.ts';
import { type CertificateViewParts, findCertificateView } from './certificate-view.ts';

export interface RelayRouteParts extends CertificateViewParts {
  readonly scripts: Pick<Scripts, 'paths'>;
  readonly publicUrl: string;
  readonly relay: Pick<Relay, 'send'>;
  readonly limiter: Limiter;
  readonly limits: Limits;
}

/** Four thousand letters of twelve bytes each, as a form spells them. */
const BODY_MAX_BYTES = 56 * 1024;

/** `POST /cert/{id}/relay`: what the page's form sends, with the limits of the interface. */
export function registerRelayForm(app: App, parts: RelayRouteParts): void {
  app.register(async (scope) => {
    acceptFormsOnly(scope);
    scope.post<{ Params: { id: string }; Body: unknown }>(
      '/cert/:id/relay',
      { bodyLimit: BODY_MAX_BYTES },
      async (request, reply) => {
        const { id } = request.params;
        const fields = request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
        // Browsers send line ends as the old mail does.
        const message = (fields.get('message') ?? '').replaceAll('\r\n', '\n');
        const replyTo = (fields.get('reply_to') ?? '').trim();
        try {
          await pass(id, { message, replyTo }, clientAddress(request.ip), reply, parts);
        } catch (error) {
          const { status, problem } = describe(error);
          return show(reply.code(status), id, { isSent: false, problem, message, replyTo }, parts);
        }
        return show(reply, id, { isSent: true }, parts);
      },
    );
  });
}

async function pass(
  id: string,
  typed: { readonly message: string; readonly replyTo: string },
  address: string,
  reply: FastifyReply,
  { works, relay, limiter, limits }: RelayRouteParts,
): Promise<void> {
  const message = checkRelayMessage({ message: typed.message, replyTo: typed.replyTo || null });
  const certificate = await findWork(id, works);
  const buckets = [
    { limit: limits['relay-address'], key: address },
    { limit: limits['relay-certificate'], key: certificate },
  ];
  await takeTokens(limiter, buckets, reply);
  await relay.send(certificate, message);
}

/** Errors: WorkError `certificate-unknown`. */
async function findWork(id: string, works: RelayRouteParts['works']): Promise<string> {
  const certId = parseUuid(id);
  if (certId === null) throw new WorkError('certificate-unknown', 'not the id of a work');
  return (await works.find(certId)).version.certId;
}

async function show(
  reply: FastifyReply,
  id: string,
  relay: NonNullable<Parameters<typeof renderCertificate>[0]['relay']>,
  parts: RelayRouteParts,
): Promise<FastifyReply> {
  const certificate = await findCertificateView(id, parts);
  if (certificate?.subject.kind !== 'work') throw new RequestFault('route-unknown', 'no such certificate');
  const { scripts, publicUrl } = parts;
  return sendPage(reply, renderCertificate({ certificate, script: scripts.paths.certificate, publicUrl, relay }));
}

function describe(error: unknown): { readonly status: number; readonly problem: string } {
  if (error instanceof FieldsError) {
    const [first] = error.problems;
    return { status: 400, problem: `The ${first?.field === 'reply_to' ? 'address' : 'message'} ${first?.message}.` };
  }
  if (error instanceof RateLimitError) {
    return { status: 429, problem: 'Too many messages were sent. Try again later; nothing was passed on.' };
  }
  if (error instanceof WorkError) return { status: 404, problem: 'This author cannot be written to.' };
  throw error;
}
