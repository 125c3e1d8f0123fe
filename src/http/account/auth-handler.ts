import type { FastifyReply, FastifyRequest } from 'fastify';
import { ADDRESS_HEADER, type Auth } from './auth.ts';
import { pickSessionHeaders } from './session-headers.ts';

/** What a session list can show of a browser's name for itself. */
const USER_AGENT_MAX_CHARS = 300;
/** What of better-auth's answer is passed on; everything else is this server's own. */
const ANSWER_HEADERS = ['location', 'content-type', 'set-auth-token'];
/** Where a browser says a request comes from. Other Sec-Fetch headers are sent by clients too that are none. */
const FORWARDED_HEADERS = ['origin', 'sec-fetch-site'];

/** Asks better-auth. It sees no header but those picked here, and of the body only the fields given. */
export function askAuth(
  auth: Auth,
  publicUrl: string,
  request: FastifyRequest,
  body: Readonly<Record<string, unknown>> | null,
): Promise<Response> {
  const headers = pickSessionHeaders(request.headers);
  headers.set(ADDRESS_HEADER, request.ip);
  for (const name of FORWARDED_HEADERS) {
    const value = request.headers[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  const userAgent = request.headers['user-agent'];
  if (userAgent !== undefined) headers.set('user-agent', userAgent.slice(0, USER_AGENT_MAX_CHARS));
  if (body !== null) headers.set('content-type', 'application/json');
  return auth.handle(
    new Request(publicUrl + request.url, {
      method: request.method,
      headers,
      ...(body !== null && { body: JSON.stringify(body) }),
    }),
  );
}

/** Passes better-auth's answer on. Errors: whatever it could not do, which is no matter of the client's. */
export async function passOn(response: Response, reply: FastifyReply): Promise<FastifyReply> {
  const text = await response.text();
  if (response.status >= 500) throw new Error(`better-auth answered ${response.status}`);
  for (const name of ANSWER_HEADERS) {
    const value = response.headers.get(name);
    if (value !== null) reply.header(name, value);
  }
  for (const cookie of response.headers.getSetCookie()) reply.header('set-cookie', cookie);
  reply.header('cache-control', 'no-store').code(response.status);
  return reply.send(presentBearer(text, response.headers.get('set-auth-token')));
}

/**
 * The `token` of an answer is the session bearer, signed as in the header `set-auth-token`: what is stored of a session
 * is not enough to use it.
 */
function presentBearer(text: string, bearer: string | null): string {
  if (bearer === null || text === '') return text;
  const body: unknown = JSON.parse(text);
  const hasToken = typeof body === 'object' && body !== null && 'token' in body && typeof body.token === 'string';
  return hasToken ? JSON.stringify({ ...body, token: bearer }) : text;
}
