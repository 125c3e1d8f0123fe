import { type Html, html } from './html.ts';

/** Where a form that reveals shows its secret, this once. `backTo` is the page itself. */
export function renderSecretPanel(backTo: string, title: string): Html {
  return html`<section id="secret" class="notice" tabindex="-1" aria-labelledby="secret-title" hidden>
<h2 id="secret-title">${title}</h2>
<p>It is shown this once, and nobody can show it to you again.
Keep it like a password: never in a web page or a public repository.</p>
<p><code id="secret-text"></code></p>
<p class="actions"><button type="button" data-copy="secret-text">Copy</button>
<a class="button quiet" href="${backTo}">I have kept it</a> <span class="copied" role="status"></span></p>
</section>`;
}
