import type { FastifyReply, FastifyRequest } from 'fastify';
import { hasAlready } from '../shared/etag.ts';
import type { Caller } from './admission.ts';

/** Revocations are seen within this by who does not ask for `no_cache`; widgets poll, and an edge takes the load. */
const MAX_AGE_SECONDS = 60;

/** What may keep the answer, and for how long. With a key the answer may be another one, so nobody shares it. */
export function setCaching(reply: FastifyReply, caller: Caller | null): void {
  const who = caller === null ? 'public' : 'private';
  reply.header('cache-control', `${who}, max-age=${MAX_AGE_SECONDS}`).header('vary', 'Authorization');
}

/** JSON that is text already, or 304 to who has it. An answer without a tag is never kept. */
export function sendJson(
  request: FastifyRequest,
  reply: FastifyReply,
  json: string,
  etag: string | null,
): FastifyReply {
  if (etag !== null) {
    reply.header('etag', etag);
    if (hasAlready(request, etag)) return reply.code(304).send();
  }
  return reply.header('content-type', 'application/json; charset=utf-8').send(json);
}
