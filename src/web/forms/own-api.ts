import type { FastifyRequest, InjectOptions, LightMyRequestResponse } from 'fastify';
import { CodedError } from '../../base/coded-error.ts';
import type { App } from '../../http/shared/app.ts';

/** The server is about to end: it answers what it has begun, and its routes begin nothing more. */
export class ClosingError extends CodedError<'server-closing'> {}

/** Whose request it is, and where it comes from: what the routes of the API judge. */
const FORWARDED_HEADERS = ['cookie', 'authorization', 'origin', 'sec-fetch-site', 'user-agent'];

/**
 * Asks a route of this server in the name of whoever asks for a page, through all that stands before the route. Errors:
 * ClosingError, and then the route was not asked.
 */
export async function askOwnApi(
  app: App,
  { headers, ip }: Pick<FastifyRequest, 'headers' | 'ip'>,
  asked: Pick<InjectOptions, 'method' | 'url' | 'headers' | 'payload'>,
): Promise<LightMyRequestResponse> {
  const forwarded = FORWARDED_HEADERS.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]]));
  try {
    return await app.inject({
      ...asked,
      remoteAddress: ip,
      headers: { accept: 'application/json', ...Object.fromEntries(forwarded), ...asked.headers },
    } as InjectOptions);
  } catch (error) {
    if ((error as { readonly code?: unknown }).code !== 'FST_ERR_REOPENED_CLOSE_SERVER') throw error;
    throw new ClosingError('server-closing', 'the server is about to end', { cause: error });
  }
}

/** Null for what is no JSON. */
export function readJson({ body }: LightMyRequestResponse): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
