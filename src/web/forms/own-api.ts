import type { FastifyRequest, InjectOptions, LightMyRequestResponse } from 'fastify';
import type { App } from '../../http/shared/app.ts';

/** Whose request it is, and where it comes from: what the routes of the API judge. */
const FORWARDED_HEADERS = ['cookie', 'authorization', 'origin', 'sec-fetch-site', 'user-agent'];

/** Asks a route of this server in the name of whoever asks for a page, through all that stands before the route. */
export function askOwnApi(
  app: App,
  { headers, ip }: Pick<FastifyRequest, 'headers' | 'ip'>,
  asked: Pick<InjectOptions, 'method' | 'url' | 'headers' | 'payload'>,
): Promise<LightMyRequestResponse> {
  const forwarded = FORWARDED_HEADERS.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]]));
  return app.inject({
    ...asked,
    remoteAddress: ip,
    headers: { accept: 'application/json', ...Object.fromEntries(forwarded), ...asked.headers },
  } as InjectOptions);
}

/** Null for what is no JSON. */
export function readJson({ body }: LightMyRequestResponse): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
