import type { ListedAccount } from '../../../core/account/store.ts';
import type { Integrator } from '../../../core/registry/action.ts';
import { renderDetails } from '../details.ts';
import { renderField, renderForm } from '../form.ts';
import { html } from '../html.ts';
import type { Page } from '../layout.ts';
import { renderOlder } from '../older.ts';
import { renderDay } from '../text.ts';
import { REASON_MAX_CHARS } from './reason.ts';

export interface AccountsView {
  readonly email: string;
  readonly accounts: readonly ListedAccount[];
  readonly older: string | null;
}

/** `GET /operator/accounts` */
export function renderAccounts({ email, accounts, older }: AccountsView): Page {
  return {
    title: 'Accounts',
    body: html`<form method="get" action="/operator/accounts" class="filters" role="search">
<div class="field"><label for="email">E-mail address starts with</label>
<input id="email" name="email" value="${email}" maxlength="254" autocomplete="off" autocapitalize="none" spellcheck="false"></div>
<p class="actions"><button type="submit">Find</button></p>
</form>
${accounts.length === 0 ? html`<p>Nobody.</p>` : null}
<ul class="cards">
${accounts.map(
  (account) => html`<li><h2>${account.email}</h2>
<p><bdi>${account.displayName}</bdi>${account.handle === null ? null : html`, <a href="/u/${account.handle}">@${account.handle}</a>`}</p>
<p class="hint">${account.role}, ${account.isEmailVerified ? 'address confirmed' : 'address not confirmed'}, here since
${renderDay(account.createdAt)}, <code>${account.id}</code></p>
${renderDetails(
  'Let it register renditions',
  renderForm({
    id: `allow-${account.id}`,
    method: 'PUT',
    api: `/api/operator/integrators/${account.id}`,
    after: { goTo: '/operator/integrators' },
    submit: 'Allow',
    content: renderField({
      form: `allow-${account.id}`,
      name: 'note',
      label: 'Who it is',
      required: true,
      maxLength: REASON_MAX_CHARS,
    }),
  }),
)}</li>
`,
)}</ul>
${renderOlder(older, 'The next ones')}
`,
  };
}

export interface IntegratorsView {
  readonly integrators: readonly Integrator[];
  readonly older: string | null;
}

/** `GET /operator/integrators` */
export function renderIntegrators({ integrators, older }: IntegratorsView): Page {
  return {
    title: 'Integrators',
    body: html`<p>Accounts that may register renditions of certified recordings. New ones are allowed under
<a href="/operator/accounts">accounts</a>.</p>
${integrators.length === 0 ? html`<p>Nobody may so far.</p>` : null}
<ul class="cards">
${integrators.map(
  ({ accountId, note, addedAt }) => html`<li><h2><bdi>${note}</bdi></h2>
<p class="hint"><code>${accountId}</code>, since ${renderDay(addedAt)}</p>
${renderForm({
  id: `remove-${accountId}`,
  method: 'DELETE',
  api: `/api/operator/integrators/${accountId}`,
  submit: 'Remove',
  tone: 'danger',
})}</li>
`,
)}</ul>
${renderOlder(older, 'The next ones')}
`,
  };
}
