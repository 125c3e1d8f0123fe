import { hash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

export interface Picture {
  readonly type: 'image/svg+xml; charset=utf-8' | 'image/png';
  readonly content: string | Uint8Array;
  readonly cacheControl: string;
}

/** Sends a picture that any page may show, or 304 to who has it. The status is set before. */
export function sendPicture(request: FastifyRequest, reply: FastifyReply, picture: Picture): FastifyReply {
  const bytes = Buffer.from(picture.content);
  const etag = `"${hash('sha256', bytes, 'base64url').slice(0, 22)}"`;
  reply
    .header('cache-control', picture.cacheControl)
    .header('etag', etag)
    .header('cross-origin-resource-policy', 'cross-origin');
  if (reply.statusCode === 200 && listsTag(request.headers['if-none-match'], etag)) return reply.code(304).send();
  return reply.header('content-type', picture.type).send(bytes);
}

/** Weak comparison, RFC 9110 section 13.1.2. */
function listsTag(header: string | undefined, etag: string): boolean {
  return header?.split(',').some((tag) => ['*', etag].includes(tag.trim().replace(/^W\//, ''))) ?? false;
}
