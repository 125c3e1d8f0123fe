import { SCRIPT, STYLE } from '../assets.ts';
import { type Content, type Html, html } from './html.ts';

export const SECTIONS = [
  { path: '/account', name: 'Account' },
  { path: '/account/keys', name: 'Keys' },
  { path: '/account/usage', name: 'Usage' },
  { path: '/account/credits', name: 'Plan and credits' },
  { path: '/account/vault', name: 'Vault' },
] as const;

export type SectionPath = (typeof SECTIONS)[number]['path'];

/** What is between the top and the bottom of every page. */
export interface Page {
  /** The page's one first heading, and its title. */
  readonly title: string;
  readonly body: Content;
}

/** A page for who is signed in. */
export function renderOwnPage({ title, body }: Page, email: string, current: SectionPath): string {
  return renderDocument(
    title,
    html`<body data-signed-in>
<a class="skip" href="#main">Skip to the content</a>
<header>
<p class="brand"><a href="/account">Touchmark</a></p>
<p class="who"><span>${email}</span></p>
<form id="sign-out" method="post" data-api="/api/auth/sign-out" data-method="POST" data-go-to="/account/sign-in">
<button type="submit" class="quiet" disabled>Sign out</button>
<p class="error" role="alert"></p>
</form>
<nav aria-label="Account"><ul>
${SECTIONS.map(
  ({ path, name }) =>
    html`<li><a href="${path}" ${path === current ? html`aria-current="page"` : null}>${name}</a></li>
`,
)}</ul></nav>
</header>
${renderMain(title, body)}`,
  );
}

/** A page for anybody. */
export function renderOpenPage({ title, body }: Page): string {
  return renderDocument(
    title,
    html`<body class="narrow">
<a class="skip" href="#main">Skip to the content</a>
<header>
<p class="brand"><a href="/account">Touchmark</a></p>
</header>
${renderMain(title, body)}`,
  );
}

function renderMain(title: string, body: Content): Html {
  return html`<main id="main" tabindex="-1">
<h1>${title}</h1>
<noscript><p class="notice">The forms here need JavaScript: they are sent to the same interface that programs use. You can
read everything without it.</p></noscript>
${body}
</main>
</body>`;
}

function renderDocument(title: string, body: Html): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${title} – Touchmark</title>
<link rel="stylesheet" href="${STYLE.url}">
<script src="${SCRIPT.url}" defer></script>
</head>
${body}
</html>
`.toString();
}
