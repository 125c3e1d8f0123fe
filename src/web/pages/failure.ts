import { html } from './html.ts';
import type { Page } from './layout.ts';

/** Instead of a page: what went wrong, and where to go. */
export function renderFailure(title: string, advice: string, requestId: string): Page {
  return {
    title,
    body: html`<p>${advice}</p>
<p><a href="/account">To your account</a></p>
<p class="hint">Request ${requestId}</p>
`,
  };
}
