import { hash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';

/** A strong tag of an answer's content, with its quotes. */
export function tagOf(content: string | Uint8Array): string {
  return `"${hash('sha256', content, 'base64url').slice(0, 22)}"`;
}

/**
 * Whether who asks has the answer with this tag already: weak comparison (RFC 9110 section 13.1.2), since a proxy that
 * compresses makes the tag weak.
 */
export function hasAlready({ headers }: Pick<FastifyRequest, 'headers'>, etag: string): boolean {
  const opaque = (tag: string) => tag.trim().replace(/^W\//, '');
  const sent = headers['if-none-match']?.split(',').map(opaque) ?? [];
  return sent.includes('*') || sent.includes(opaque(etag));
}
