import type { Outcome } from './outcome.ts';

/** Markup that may stand in a page as it is. Nothing but the `html` tag makes it, so no data can pass for it. */
export class Html {
  readonly #pieces: readonly (string | Part)[];

  private constructor(pieces: readonly (string | Part)[]) {
    this.#pieces = pieces;
  }

  /** `${…}` stands between tags or in a quoted attribute; what is not markup is escaped. `null` leaves nothing. */
  static fill(literals: TemplateStringsArray, ...values: readonly Content[]): Html {
    const pieces: (string | Part)[] = [literals[0]!];
    for (const [i, value] of values.entries()) {
      const before = pieces.at(-1)!;
      if (typeof before === 'string') assertHarmless(before, value);
      Html.#append(pieces, value);
      appendText(pieces, literals[i + 1]!);
    }
    return new Html(pieces);
  }

  static #append(pieces: (string | Part)[], value: Content): void {
    if (value === null) return;
    if (value instanceof Part) pieces.push(value);
    else if (value instanceof Html) for (const piece of value.#pieces) appendPiece(pieces, piece);
    else if (Array.isArray(value)) for (const one of value) Html.#append(pieces, one);
    else appendText(pieces, escapeText(String(value)));
  }

  /** What of it depends on an outcome, and what depends on one inside of that. */
  *parts(): Generator<Part> {
    for (const piece of this.#pieces) {
      if (typeof piece === 'string') continue;
      yield piece;
      yield* piece.content.parts();
    }
  }

  /** @param outcome What came of a form of the page. */
  write(outcome: Outcome): string {
    return this.#pieces
      .map((piece) => (typeof piece === 'string' ? piece : piece.render(outcome).write(outcome)))
      .join('');
  }

  toString(): string {
    return this.write(NOTHING);
  }
}

/** A part of a page that looks different after a form was posted; so it is written with the page, and not before. */
export abstract class Part {
  /** What it has inside, whatever it looks like. */
  readonly content: Html;

  constructor(content: Html = html``) {
    this.content = content;
  }

  abstract render(outcome: Outcome): Html;
}

export type Content = Html | Part | string | number | null | readonly Content[];

export const html = Html.fill;

const NOTHING: Outcome = { kind: 'nothing' };

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
function assertHarmless(before: string, value: Content): void {
  const context = before.slice(-16);
  if (context.endsWith('=')) throw new TypeError('an attribute needs quotes around its value');
  if (ADDRESS_ATTRIBUTE.test(context) && !HARMLESS_ADDRESS.test(String(value))) {
    throw new TypeError('not an address that a page may lead to');
  }
}

function appendPiece(pieces: (string | Part)[], piece: string | Part): void {
  if (typeof piece === 'string') appendText(pieces, piece);
  else pieces.push(piece);
}

function appendText(pieces: (string | Part)[], text: string): void {
  const last = pieces.length - 1;
  if (typeof pieces[last] === 'string') pieces[last] += text;
  else pieces.push(text);
}

function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}
