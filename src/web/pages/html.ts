/** Markup that may stand in a page as it is. Nothing but the `html` tag makes it, so no data can pass for it. */
export class Html {
  readonly #markup: string;

  private constructor(markup: string) {
    this.#markup = markup;
  }

  /** `${…}` stands between tags or in a quoted attribute; what is not markup is escaped. `null` leaves nothing. */
  static fill(literals: TemplateStringsArray, ...values: readonly Content[]): Html {
    let markup = literals[0]!;
    for (const [i, value] of values.entries()) markup += escapeAfter(markup, value) + literals[i + 1]!;
    return new Html(markup);
  }

  toString(): string {
    return this.#markup;
  }
}

export type Content = Html | string | number | null | readonly Content[];

export const html = Html.fill;

/** An address in an attribute is one of this server, or of the web; never a script or inline data. */
const ADDRESS_ATTRIBUTE = /\s(?:href|src|action|formaction)="$/;
const HARMLESS_ADDRESS = /^(?:https?:\/\/|\/(?![/\\])|[?#])/;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Errors: TypeError for a template that no value would be safe in, or an address that is not harmless. */
function escapeAfter(before: string, value: Content): string {
  const context = before.slice(-16);
  if (context.endsWith('=')) throw new TypeError('an attribute needs quotes around its value');
  if (ADDRESS_ATTRIBUTE.test(context) && !HARMLESS_ADDRESS.test(String(value))) {
    throw new TypeError('not an address that a page may lead to');
  }
  return escapeContent(value);
}

function escapeContent(value: Content): string {
  if (value === null) return '';
  if (value instanceof Html) return value.toString();
  if (Array.isArray(value)) return value.map(escapeContent).join('');
  return String(value).replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}
