import type { FastifyReply } from 'fastify';

/** What scripts of another origin may read besides the body. */
const EXPOSED_HEADERS =
  'X-Request-Id, Retry-After, ETag, Content-Disposition, RateLimit, RateLimit-Policy, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset';

/** `*` covers every header but Authorization when no credentials are sent, and they never are. */
const ALLOWED_HEADERS = '*, Authorization';

/** Browsers cap this at between ten minutes and a day. */
const PREFLIGHT_SECONDS = '86400';

/** Lets scripts of any origin read an answer. Never with credentials: cookies do not cross origins here. */
export function allowAnyOrigin(reply: FastifyReply): void {
  reply.header('access-control-allow-origin', '*').header('access-control-expose-headers', EXPOSED_HEADERS);
}

/** The answer to a browser that asks beforehand, Fetch standard section 3.2. */
export function answerPreflight(reply: FastifyReply, methods: readonly string[]): void {
  reply
    .header('access-control-allow-origin', '*')
    .header('access-control-allow-methods', methods.join(', '))
    .header('access-control-allow-headers', ALLOWED_HEADERS)
    .header('access-control-max-age', PREFLIGHT_SECONDS);
}
