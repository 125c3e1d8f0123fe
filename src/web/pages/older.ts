import { type Content, html } from './html.ts';

/** The way to the rest of a list that shows the newest first; nothing at its end. */
export function renderOlder(older: string | null, text = 'Older ones'): Content {
  return older === null ? null : html`<p><a href="${older}" rel="next">${text}</a></p>`;
}

/** The same on pages for everybody. */
export function renderOlderButton(older: string | null): Content {
  return older === null
    ? null
    : html`<p class="actions"><a class="button quiet" href="${older}" rel="next">Older ones</a></p>`;
}
