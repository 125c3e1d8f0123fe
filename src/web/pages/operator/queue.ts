import { SUBMISSION_STATUSES, type Submission } from '../../../core/registry/submission.ts';
import { type Html, html } from '../html.ts';
import type { Page } from '../layout.ts';
import { renderOlder } from '../older.ts';
import { renderMinute } from '../text.ts';
import { renderChoice } from './parts.ts';

export interface QueueView {
  readonly status: string;
  readonly mode: string;
  readonly submissions: readonly Submission[];
  readonly older: string | null;
}

/** `GET /operator` */
export function renderQueue({ status, mode, submissions, older }: QueueView): Page {
  return {
    title: 'Review',
    body: html`<p>Those that have waited longest come first. Times are UTC.</p>
<form method="get" action="/operator" class="filters">
${renderChoice('status', 'Status', status, [...SUBMISSION_STATUSES, 'all'])}
${renderChoice('mode', 'Mode', mode, ['live', 'test'])}
<p class="actions"><button type="submit">Show</button></p>
</form>
${submissions.length === 0 ? html`<p>Nothing here.</p>` : null}
<ul class="cards">
${submissions.map(
  (submission) => html`<li>${renderLine(submission)}</li>
`,
)}</ul>
${renderOlder(older, 'The next ones')}
`,
  };
}

function renderLine({ id, title, artist, status, createdAt, isHighRisk }: Submission): Html {
  return html`<h2><a href="/operator/submissions/${id}"><bdi>${title}</bdi></a></h2>
<p>by <bdi>${artist?.displayName ?? 'an account that is gone'}</bdi></p>
<p class="hint">${status}, sent ${renderMinute(createdAt)}${isHighRisk ? ', high risk' : null}</p>`;
}
