import { Type } from 'typebox';
import type { Limiter } from '../../core/limit/limiter.ts';
import type { Limits } from '../../core/limit/limits.ts';
import { type FieldProblem, FieldsError } from '../../core/registry/error.ts';
import { checkRelayMessage } from '../../core/relay/check-message.ts';
import type { Relay, RelayMessage } from '../../core/relay/relay.ts';
import type { App } from '../shared/app.ts';
import { clientAddress } from '../shared/client-network.ts';
import { takeTokens } from '../shared/rate-limit.ts';
import type { Admission } from './admission.ts';
import { CertParams, errorResponses, parseCertId, tags } from './schemas.ts';

/** Room for the longest message in the most wasteful spelling of JSON, and an address. */
const BODY_MAX_BYTES = 32 * 1024;

const Body = Type.Object({ message: Type.String(), reply_to: Type.Optional(Type.Union([Type.String(), Type.Null()])) });
const sendSchema = {
  summary: 'Write to the author of a work without learning who it is',
  tags,
  params: CertParams,
  body: Body,
  response: { 202: Type.Object({ status: Type.Literal('accepted') }), ...errorResponses(400, 404, 413, 415, 429) },
};
const blockSchema = {
  summary: 'End messages about a work, with the link that its author has in a mail',
  tags,
  querystring: Type.Object({ token: Type.Optional(Type.String()) }),
  response: { 200: { content: { 'text/html': { schema: Type.String() } } }, ...errorResponses(404, 429) },
};

const PAGE_POLICY = "default-src 'none'; form-action 'self'; frame-ancestors 'none'";

/** `POST /api/v1/relay/{cert_id}`, and the two steps of the link in its mails. */
export function registerRelay(
  app: App,
  relay: Relay,
  admission: Admission,
  { limiter, limits }: { readonly limiter: Limiter; readonly limits: Limits },
): void {
  const onRequest = admission.admit('anyone', 'read');
  const options = { schema: sendSchema, bodyLimit: BODY_MAX_BYTES, onRequest, config: { cors: true } } as const;
  app.post('/api/v1/relay/:cert_id', options, async (request, reply) => {
    const certId = parseCertId(request.params.cert_id);
    const message = parseMessage(request.body);
    await takeTokens(
      limiter,
      [
        { limit: limits['relay-address'], key: clientAddress(request.ip) },
        { limit: limits['relay-certificate'], key: certId },
      ],
      reply,
    );
    await relay.send(certId, message);
    reply.code(202).header('cache-control', 'no-store');
    return { status: 'accepted' as const };
  });

  // Programs that look at mails open links. Only the button, or the mail program's own (RFC 8058), blocks.
  app.get('/api/v1/relay/block', { schema: blockSchema, onRequest }, async (_request, reply) =>
    reply
      .header('cache-control', 'no-store')
      .header('referrer-policy', 'no-referrer')
      .header('content-security-policy', PAGE_POLICY)
      .type('text/html; charset=utf-8')
      .send(page('<p>Get no more messages about this work?</p><form method="post"><button>Block them</button></form>')),
  );

  app.register(async (scope) => {
    // A form's body, which says nothing: the token is in the address.
    scope.addContentTypeParser('*', { parseAs: 'string', bodyLimit: 1024 }, (_request, _body, done) =>
      done(null, null),
    );
    scope.post('/api/v1/relay/block', { schema: blockSchema, onRequest }, async (request, reply) => {
      await relay.block(String((request.query as { token?: unknown }).token ?? ''));
      return reply
        .header('cache-control', 'no-store')
        .header('content-security-policy', PAGE_POLICY)
        .type('text/html; charset=utf-8')
        .send(page('<p>You get no more messages about this work.</p>'));
    });
  });
}

function page(content: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Messages about a work</title><main>${content}</main></html>\n`;
}

/** Errors: FieldsError. */
function parseMessage(body: unknown): RelayMessage {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new FieldsError([{ field: '', message: 'must be a JSON object' }]);
  }
  const { message, reply_to: replyTo = null, ...others } = body as Record<string, unknown>;
  const problems: FieldProblem[] = Object.keys(others).map((field) => ({
    field,
    message: 'is not a field of this request',
  }));
  return checkRelayMessage({ message, replyTo }, problems);
}
