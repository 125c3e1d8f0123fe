import type { FastifyReply, FastifyRequest } from 'fastify';
import type { App } from '../../http/shared/app.ts';
import { parseOwnPath } from '../own-path.ts';
import { goTo, isScript, readText, send } from '../own-reply.ts';
import { FORM_NAME, findForm } from '../pages/form.ts';
import type { Html } from '../pages/html.ts';
import type { Outcome } from '../pages/outcome.ts';
import { requireOwnOrigin } from './own-origin.ts';
import { type Taken, takeForm } from './take-form.ts';

/** What there is at an address for whoever asks. */
export type Shown = { readonly page: Html; readonly status?: number } | { readonly goTo: string };

export interface PageRoute {
  readonly path: string;
  readonly publicUrl: string;
  readonly show: (request: FastifyRequest) => Promise<Shown>;
  /** Of what its forms send. */
  readonly formMaxBytes?: number;
}

const FORM_MAX_BYTES = 64 * 1024;
/** In the address of a page that is shown after a form was taken: which one. */
const DONE = 'done';
const NOTHING: Outcome = { kind: 'nothing' };

/**
 * A page: GET shows it, and POST takes a form that stands in it, for whom it stands there. Its surface takes forms only.
 * Scripts that post a form for somebody get what came of it as JSON.
 */
export function servePage(app: App, { path, publicUrl, show, formMaxBytes = FORM_MAX_BYTES }: PageRoute): void {
  app.get(path, async (request, reply) => {
    const shown = await show(request);
    if ('goTo' in shown) return goTo(reply, shown.goTo);
    return sendPage(reply, shown, findNotice(shown.page, request));
  });

  const pages = new WeakMap<FastifyRequest, Html>();
  const onRequest = [
    requireOwnOrigin(publicUrl),
    // Before the body is read: nobody to whom the page is not shown has us parse anything.
    async (request: FastifyRequest, reply: FastifyReply) => {
      const shown = await show(request);
      if ('goTo' in shown) return leave(request, reply, shown.goTo);
      if (shown.status !== undefined) return sendPage(reply, shown, NOTHING);
      pages.set(request, shown.page);
    },
  ];
  app.post(path, { onRequest, bodyLimit: formMaxBytes }, async (request, reply) => {
    const posted = request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
    const page = pages.get(request)!;
    const found = findForm(page, posted.get(FORM_NAME) ?? '');
    if (found === null) return refuseUnknown(request, reply, page);
    const taken = await takeForm(app, request, found, posted);
    if (taken.kind !== 'refused') for (const cookie of taken.cookies) reply.header('set-cookie', cookie);
    if (isScript(request.headers.accept)) return tellScript(request, reply, taken);
    switch (taken.kind) {
      case 'refused':
        return sendPage(reply, { page, status: taken.status }, { ...taken, form: found.form.id, typed: posted });
      case 'moved':
        return goTo(reply, taken.goTo);
      case 'done':
        return goTo(reply, samePath(request, found.form.id));
      case 'secret': {
        // What it was made for is in the page now.
        const shown = await show(request);
        return 'goTo' in shown ? goTo(reply, shown.goTo) : sendPage(reply, shown, taken);
      }
    }
  });
}

/** An address cannot say what the page says: it only names a form that was taken. */
function findNotice(page: Html, request: FastifyRequest): Outcome {
  const id = readText(request.query as Readonly<Record<string, unknown>>, DONE);
  if (id === null) return NOTHING;
  return { kind: 'notice', tone: 'good', text: findForm(page, id)?.form.after?.say ?? 'Done.' };
}

/** @param done The form that was taken, for the page to say so; null to say nothing. */
function samePath({ url }: FastifyRequest, done: string | null): string {
  const [path, query] = (parseOwnPath(url) ?? '/account').split('?', 2) as [string, string?];
  const fields = new URLSearchParams(query);
  fields.delete(DONE);
  if (done !== null) fields.set(DONE, done);
  return fields.size === 0 ? path : `${path}?${fields}`;
}

/** The page was shown some time ago, or is not the one that the form stood in. */
function refuseUnknown(request: FastifyRequest, reply: FastifyReply, page: Html): FastifyReply {
  const text = 'Nothing was done: this page has no such form any more.';
  if (isScript(request.headers.accept)) return reply.code(409).send({ problems: { '': text } });
  return sendPage(reply, { page, status: 409 }, { kind: 'notice', tone: 'bad', text });
}

function leave(request: FastifyRequest, reply: FastifyReply, path: string): FastifyReply {
  return isScript(request.headers.accept)
    ? reply.header('cache-control', 'no-store').send({ goTo: path })
    : goTo(reply, path);
}

function tellScript(request: FastifyRequest, reply: FastifyReply, taken: Taken): FastifyReply {
  reply.header('cache-control', 'no-store');
  switch (taken.kind) {
    case 'refused':
      return reply.code(taken.status).send({ problems: Object.fromEntries(taken.problems) });
    case 'moved':
      return reply.send({ goTo: taken.goTo });
    case 'done':
      return reply.send(taken.text === null ? { goTo: samePath(request, null) } : { say: taken.text });
    case 'secret':
      return reply.send({ secret: taken.secret });
  }
}

function sendPage(reply: FastifyReply, { page, status = 200 }: { page: Html; status?: number }, outcome: Outcome) {
  return send(reply.code(status), page.write(outcome));
}
