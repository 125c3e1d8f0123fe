import { SITE_STYLE_ASSET } from '../site-assets.ts';
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
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${description === null ? html`<meta name="robots" content="noindex">` : html`<meta name="description" content="${description}">`}
<title>${title} – Touchmark</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="icon" href="/favicon.ico" sizes="32x32">
<link rel="stylesheet" href="${SITE_STYLE_ASSET.path}">
${head}
${scripts.map((address) => html`<script type="module" src="${address}"></script>`)}
</head>
<body>
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
</body>
</html>
`.toString();
}

function renderFooter(): Html {
  return html`<footer class="site-footer"><div class="wrap">
<ul><li><a href="/verify">Verify a proof</a></li><li><a href="/status.html">Status</a></li><li><a href="/pricing">Pricing</a></li><li><a href="/docs">Documentation</a></li><li><a href="/docs/api">API reference</a></li></ul>
<p>Files stay where they are: this server only ever gets digests, and its proofs hold without it.</p>
</div></footer>`;
}
