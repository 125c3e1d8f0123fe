import { type Content, type Html, html } from '../html.ts';

/** A choice in a form that asks for a page. */
export function renderChoice(name: string, label: string, value: string, choices: readonly string[]): Html {
  return html`<div class="field"><label for="${name}">${label}</label><select id="${name}" name="${name}">${choices.map(
    (choice) => html`<option value="${choice}" ${choice === value ? html`selected` : null}>${choice}</option>`,
  )}</select></div>`;
}

export interface Row {
  readonly name: string;
  readonly value: Content;
}

export function renderRows(rows: readonly (Row | null)[]): Html {
  return html`<dl>
${rows.map((row) =>
  row === null
    ? null
    : html`<div><dt>${row.name}</dt><dd>${row.value}</dd></div>
`,
)}</dl>`;
}
