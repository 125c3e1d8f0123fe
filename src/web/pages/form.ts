import { type Content, type Html, html, Part } from './html.ts';
import type { Outcome } from './outcome.ts';

/** What happens when a form was taken; without any of these its page is shown again. */
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

/** How a field is sent: `set` is the list of the boxes that are ticked, `yes` whether one is. */
type As = 'text' | 'json' | 'list' | 'number' | 'boolean' | 'set' | 'yes';

/** How to read what was posted for a field. */
export interface Reading {
  /** Dots lead into objects. */
  readonly name: string;
  readonly as: As;
  /** What is sent for an empty field, if it is not the empty text. */
  readonly whenEmpty?: 'null' | 'omit';
  /** Error codes that are about this field, so that they are shown beside it. */
  readonly codes?: readonly string[];
  /** Whether problems can be said beside it. */
  readonly isShown: boolean;
}

export interface FoundForm {
  readonly form: Form;
  readonly fields: readonly Reading[];
}

/** The form of a page with this id; null when the page has none. */
export function findForm(page: Html, id: string): FoundForm | null {
  const part = page.parts().find((one) => one instanceof FormPart && one.form.id === id) as FormPart | undefined;
  if (part === undefined) return null;
  const fields = part.content.parts().flatMap((one) => (one instanceof FieldPart ? [one.reading] : []));
  return { form: part.form, fields: [...fields] };
}

/** The name under which a form says which one of its page it is. */
export const FORM_NAME = 'form';

/** A form that is posted to the page that it stands in; see decision 26. */
export function renderForm(form: Form): Html {
  return html`${new FormPart(form)}`;
}

class FormPart extends Part {
  readonly form: Form;

  constructor(form: Form) {
    super(html`${form.content ?? null}`);
    this.form = form;
  }

  render(outcome: Outcome): Html {
    const { id, submit, tone } = this.form;
    const { problem, isFirst } = findPosted(outcome, id, '');
    return html`<form id="${id}" method="post">
<input type="hidden" name="${FORM_NAME}" value="${id}">
${this.content}
<p class="error" role="alert">${problem}</p>
<p class="done" role="status"></p>
<button type="submit" ${tone === undefined ? null : html`class="${tone}"`} ${isFirst ? html`autofocus` : null}>${submit}</button>
</form>`;
  }
}

/** A field as it was posted in vain. */
interface Posted {
  /** Null when it was not. */
  readonly values: readonly string[] | null;
  readonly problem: string | null;
  /** It is the first that has a problem, which is where to look. */
  readonly isFirst: boolean;
}

const NOT_POSTED: Posted = { values: null, problem: null, isFirst: false };

function findPosted(outcome: Outcome, form: string, name: string): Posted {
  if (outcome.kind !== 'refused' || outcome.form !== form) return NOT_POSTED;
  const { typed, problems } = outcome;
  const [first] = problems.keys();
  return { values: typed.getAll(name), problem: problems.get(name) ?? null, isFirst: name === first };
}

class FieldPart extends Part {
  readonly reading: Reading;
  readonly #form: string;
  readonly #draw: (posted: Posted) => Html;

  constructor(form: string, reading: Reading, draw: (posted: Posted) => Html) {
    super();
    this.#form = form;
    this.reading = reading;
    this.#draw = draw;
  }

  render(outcome: Outcome): Html {
    return this.#draw(findPosted(outcome, this.#form, this.reading.name));
  }
}

export interface Field {
  readonly form: string;
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly value?: string | null;
  readonly type?: 'text' | 'email' | 'password' | 'url' | 'date' | 'number';
  readonly autocomplete?: string;
  readonly required?: true;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly whenEmpty?: 'null' | 'omit';
  readonly codes?: readonly string[];
}

export function renderField(field: Field): Html {
  const { label, type = 'text', value = null } = field;
  // What a browser draws for numbers changes them at a turn of the wheel.
  const [drawn, as] = type === 'number' ? (['text', 'number'] as const) : ([type, 'text'] as const);
  return place(field, as, (posted) => {
    const shown = type === 'password' ? null : (posted.values?.[0] ?? value);
    return wrap(
      field,
      posted,
      label,
      html`<input type="${drawn}" ${attributesOf(field, posted)} ${shown ? html`value="${shown}"` : null} ${
        type === 'text' || type === 'password' ? null : html`autocapitalize="none" spellcheck="false"`
      } ${type === 'number' ? html`inputmode="numeric" pattern="[0-9]*"` : null}>`,
    );
  });
}

/** @param as How it is sent: as a text, or as the JSON that it holds. */
export function renderTextArea(field: Field, as: 'text' | 'json' = 'text'): Html {
  return place(field, as, (posted) =>
    wrap(
      field,
      posted,
      field.label,
      html`<textarea rows="4" ${attributesOf(field, posted)}>
${posted.values?.[0] ?? field.value ?? ''}</textarea>`,
    ),
  );
}

