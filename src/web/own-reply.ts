import type { FastifyReply, FastifyRequest } from 'fastify';
import { RequestFault } from '../http/shared/request-fault.ts';
import { CrossSiteError } from '../http/shared/same-origin.ts';
import type { ErrorAnswer } from '../http/shared/surface.ts';
import { ClosingError } from './forms/own-api.ts';
import { parseOwnPath } from './own-path.ts';
import { renderFailure } from './pages/failure.ts';
import { renderOpenPage } from './pages/layout.ts';

/**
 * Pages run one script and load one style sheet, both ours, and talk to nobody else. Not `no-referrer`, with which some
 * browsers send no usable Origin, which our routes ask for.
 */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; worker-src 'self'; " +
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; " +
    'trusted-types touchmark',
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
};

export type Query = Readonly<Record<string, unknown>>;

/** Null for what is not there, or there more than once. */
export function readText(query: Query, name: string): string | null {
  const value = query[name];
  return typeof value === 'string' ? value : null;
}

export function olderPath(path: string, before: string, fields: Readonly<Record<string, string>> = {}): string {
  const kept = Object.entries(fields).filter(([, value]) => value !== '');
  return `${path}?${new URLSearchParams([...kept, ['before', before]])}`;
}

/** One page of at most `limit` of what was asked for with a limit one larger. */
export function cutPage<T>(
  found: readonly T[],
  limit: number,
  formatOlder: (last: T) => string,
): { readonly items: readonly T[]; readonly older: string | null } {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, older: found.length > limit && last !== undefined ? formatOlder(last) : null };
}

export function signInPath({ url }: FastifyRequest): string {
  const next = parseOwnPath(url);
  return next === null ? '/account/sign-in' : `/account/sign-in?next=${encodeURIComponent(next)}`;
}

export function goTo(reply: FastifyReply, ownPath: string): FastifyReply {
  return reply.header('cache-control', 'no-store').redirect(ownPath, 303);
}

/** Whether a script of a page posts a form for somebody, and reads what came of it as JSON. */
export function isScript(accept: string | undefined): boolean {
  return accept === 'application/json';
}

export function send(reply: FastifyReply, page: string): FastifyReply {
  return reply.headers(HEADERS).send(page);
}

/** A page, and for a script that has posted a form the same in its words. */
export function presentError(error: unknown, requestId: string, accept?: string): ErrorAnswer {
  const { status, title, advice } = describeFailure(error);
  if (isScript(accept)) return { status, headers: { 'cache-control': 'no-store' }, body: { problems: { '': advice } } };
  return { status, headers: HEADERS, body: renderOpenPage(renderFailure(title, advice, requestId)).toString() };
}

function describeFailure(error: unknown): { status: number; title: string; advice: string } {
  const isKnown = error instanceof RequestFault || error instanceof CrossSiteError || error instanceof ClosingError;
  switch (isKnown ? error.code : 'internal') {
    case 'internal':
      return {
        status: 500,
        title: 'This did not work',
        advice: 'Something failed on the server. Try again later.',
      };
    case 'server-closing':
      return {
        status: 503,
        title: 'The server is being restarted',
        advice: 'Nothing was done. Wait a minute, go back, and try again.',
      };
    case 'route-unknown':
      return { status: 404, title: 'Nothing here', advice: 'There is no page at this address.' };
    case 'method-not-allowed':
      return { status: 405, title: 'Not like this', advice: 'This address shows a page and takes its forms.' };
    case 'cross-site':
      return {
        status: 403,
        title: 'Not from here',
        advice: 'Nothing was done: the form does not come from a page of this server.',
      };
    case 'body-too-large':
      return {
        status: 413,
        title: 'Too much',
        advice: 'Nothing was done: the form holds more than this server takes.',
      };
    case 'media-type-unsupported':
      return { status: 415, title: 'Not a form', advice: 'This address takes what its own forms send.' };
    default:
      return { status: 400, title: 'Not an address', advice: 'The address cannot be read.' };
  }
}
