import type { FastifyReply, FastifyRequest } from 'fastify';
import type { OpenApiDocument } from '../../http/shared/openapi/document.ts';
import type { Surface } from '../../http/shared/surface.ts';
import { html } from '../pages/html.ts';
import { renderSitePage, type SitePage } from '../pages/site-layout.ts';
import type { Scripts } from '../scripts.ts';
import { headersOf, presentError } from '../site.ts';
import { prepareBody, type Served, sendServed } from '../site-assets.ts';
import { GUIDES, type Guide, readGuide } from './guides.ts';
import { renderMarkdown } from './markdown.ts';
import { DOCS_HEAD, renderDocsNav } from './nav.ts';
import { renderReference } from './reference.ts';

const PAGE = { mediaType: 'text/html; charset=utf-8', cacheControl: 'no-cache' } as const;

/** Guides, and the reference of the whole API. */
export function createDocs({ scripts }: { readonly scripts: Pick<Scripts, 'paths'> }): Surface {
  const script = scripts.paths.docs;
  return {
    pathPrefixes: ['/docs'],
    presentError,
    register(app) {
      for (const slug of GUIDES) {
        const body = prepareBody(renderSitePage(renderGuide(readGuide(slug), script)));
        app.get(slug === 'start' ? '/docs' : `/docs/${slug}`, (request, reply) => send(request, reply, body));
      }
      let reference: Served | undefined;
      // Other parts register their routes after this one.
      app.get('/docs/api', (request, reply) => {
        const page = () => renderReference(app.swagger() as unknown as OpenApiDocument, script);
        reference ??= prepareBody(renderSitePage(page()));
        return send(request, reply, reference);
      });
    },
  };
}

function renderGuide(guide: Guide, script: string): SitePage {
  return {
    title: guide.title,
    description: guide.summary,
    section: '/docs',
    head: DOCS_HEAD,
    scripts: [script],
    body: html`${renderDocsNav(guide.slug)}
<article class="guide"><h1>${guide.title}</h1>
${renderMarkdown(guide.tokens)}</article>`,
  };
}

function send(request: FastifyRequest, reply: FastifyReply, body: Served): Promise<FastifyReply> {
  return sendServed(request, reply.headers(headersOf([])), body, PAGE);
}
