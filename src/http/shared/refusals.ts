import type { FastifyReply, FastifyRequest } from 'fastify';
import { allowAnyOrigin, answerPreflight } from './cors.ts';
import { RequestFault, toRequestFault } from './request-fault.ts';
import type { RouteTable } from './route-table.ts';
import type { Surface } from './surface.ts';

/** The surface that answers for a path: the one with the longest matching prefix, or the last one. */
export function findSurface(surfaces: readonly Surface[], url: string): Surface {
  // Total, since errors are answered by what it finds: nothing would catch one of its own.
  let best = { surface: surfaces.at(-1)!, length: 0 };
  for (const surface of surfaces) {
    for (const prefix of surface.pathPrefixes) {
      if (url.startsWith(prefix) && prefix.length > best.length) best = { surface, length: prefix.length };
    }
  }
  return best.surface;
}

/** Answers with an error in its surface's wire format. What is nobody's case is logged here, and only here. */
export function sendError(surface: Surface, error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const { status, headers, body } = surface.presentError(toRequestFault(error), request.id, request.headers.accept);
  if (status === 500) request.log.error({ err: error }, 'request failed');
  if (headers !== undefined) reply.headers(headers);
  reply.code(status).send(body);
}

/** Answers a request that no route takes, before any of its body is read: OPTIONS, 405 or 404. */
export function refuseUnrouted(
  routes: RouteTable,
  surface: Surface,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const methods = routes.find(request.url);
  if (methods === null) {
    sendError(surface, new RequestFault('route-unknown', 'no such route'), request, reply);
    return;
  }
  reply.header('allow', methods.all.join(', '));
  if (request.method === 'OPTIONS') {
    if (methods.cors.length > 0) answerPreflight(reply, methods.cors);
    reply.code(204).send();
    return;
  }
  if (methods.cors.length > 0) allowAnyOrigin(reply);
  sendError(surface, new RequestFault('method-not-allowed', 'no such method here'), request, reply);
}
