import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { Limit, Limiter } from '../../core/limit/limiter.ts';
import type { TimestampAuthority } from '../../core/tsa/authority.ts';
import { REQUEST_MAX_BYTES } from '../../proof/tsp/request.ts';
import type { App } from '../shared/app.ts';
import { clientAddress } from '../shared/client-network.ts';
import { takeTokens } from '../shared/rate-limit.ts';
import type { Surface } from '../shared/surface.ts';
import { presentError } from './errors.ts';

const REQUEST_TYPE = 'application/timestamp-query';
const RESPONSE_TYPE = 'application/timestamp-reply';
/** RFC 8555 section 9.1. */
const CHAIN_TYPE = 'application/pem-certificate-chain';
/** A chain changes when the operator replaces a certificate. */
const CHAIN_CACHE_CONTROL = 'public, max-age=3600';
const TAGS = ['tsa'];
const BINARY = { type: 'string', format: 'binary' };
const REFUSAL = { content: { 'text/plain': { schema: Type.String() } } };

export interface TsaParts {
  readonly authority: TimestampAuthority;
  readonly limiter: Limiter;
  /** By client address. */
  readonly limit: Limit;
}

/** Our time-stamping authority: RFC 3161 over HTTP, section 3.4 there. */
export function createTsaSurface({ authority, limiter, limit }: TsaParts): Surface {
  const admit = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    await takeTokens(limiter, [{ limit, key: clientAddress(request.ip) }], reply);
  };
  return {
    pathPrefixes: ['/tsa'],
    register(app) {
      acceptRequestsOnly(app);
      registerTsa(app, authority, admit);
      registerChain(app, authority);
    },
    presentError,
  };
}

function acceptRequestsOnly(app: App): void {
  app.removeAllContentTypeParsers();
  const options = { parseAs: 'buffer', bodyLimit: REQUEST_MAX_BYTES } as const;
  app.addContentTypeParser(REQUEST_TYPE, options, (_request, body, done) => done(null, body));
}

/** `POST /tsa`: what is wrong with a request is said in the protocol's own answer, with status 200. */
function registerTsa(
  app: App,
  authority: TimestampAuthority,
  admit: (request: FastifyRequest, reply: FastifyReply) => Promise<void>,
): void {
  const schema = {
    summary: 'A time-stamp token for a digest (RFC 3161)',
    tags: TAGS,
    body: { content: { [REQUEST_TYPE]: { schema: Type.Unsafe<Uint8Array>(BINARY) } } },
    response: { 200: { content: { [RESPONSE_TYPE]: { schema: Type.Unsafe<Uint8Array>(BINARY) } } }, 429: REFUSAL },
  };
  app.post(
    '/tsa',
    { schema, config: { cors: true }, onRequest: admit, validatorCompiler: () => () => true },
    async (request, reply) => {
      const asked = request.body instanceof Uint8Array ? request.body : new Uint8Array();
      reply
        .header('cache-control', 'no-store')
        .type(RESPONSE_TYPE)
        .send(Buffer.from(authority.answer(asked)));
      return reply;
    },
  );
}

/** `GET /tsa/chain.pem`: from the signer's certificate to its root. */
function registerChain(app: App, { chainPem }: TimestampAuthority): void {
  const schema = {
    summary: 'The certificates that tokens are checked with',
    tags: TAGS,
    response: { 200: { content: { [CHAIN_TYPE]: { schema: Type.String() } } } },
  };
  app.get('/tsa/chain.pem', { schema, config: { cors: true } }, async (_request, reply) => {
    reply.header('cache-control', CHAIN_CACHE_CONTROL).type(CHAIN_TYPE).send(chainPem);
    return reply;
  });
}
