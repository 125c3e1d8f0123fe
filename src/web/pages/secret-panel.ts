import { type Html, html, Part } from './html.ts';
import type { Outcome } from './outcome.ts';

/** Where a form that reveals shows its secret, this once. `backTo` is the page itself. */
export function renderSecretPanel(backTo: string, title: string): Html {
  return html`${new SecretPanel(backTo, title)}`;
}

class SecretPanel extends Part {
  readonly #backTo: string;
  readonly #title: string;

  constructor(backTo: string, title: string) {
    super();
    this.#backTo = backTo;
    this.#title = title;
  }

  render(outcome: Outcome): Html {
    const secret = outcome.kind === 'secret' ? outcome.secret : null;
    return html`<section id="secret" class="notice" tabindex="-1" aria-labelledby="secret-title" ${
      secret === null ? html`hidden` : html`autofocus`
    }>
<h2 id="secret-title">${this.#title}</h2>
<p>It is shown this once, and nobody can show it to you again.
Keep it like a password: never in a web page or a public repository.</p>
<p><code id="secret-text" class="break">${secret}</code></p>
<p class="actions"><button type="button" data-copy="secret-text" hidden>Copy</button>
<a class="button quiet" href="${this.#backTo}">I have kept it</a> <span class="copied" role="status"></span></p>
</section>`;
  }
}
