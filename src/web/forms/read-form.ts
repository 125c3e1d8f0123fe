import type { JsonValue } from '../../base/canonical-json.ts';
import { FORM_NAME, type Reading } from '../pages/form.ts';

/** By the field's name, or none for the whole form. */
export type Problems = ReadonlyMap<string, string>;

export type Read =
  | { readonly ok: true; readonly body: JsonObject }
  | { readonly ok: false; readonly problems: Problems };

interface JsonObject {
  [name: string]: JsonValue;
}

/**
 * Makes of a posted form what the form's route takes. Only how values are written is judged here, and that there are no
 * others than the form has: what is missing or wrong is for the route to say.
 */
export function readForm(fields: readonly Reading[], posted: URLSearchParams): Read {
  const problems = new Map<string, string>();
  const known = new Set([FORM_NAME, ...fields.map(({ name }) => name)]);
  if (posted.keys().some((name) => !known.has(name))) problems.set('', 'This form has no such field.');
  const body: JsonObject = {};
  for (const field of fields) {
    const values = posted.getAll(field.name).map(normalizeLines);
    if (values.length > 1 && field.as !== 'set') problems.set('', 'A field came twice.');
    const value = readField(field, values);
    if (value === WRONG) problems.set(field.name, 'This is no JSON.');
    else if (value !== undefined) put(body, field.name.split('.'), value);
  }
  return problems.size > 0 ? { ok: false, problems } : { ok: true, body };
}

const WRONG = Symbol('no JSON');

/** Undefined for what is not to be sent. */
function readField({ as, whenEmpty }: Reading, values: readonly string[]): JsonValue | undefined | typeof WRONG {
  if (as === 'set') return values;
  if (as === 'yes') return values.includes('true');
  const [value] = values;
  if (value === undefined || (value === '' && whenEmpty === 'omit')) return undefined;
  if (value === '' && whenEmpty === 'null') return null;
  switch (as) {
    case 'text':
      return value;
    case 'list':
      return [value];
    // What is no number or neither true nor false is refused by the route.
    case 'number':
      return /^\d{1,15}$/.test(value) ? Number(value) : value;
    case 'boolean':
      return value === 'true' || value === 'false' ? value === 'true' : value;
    case 'json':
      return parseJson(value);
  }
}

/** Browsers send line ends as the old mail does. */
function normalizeLines(text: string): string {
  return text.replaceAll('\r\n', '\n');
}

function parseJson(text: string): JsonValue | typeof WRONG {
  try {
    return JSON.parse(text);
  } catch {
    return WRONG;
  }
}

function put(object: JsonObject, [name, ...rest]: readonly string[], value: JsonValue): void {
  if (rest.length === 0) object[name!] = value;
  else put((object[name!] ??= {}) as JsonObject, rest, value);
}
