import { type Content, type Html, html } from './html.ts';

/** What happens when the server has taken a form; without any of these the page is loaded again. */
export interface AfterForm {
  /** An own path to go to. */
  readonly goTo?: string;
  /** A property of the answer to put behind `goTo`. */
  readonly append?: string;
  /** What to say in place. */
  readonly say?: string;
  /** The answer has a secret, which the page's panel for it shows once. */
  readonly reveals?: true;
}

export interface Form {
  /** Unique in its page. */
  readonly id: string;
  readonly method?: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** The route that takes the fields as JSON. */
  readonly api: string;
  readonly after?: AfterForm;
  readonly content?: Content;
  readonly submit: string;
  readonly tone?: 'danger' | 'quiet';
  /** The route knows accounts by token only: the session's is asked for first. */
  readonly byToken?: true;
}

/**
 * A form that `/static/account.js` sends as JSON. Its button works only once the script runs, and its method is POST,
 * so that a browser without the script never puts what was typed into an address.
 */
export function renderForm({
  id,
  method = 'POST',
  api,
  after = {},
  content = null,
  submit,
  tone,
  byToken,
}: Form): Html {
  return html`<form id="${id}" method="post" data-api="${api}" data-method="${method}" ${renderAfter(after)}${
    byToken === undefined ? null : html`data-by-token`
  }>
${content}
<p class="error" role="alert"></p>
<p class="done" role="status"></p>
<button type="submit" ${tone === undefined ? null : html`class="${tone}"`} disabled>${submit}</button>
</form>`;
}

function renderAfter({ goTo, append, say, reveals }: AfterForm): Content {
  return [
    goTo === undefined ? null : html`data-go-to="${goTo}" `,
    append === undefined ? null : html`data-append="${append}" `,
    say === undefined ? null : html`data-say="${say}" `,
    reveals === undefined ? null : html`data-reveals`,
  ];
}

export interface Field {
  readonly form: string;
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly value?: string | null;
  readonly type?: 'text' | 'email' | 'password' | 'url' | 'date';
  readonly autocomplete?: string;
  readonly required?: true;
  readonly minLength?: number;
  readonly maxLength?: number;
  /** What is sent for an empty field, if it is not the empty text. */
  readonly whenEmpty?: 'null' | 'omit';
  /** Error codes that are about this field, so that they are shown beside it. */
  readonly codes?: readonly string[];
}

export function renderField(field: Field): Html {
  const { label, type = 'text', value } = field;
  return wrap(
    field,
    label,
    html`<input type="${type}" ${attributesOf(field)} ${value ? html`value="${value}"` : null} ${
      type === 'text' || type === 'password' ? null : html`autocapitalize="none" spellcheck="false"`
    }>`,
  );
}

/** @param as How it is sent: as a text, or as the JSON that it holds. */
export function renderTextArea(field: Field, as: 'text' | 'json' = 'text'): Html {
  return wrap(
    field,
    field.label,
    html`<textarea rows="4" ${attributesOf(field)} data-as="${as}">
${field.value ?? ''}</textarea>`,
  );
}

/** Boxes of which any number may be ticked; sent as the list of those that are. */
export function renderChecks(field: Pick<Field, 'form' | 'name' | 'label'>, options: readonly Check[]): Html {
  const { name, label } = field;
  return html`<fieldset class="field"><legend>${label}</legend>
${options.map(
  ({ value, label: text, isChecked }) =>
    html`<label class="check"><input type="checkbox" name="${name}" value="${value}" data-as="set" ${
      isChecked ? html`checked` : null
    }> ${text}</label>
`,
)}</fieldset>
`;
}

export interface Check {
  readonly value: string;
  readonly label: string;
  readonly isChecked: boolean;
}

/** A box that is sent as true or false. */
export function renderCheck({ name, label, isChecked }: { name: string; label: string; isChecked: boolean }): Html {
  return html`<label class="check field"><input type="checkbox" name="${name}" value="true" data-as="yes" ${
    isChecked ? html`checked` : null
  }> ${label}</label>
`;
}

export interface Option {
  readonly value: string;
  readonly label: string;
  readonly disabled?: boolean;
}

/** @param as How the choice is sent: as a text, as a list that holds it, as a number, or as true or false. */
export function renderSelect(
  field: Field,
  options: readonly Option[],
  as: 'text' | 'list' | 'number' | 'boolean' = 'text',
): Html {
  return wrap(
    field,
    field.label,
    html`<select ${attributesOf(field)} data-as="${as}">
${options.map(
  ({ value, label, disabled = false }) =>
    html`<option value="${value}" ${value === field.value ? html`selected` : null} ${disabled ? html`disabled` : null}>${label}</option>
`,
)}</select>`,
  );
}

/** A value that is sent along. */
export function renderHidden(name: string, value: string | boolean): Html {
  const as = typeof value === 'boolean' ? 'boolean' : 'text';
  return html`<input type="hidden" name="${name}" value="${String(value)}" data-as="${as}">`;
}

function wrap(field: Field, label: string, control: Html): Html {
  const id = idOf(field);
  return html`<div class="field">
<label for="${id}">${label}</label>
${control}
${field.hint === undefined ? null : html`<p class="hint" id="${id}-hint">${field.hint}</p>`}
<p class="error" id="${id}-error" aria-live="polite"></p>
</div>
`;
}

function attributesOf(field: Field): Content {
  const { name, hint, autocomplete, required, minLength, maxLength, whenEmpty, codes = [] } = field;
  const id = idOf(field);
  return [
    html`id="${id}" name="${name}" aria-describedby="${hint === undefined ? '' : `${id}-hint `}${id}-error"`,
    autocomplete === undefined ? null : html` autocomplete="${autocomplete}"`,
    required === undefined ? null : html` required`,
    minLength === undefined ? null : html` minlength="${minLength}"`,
    maxLength === undefined ? null : html` maxlength="${maxLength}"`,
    whenEmpty === undefined ? null : html` data-when-empty="${whenEmpty}"`,
    codes.length === 0 ? null : html` data-codes="${codes.join(' ')}"`,
  ];
}

function idOf({ form, name }: Field): string {
  return `${form}-${name}`;
}
