import type { FastifyReply } from 'fastify';

/** `maxAgeSeconds`: how long anybody may keep the answer; null leaves it unsaid. */
export function sendText(
  reply: FastifyReply,
  status: number,
  text: string,
  maxAgeSeconds: number | null = null,
): FastifyReply {
  return sendBytes(reply, status, 'text/plain', Buffer.from(text), maxAgeSeconds);
}

/** As bytes, because the framework would add a charset to a string's media type. */
export function sendBytes(
  reply: FastifyReply,
  status: number,
  mediaType: string,
  bytes: Uint8Array,
  maxAgeSeconds: number | null = null,
): FastifyReply {
  if (maxAgeSeconds !== null) reply.header('cache-control', `public, max-age=${maxAgeSeconds}`);
  return reply
    .code(status)
    .header('content-type', mediaType)
    .send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}
