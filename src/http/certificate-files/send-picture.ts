import type { FastifyReply, FastifyRequest } from 'fastify';
import { hasAlready, tagOf } from '../shared/etag.ts';

export interface Picture {
  readonly type: 'image/svg+xml; charset=utf-8' | 'image/png';
  readonly content: string | Uint8Array;
  readonly cacheControl: string;
}

/** Sends a picture that any page may show, or 304 to who has it. The status is set before. */
export function sendPicture(request: FastifyRequest, reply: FastifyReply, picture: Picture): FastifyReply {
  const bytes = Buffer.from(picture.content);
  const etag = tagOf(bytes);
  reply
    .header('cache-control', picture.cacheControl)
    .header('etag', etag)
    .header('cross-origin-resource-policy', 'cross-origin');
  if (reply.statusCode === 200 && hasAlready(request, etag)) return reply.code(304).send();
  return reply.header('content-type', picture.type).send(bytes);
}
