import assert from 'node:assert/strict';

/**
 * What a browser without scripts sends of a form: every field as the page has it, but for those that somebody fills in.
 * A list ticks the boxes of a name.
 */
export function fillForm(
  body: string,
  id: string,
  typed: Readonly<Record<string, string | readonly string[]>> = {},
): URLSearchParams {
  const [, content] = new RegExp(`<form id="${id}" method="post">(.*?)</form>`, 's').exec(body) ?? [];
  assert.ok(content !== undefined, `the page has no form ${id}`);
  const fields = readFields(content);
  const names = new Set(fields.map(({ name }) => name));
  for (const name of Object.keys(typed)) assert.ok(names.has(name), `the form ${id} has no field ${name}`);
  const sent = new URLSearchParams();
  for (const name of names) {
    const present = fields.filter((field) => field.name === name).flatMap(({ value }) => value ?? []);
    for (const value of [typed[name] ?? present].flat()) sent.append(name, value);
  }
  return sent;
}

interface PageField {
  readonly name: string;
  /** Null for a box that is not ticked. */
  readonly value: string | null;
}

const FIELD = /<input ([^>]*)>|<textarea ([^>]*)>\n?([^<]*)<\/textarea>|<select ([^>]*)>(.*?)<\/select>/gs;

function readFields(content: string): readonly PageField[] {
  return [...content.matchAll(FIELD)].flatMap(([, input, area, text, select, options]) => {
    const attributes = input ?? area ?? select!;
    const name = attributeOf(attributes, 'name');
    return name === null ? [] : [{ name, value: readValue({ input, text, options }) }];
  });
}

function readValue({ input, text, options }: Record<'input' | 'text' | 'options', string | undefined>): string | null {
  if (input !== undefined) {
    const isBox = attributeOf(input, 'type') === 'checkbox';
    return isBox && !/\schecked\b/.test(input) ? null : (attributeOf(input, 'value') ?? '');
  }
  if (text !== undefined) return unescapeHtml(text);
  const enabled = [...options!.matchAll(/<option ([^>]*)>/g)].flatMap(([, one]) =>
    / disabled\b/.test(one!) ? [] : one!,
  );
  const chosen = enabled.find((one) => / selected\b/.test(one)) ?? enabled[0]!;
  return attributeOf(chosen, 'value');
}

function attributeOf(attributes: string, name: string): string | null {
  const value = new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(attributes)?.[1];
  return value === undefined ? null : unescapeHtml(value);
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

function unescapeHtml(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name) => ENTITIES[name]!);
}
