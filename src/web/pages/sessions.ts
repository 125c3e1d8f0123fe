import { renderForm, renderHidden } from './form.ts';
import { type Html, html } from './html.ts';
import { renderMinute } from './text.ts';

export interface ListedSession {
  readonly id: string;
  /** Names the session towards the route that ends it; it is not enough to use it. */
  readonly token: string;
  /** What the browser or program calls itself. */
  readonly userAgent: string | null;
  readonly address: string | null;
  /** Epoch ms. */
  readonly since: number;
  readonly isThis: boolean;
}

/** Where somebody is signed in. */
export function renderSessions(sessions: readonly ListedSession[]): Html {
  return html`<ul class="cards">
${sessions.map(
  ({ id, token, userAgent, address, since, isThis }) => html`<li><p><bdi>${userAgent ?? 'An unnamed program'}</bdi>${
    isThis ? html` <strong>(this one)</strong>` : null
  }</p>
<p class="hint">since ${renderMinute(since)}${address === null ? null : `, from ${address}`}</p>
${
  isThis
    ? null
    : renderForm({
        id: `end-${id}`,
        api: '/api/auth/revoke-session',
        submit: 'Sign it out',
        tone: 'quiet',
        content: renderHidden('token', token),
      })
}</li>
`,
)}</ul>`;
}
