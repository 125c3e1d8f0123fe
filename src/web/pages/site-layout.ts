import { SITE_STYLE_ASSET } from '../site-assets.ts';
import { NO_INDEX, renderDocument } from './document.ts';
import { type Content, type Html, html } from './html.ts';
import { renderSmallSeal } from './seal.ts';

/** What the head of every page leads to. */
const SECTIONS = [
  { path: '/', name: 'Anchor' },
  { path: '/verify', name: 'Verify' },
  { path: '/registry', name: 'Registry' },
  { path: '/pricing', name: 'Pricing' },
  { path: '/docs', name: 'Docs' },
  { path: '/status.html', name: 'Status' },
  { path: '/account', name: 'Account' },
] as const;

/** A page of the site that anybody can see. */
export interface SitePage {
  /** Of the window, without the product's name. */
  readonly title: string;
  /** One sentence for search engines and previews; null where a page should not be found. */
  readonly description: string | null;
  /** The section that is marked as the current one; null for none. */
  readonly section: (typeof SECTIONS)[number]['path'] | null;
  /** More for the head, such as what previews show. */
  readonly head?: Content;
  /** Addresses of module scripts. */
  readonly scripts: readonly string[];
  /** With one first heading. */
  readonly body: Content;
}

export function renderSitePage({ title, description, section, head = null, scripts, body }: SitePage): string {
  return renderDocument({
    title,
    head: html`${description === null ? NO_INDEX : html`<meta name="description" content="${description}">`}
<link rel="stylesheet" href="${SITE_STYLE_ASSET.path}">
${head}`,
    scripts,
    body: html`<body>
<a class="skip" href="#main">Skip to the content</a>
<header class="site-header"><div class="wrap top">
<a class="brand" href="/">${renderSmallSeal()}<span>Touchmark</span></a>
<nav aria-label="Site"><ul>
${SECTIONS.map(
  ({ path, name }) => html`<li><a href="${path}" ${path === section ? html`aria-current="page"` : null}>${name}</a></li>
`,
)}</ul></nav>
</div></header>
<main id="main" tabindex="-1"><div class="wrap">
${body}
</div></main>
${renderFooter()}
</body>`,
  }).toString();
}

function renderFooter(): Html {
  return html`<footer class="site-footer"><div class="wrap">
<ul><li><a href="/verify">Verify a proof</a></li><li><a href="/status.html">Status</a></li><li><a href="/pricing">Pricing</a></li><li><a href="/docs">Documentation</a></li><li><a href="/docs/api">API reference</a></li></ul>
<p>Files stay where they are: this server only ever gets digests, and its proofs hold without it.</p>
</div></footer>`;
}
