import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { ConnectionError } from 'fastify';

interface Row {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

const ROWS: Readonly<Record<string, Row>> = {
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    code: 'request_timeout',
    message: 'The request did not arrive in time.',
  },
  HPE_HEADER_OVERFLOW: {
    status: 431,
    code: 'headers_too_large',
    message: 'The headers are too large.',
  },
  HPE_INVALID_METHOD: {
    status: 400,
    code: 'unknown_method',
    message: 'This is no method of HTTP; methods are in upper case.',
  },
};
const MALFORMED: Row = { status: 400, code: 'malformed_request', message: 'The request is not valid HTTP.' };

/**
 * Answers what never became a request: bytes that are not HTTP, too many header bytes, or a head or body that does not
 * arrive in time. No path is known, so the body is in the form of what no surface owns. Then the connection is closed.
 */
export function answerConnectionError(error: ConnectionError, socket: Socket, requestId: string): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, code, message } = ROWS[error.code] ?? MALFORMED;
  const body = JSON.stringify({ error: { code, message, type: 'invalid_request', request_id: requestId } });
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'Connection: close',
      `X-Request-Id: ${requestId}`,
      'Content-Type: application/json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  );
}
