import { findForm } from './form.ts';
import { type Content, type Html, html, Part } from './html.ts';
import type { Outcome } from './outcome.ts';

/** What is folded away, but for who has to correct a form in it. */
export function renderDetails(summary: Content, content: Content, isOpen = false): Html {
  return html`${new Details(
    html`<summary>${summary}</summary>
${content}`,
    isOpen,
  )}`;
}

class Details extends Part {
  readonly #isOpen: boolean;

  constructor(content: Html, isOpen: boolean) {
    super(content);
    this.#isOpen = isOpen;
  }

  render(outcome: Outcome): Html {
    const isOpen = this.#isOpen || (outcome.kind === 'refused' && findForm(this.content, outcome.form) !== null);
    return html`<details ${isOpen ? html`open` : null}>${this.content}</details>`;
  }
}
