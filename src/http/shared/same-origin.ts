import type { FastifyRequest } from 'fastify';
import { CodedError } from '../../base/coded-error.ts';

/** A page of another site may have sent this in the name of whoever is signed in. */
export class CrossSiteError extends CodedError<'cross-site'> {}

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * An `onRequest` hook for every route that knows people by cookie: a request that changes something and comes with a
 * cookie has to come from a page of `publicUrl`, and to say so. Browsers send Origin with all of these; what is no
 * browser sends no cookie, or can send both. Errors: CrossSiteError.
 */
export function requireSameOrigin(publicUrl: string): (request: FastifyRequest) => Promise<void> {
  const { origin } = new URL(publicUrl);
  return async ({ method, headers }) => {
    if (SAFE_METHODS.has(method) || headers.cookie === undefined) return;
    if (headers.origin !== origin) throw new CrossSiteError('cross-site', 'the Origin header is not this server');
  };
}
