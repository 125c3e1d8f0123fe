import type { Account } from '../../core/account/account.ts';
import { SCRIPT, STYLE } from '../assets.ts';
import { NO_INDEX, renderDocument } from './document.ts';
import { renderForm } from './form.ts';
import { type Content, type Html, html, Part } from './html.ts';
import type { Outcome } from './outcome.ts';
import { renderSmallSeal } from './seal.ts';

const ACCOUNT_SECTIONS = [
  { path: '/account', name: 'Overview' },
  { path: '/account/works', name: 'Works' },
  { path: '/account/tracks', name: 'Tracks' },
  { path: '/account/timestamps', name: 'Timestamps' },
  { path: '/account/keys', name: 'Keys' },
  { path: '/account/webhooks', name: 'Webhooks' },
  { path: '/account/usage', name: 'Usage' },
  { path: '/account/credits', name: 'Plan and credits' },
  { path: '/account/vault', name: 'Vault' },
  { path: '/account/profile', name: 'Profile' },
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
export function renderOwnPage(page: Page, account: Pick<Account, 'email' | 'role'>, current: SectionPath): Html {
  const operator = { path: '/operator', name: 'Operator' };
  const sections = account.role === 'operator' ? [...ACCOUNT_SECTIONS, operator] : ACCOUNT_SECTIONS;
  return renderSignedIn(page, account.email, { label: 'Account', sections, current });
}

/** A page for operators. */
export function renderOperatorPage(page: Page, email: string, current: OperatorPath): Html {
  return renderSignedIn(page, email, { label: 'Operator', sections: OPERATOR_SECTIONS, current });
}

const HEAD = html`${NO_INDEX}
<link rel="stylesheet" href="${STYLE.url}">
<script src="${SCRIPT.url}" defer></script>`;

interface Navigation {
  readonly label: string;
  readonly sections: readonly { readonly path: string; readonly name: string }[];
  readonly current: string;
}

function renderSignedIn(
  { title, body, scripts = [] }: Page,
  email: string,
  { label, sections, current }: Navigation,
): Html {
  return renderDocument({
    title,
    head: HEAD,
    scripts,
    body: html`<body>
<a class="skip" href="#main">Skip to the content</a>
<header>
<p class="brand"><a href="/">${renderSmallSeal()}<span>Touchmark</span></a></p>
<p class="who"><span>${email}</span></p>
${renderForm({
  id: 'sign-out',
  api: '/api/auth/sign-out',
  after: { goTo: '/account/sign-in' },
  submit: 'Sign out',
  tone: 'quiet',
})}
<nav aria-label="${label}"><ul>
${sections.map(
  ({ path, name }) =>
    html`<li><a href="${path}" ${path === current ? html`aria-current="page"` : null}>${name}</a></li>
`,
)}</ul></nav>
</header>
${renderMain(title, body)}`,
  });
}

/** A page for anybody. */
export function renderOpenPage({ title, body }: Page): Html {
  return renderDocument({
    title,
    head: HEAD,
    scripts: [],
    body: html`<body class="narrow">
<a class="skip" href="#main">Skip to the content</a>
<header>
<p class="brand"><a href="/">${renderSmallSeal()}<span>Touchmark</span></a></p>
</header>
${renderMain(title, body)}`,
  });
}

function renderMain(title: string, body: Content): Html {
  return html`<main id="main" tabindex="-1">
<h1>${title}</h1>
${new Notice()}
${body}
</main>
</body>`;
}

/** What came of a form that was posted without a script. */
class Notice extends Part {
  render(outcome: Outcome): Html {
    if (outcome.kind !== 'notice') return html``;
    return outcome.tone === 'good'
      ? html`<p class="notice" role="status">${outcome.text}</p>`
      : html`<p class="notice bad" role="alert">${outcome.text}</p>`;
  }
}
