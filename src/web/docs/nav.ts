import { type Html, html } from '../pages/html.ts';
import { DOCS_STYLE_ASSET } from '../site-assets.ts';
import { GUIDES, readGuide } from './guides.ts';

const ENTRIES = [
  ...GUIDES.map((slug) => ({ slug, path: slug === 'start' ? '/docs' : `/docs/${slug}`, name: readGuide(slug).title })),
  { slug: 'api', path: '/docs/api', name: 'API reference' },
] as const;

/** For the head of every page of the documentation. */
export const DOCS_HEAD: Html = html`<link rel="stylesheet" href="${DOCS_STYLE_ASSET.path}">`;

/** Links to every page of the documentation; the current one is marked. */
export function renderDocsNav(current: (typeof ENTRIES)[number]['slug']): Html {
  return html`<nav class="docs-nav" aria-label="Documentation"><ul>
${ENTRIES.map(
  ({
    slug,
    path,
    name,
  }) => html`<li><a href="${path}" ${slug === current ? html`aria-current="page"` : null}>${name}</a></li>
`,
)}</ul></nav>`;
}
