import type { FastifyRequest } from 'fastify';
import { CrossSiteError } from '../../http/shared/same-origin.ts';

/**
 * An `onRequest` hook: forms are taken from pages of `publicUrl` alone. Stricter than for JSON, which no page of another
 * site can send unasked: a form needs no leave, and may do harm without a cookie, by signing somebody in as another.
 * Errors: CrossSiteError.
 */
export function requireOwnOrigin(publicUrl: string): (request: FastifyRequest) => Promise<void> {
  const { origin } = new URL(publicUrl);
  return async ({ headers }) => {
    const site = headers['sec-fetch-site'] ?? 'same-origin';
    if (headers.origin !== origin || site !== 'same-origin') {
      throw new CrossSiteError('cross-site', 'the form does not come from a page of this server');
    }
  };
}
