import type { OperatorAction } from '../../../core/registry/action.ts';
import { html } from '../html.ts';
import type { Page } from '../layout.ts';
import { renderOlder } from '../older.ts';
import { renderMinute } from '../text.ts';

export interface ActionsView {
  readonly subject: string;
  /** Newest first. */
  readonly actions: readonly OperatorAction[];
  readonly older: string | null;
}

/** `GET /operator/actions` */
export function renderActions({ subject, actions, older }: ActionsView): Page {
  return {
    title: 'Actions',
    body: html`<p>What operators did, newest first. It is only ever added to. Times are UTC.</p>
<form method="get" action="/operator/actions" class="filters" role="search">
<div class="field"><label for="subject">Id of a submission, a certificate or an account</label>
<input id="subject" name="subject" value="${subject}" maxlength="64" autocomplete="off" spellcheck="false"></div>
<p class="actions"><button type="submit">Find</button></p>
</form>
${actions.length === 0 ? html`<p>Nothing so far.</p>` : null}
<ul class="cards">
${actions.map(
  (action) => html`<li><h2>${action.type}</h2>
<p><code>${action.subject}</code>: <bdi>${action.reason}</bdi></p>
<p class="hint">${renderMinute(action.at)} by <code>${action.operatorId}</code></p>
<details><summary>Before and after</summary>
<pre tabindex="0" aria-label="Before">${JSON.stringify(action.before, null, 2)}</pre>
<pre tabindex="0" aria-label="After">${JSON.stringify(action.after, null, 2)}</pre></details></li>
`,
)}</ul>
${renderOlder(older)}
`,
  };
}
