import type { FastifyReply, FastifyRequest } from 'fastify';
import { hasAlready, tagOf } from './etag.ts';

/** JSON that is sent as it is to everyone who asks while it is fresh. */
export interface ReadyAnswer {
  readonly json: string;
  /** Strong, with its quotes. */
  readonly etag: string;
}

export function prepareAnswer(value: object): ReadyAnswer {
  const json = JSON.stringify(value);
  return { json, etag: tagOf(json) };
}

/** Sends the answer, or 304 to who has it already. */
export function sendReady(
  request: FastifyRequest,
  reply: FastifyReply,
  answer: ReadyAnswer,
  cacheControl: string,
): void {
  reply.header('etag', answer.etag).header('cache-control', cacheControl);
  if (hasAlready(request, answer.etag)) reply.code(304).send();
  else reply.header('content-type', 'application/json; charset=utf-8').send(answer.json);
}
