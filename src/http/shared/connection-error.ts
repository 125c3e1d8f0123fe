import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { ConnectionError } from 'fastify';

const STATUS_BY_CODE: Readonly<Record<string, number>> = { ERR_HTTP_REQUEST_TIMEOUT: 408, HPE_HEADER_OVERFLOW: 431 };

/**
 * Answers what never became a request: bytes that are not HTTP, too many header bytes, or a head or body that does not
 * arrive in time. No path is known, so the body is plain text of no surface. Then the connection is closed.
 */
export function answerConnectionError(error: ConnectionError, socket: Socket, requestId: string): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = STATUS_BY_CODE[error.code] ?? 400;
  const text = STATUS_CODES[status]!;
  socket.end(
    [
      `HTTP/1.1 ${status} ${text}`,
      'Connection: close',
      `X-Request-Id: ${requestId}`,
      'Content-Type: text/plain; charset=utf-8',
      `Content-Length: ${text.length}`,
      '',
      text,
    ].join('\r\n'),
  );
}
