import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DIGEST_MAX_BYTES } from '../../core/calendar/aggregator.ts';
import { sendText } from './reply.ts';

/** 64 bytes are one packet: who has not sent them by now is not going to. */
export const BODY_TIMEOUT_MS = 10_000;

const DIGEST_MEDIA_TYPE = 'application/octet-stream';

class DigestTimeoutError extends Error {
  readonly statusCode = 408;
}

/** Makes request bodies of the scope the raw digest, whatever media type they claim. */
export function parseDigestBodies(app: FastifyInstance, bodyTimeoutMs: number): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(DIGEST_MEDIA_TYPE, (_request, payload, done) => {
    const chunks: Buffer[] = [];
    let isDone = false;
    // What still comes after the time is over, end or error, is nobody's any more.
    const finish = (error: Error | null, body?: Buffer) => {
      clearTimeout(timer);
      if (!isDone) done(error, body);
      isDone = true;
    };
    const timer = setTimeout(() => finish(new DigestTimeoutError('digest not received in time')), bodyTimeoutMs);
    payload.on('data', (chunk: Buffer) => chunks.push(chunk));
    payload.on('end', () => finish(null, chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)));
    payload.on('error', finish);
  });
}

/**
 * Decides from the headers whether a digest may be read, so that what is too long is never read. The HTTP parser has
 * refused lengths that are not numbers and holds the sender to the announced one.
 */
export function checkDigestHeaders(request: FastifyRequest, reply: FastifyReply, next: () => void): void {
  const { headers } = request;
  const length = headers['content-length'];
  if (length === undefined || headers['transfer-encoding'] !== undefined) {
    sendText(reply.header('connection', 'close'), 400, 'invalid Content-Length');
  } else if (Number(length) > DIGEST_MAX_BYTES) {
    sendText(reply.header('connection', 'close'), 400, 'digest too long');
  } else {
    // Any media type is taken, also none and malformed ones, and the framework chooses the parser by this header.
    headers['content-type'] = DIGEST_MEDIA_TYPE;
    next();
  }
}
