import type { Account } from '../../core/account/account.ts';
import { SCRIPT, STYLE } from '../assets.ts';
import { type Content, type Html, html } from './html.ts';
import { renderSmallSeal } from './seal.ts';

const ACCOUNT_SECTIONS = [
  { path: '/account', name: 'Account' },
  { path: '/account/works', name: 'Works' },
  { path: '/account/tracks', name: 'Tracks' },
  { path: '/account/keys', name: 'Keys' },
  { path: '/account/webhooks', name: 'Webhooks' },
  { path: '/account/usage', name: 'Usage' },
  { path: '/account/credits', name: 'Plan and credits' },
  { path: '/account/vault', name: 'Vault' },
] as const;

export type SectionPath = (typeof ACCOUNT_SECTIONS)[number]['path'];

const OPERATOR_SECTIONS = [
  { path: '/operator', name: 'Review' },
  { path: '/operator/certificates', name: 'Certificates' },
  { path: '/operator/accounts', name: 'Accounts' },
  { path: '/operator/integrators', name: 'Integrators' },
  { path: '/operator/policies', name: 'Audio policies' },
  { path: '/operator/health', name: 'Health' },
  { path: '/operator/actions', name: 'Actions' },
] as const;

export type OperatorPath = (typeof OPERATOR_SECTIONS)[number]['path'];

/** What is between the top and the bottom of every page. */
export interface Page {
  /** The page's one first heading, and its title. */
  readonly title: string;
  readonly body: Content;
  /** Addresses of module scripts. */
  readonly scripts?: readonly string[];
}

/** A page for who is signed in. */
export function renderOwnPage(page: Page, account: Pick<Account, 'email' | 'role'>, current: SectionPath): string {
  const operator = { path: '/operator', name: 'Operator' };
  const sections = account.role === 'operator' ? [...ACCOUNT_SECTIONS, operator] : ACCOUNT_SECTIONS;
  return renderSignedIn(page, account.email, { label: 'Account', sections, current });
}

/** A page for operators. */
export function renderOperatorPage(page: Page, email: string, current: OperatorPath): string {
  return renderSignedIn(page, email, { label: 'Operator', sections: OPERATOR_SECTIONS, current });
}

interface Navigation {
  readonly label: string;
  readonly sections: readonly { readonly path: string; readonly name: string }[];
  readonly current: string;
}

function renderSignedIn(
  { title, body, scripts = [] }: Page,
  email: string,
  { label, sections, current }: Navigation,
): string {
  return renderDocument(
    title,
    scripts,
    html`<body data-signed-in>
<a class="skip" href="#main">Skip to the content</a>
<header>
<p class="brand"><a href="/">${renderSmallSeal()}<span>Touchmark</span></a></p>
<p class="who"><span>${email}</span></p>
<form id="sign-out" method="post" data-api="/api/auth/sign-out" data-method="POST" data-go-to="/account/sign-in">
<button type="submit" class="quiet" disabled>Sign out</button>
<p class="error" role="alert"></p>
</form>
<nav aria-label="${label}"><ul>
${sections.map(
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
    [],
    html`<body class="narrow">
<a class="skip" href="#main">Skip to the content</a>
<header>
<p class="brand"><a href="/">${renderSmallSeal()}<span>Touchmark</span></a></p>
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

function renderDocument(title: string, scripts: readonly string[], body: Html): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${title} – Touchmark</title>
<link rel="stylesheet" href="${STYLE.url}">
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<script src="${SCRIPT.url}" defer></script>
${scripts.map((address) => html`<script type="module" src="${address}"></script>`)}
</head>
${body}
</html>
`.toString();
}
