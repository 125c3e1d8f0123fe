import { html } from './html.ts';
import type { SitePage } from './site-layout.ts';

/** Instead of a page: what went wrong in plain words, and where to go. */
export function renderError(title: string, advice: string, requestId: string): SitePage {
  return {
    title,
    description: null,
    section: null,
    scripts: [],
    body: html`<section class="measure">
<h1>${title}</h1>
<p class="lead">${advice}</p>
<p class="actions"><a class="button" href="/">Anchor a file</a> <a class="button quiet" href="/verify">Verify a proof</a></p>
<p class="hint">Request ${requestId}</p>
</section>
`,
  };
}