/** Boxes of which any number may be ticked. */
export function renderChecks(field: Pick<Field, 'form' | 'name' | 'label'>, options: readonly Check[]): Html {
  const { name, label } = field;
  return place(
    field,
    'set',
    (posted) => html`<fieldset class="field" id="${idOf(field)}" ${
      posted.isFirst ? html`tabindex="-1" autofocus` : null
    }><legend>${label}</legend>
${options.map(
  ({ value, label: text, isChecked }) =>
    html`<label class="check"><input type="checkbox" name="${name}" value="${value}" ${
      (posted.values?.includes(value) ?? isChecked) ? html`checked` : null
    }> ${text}</label>
`,
)}${renderProblem(field, posted)}
</fieldset>
`,
  );
}

export interface Check {
  readonly value: string;
  readonly label: string;
  readonly isChecked: boolean;
}

/** A box that is sent as true or false. */
export function renderCheck(field: Pick<Field, 'form' | 'name' | 'label'> & { readonly isChecked: boolean }): Html {
  const { name, label, isChecked } = field;
  return place(
    field,
    'yes',
    (
      posted,
    ) => html`<div class="field"><label class="check"><input type="checkbox" id="${idOf(field)}" name="${name}" value="true" ${
      (posted.values?.includes('true') ?? isChecked) ? html`checked` : null
    }> ${label}</label>
${renderProblem(field, posted)}
</div>
`,
  );
}

export interface Option {
  readonly value: string;
  readonly label: string;
  readonly disabled?: boolean;
}

/** @param as How the choice is sent: as a text, as a list that holds it, or as a number. */
export function renderSelect(field: Field, options: readonly Option[], as: 'text' | 'list' | 'number' = 'text'): Html {
  return place(field, as, (posted) => {
    const chosen = posted.values?.[0] ?? field.value;
    return wrap(
      field,
      posted,
      field.label,
      html`<select ${attributesOf(field, posted)}>
${options.map(
  ({ value, label, disabled = false }) =>
    html`<option value="${value}" ${value === chosen ? html`selected` : null} ${disabled ? html`disabled` : null}>${label}</option>
`,
)}</select>`,
    );
  });
}

/** A value that is sent along. */
export function renderHidden(name: string, value: string | number | boolean): Html {
  const as = ({ string: 'text', number: 'number', boolean: 'boolean' } as const)[
    typeof value as 'string' | 'number' | 'boolean'
  ];
  const draw = () => html`<input type="hidden" name="${name}" value="${String(value)}">`;
  return html`${new FieldPart('', { name, as, isShown: false }, draw)}`;
}

/** A value that a script puts in; without it the field is not sent. */
export function renderScripted(field: Pick<Field, 'form' | 'name'>): Html {
  const { form, name } = field;
  const draw = ({ values }: Posted) =>
    html`<input type="hidden" id="${idOf(field)}" name="${name}" value="${values?.[0] ?? ''}">`;
  return html`${new FieldPart(form, { name, as: 'text', whenEmpty: 'omit', isShown: false }, draw)}`;
}

function place(
  { form, ...field }: Pick<Field, 'form' | 'name' | 'whenEmpty' | 'codes'>,
  as: As,
  draw: (posted: Posted) => Html,
): Html {
  return html`${new FieldPart(form, { ...field, as, isShown: true }, draw)}`;
}

function wrap(field: Field, posted: Posted, label: string, control: Html): Html {
  const id = idOf(field);
  return html`<div class="field">
<label for="${id}">${label}</label>
${control}
${field.hint === undefined ? null : html`<p class="hint" id="${id}-hint">${field.hint}</p>`}
${renderProblem(field, posted)}
</div>
`;
}

function renderProblem(field: Pick<Field, 'form' | 'name'>, { problem }: Posted): Html {
  return html`<p class="error" id="${idOf(field)}-error" aria-live="polite">${problem}</p>`;
}

function attributesOf(field: Field, { problem, isFirst }: Posted): Content {
  const { name, hint, autocomplete, required, minLength, maxLength } = field;
  const id = idOf(field);
  return [
    html`id="${id}" name="${name}" aria-describedby="${hint === undefined ? '' : `${id}-hint `}${id}-error"`,
    autocomplete === undefined ? null : html` autocomplete="${autocomplete}"`,
    required === undefined ? null : html` required`,
    minLength === undefined ? null : html` minlength="${minLength}"`,
    maxLength === undefined ? null : html` maxlength="${maxLength}"`,
    problem === null ? null : html` aria-invalid="true"`,
    isFirst ? html` autofocus` : null,
  ];
}

function idOf({ form, name }: Pick<Field, 'form' | 'name'>): string {
  return `${form}-${name}`;
}
