import { type FieldProblem, FieldsError } from '../../../core/registry/error.ts';
import type { WebhookEventType } from '../../../core/webhook/event.ts';
import type { AttemptFilter, ReplayRange } from '../../../core/webhook/store.ts';
import type { NewWebhookFields, WebhookFields } from '../../../core/webhook/webhooks.ts';

const DESCRIPTION_MAX_CHARS = 200;
/** A day: time to bring the new secret to the receiver. */
const OVERLAP_DEFAULT_SECONDS = 86_400;
const OVERLAP_MAX_SECONDS = 7 * 86_400;
const LIMIT_DEFAULT = 50;
const LIMIT_MAX = 200;
const OUTCOMES = ['succeeded', 'retrying', 'failed'] as const;
const MODES = ['live', 'test'] as const;
const ISO_UTC = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|\+00:00)$/;

/** Reads the fields of an object one after another and collects what is wrong with them. */
class Fields {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #problems: FieldProblem[] = [];
  readonly #known = new Set<string>();

  constructor(input: unknown) {
    const isObject = typeof input === 'object' && input !== null && !Array.isArray(input);
    if (!isObject) this.#problems.push({ field: '', message: 'must be a JSON object' });
    this.#values = isObject ? (input as Record<string, unknown>) : {};
  }

  /** Undefined when it is left out, or wrong. */
  read<T>(field: string, parse: (value: unknown) => T | undefined, expected: string): T | undefined {
    this.#known.add(field);
    if (!Object.hasOwn(this.#values, field)) return undefined;
    const value = parse(this.#values[field]);
    if (value === undefined) this.refuse(field, expected);
    return value;
  }

  require(field: string): void {
    if (!Object.hasOwn(this.#values, field)) this.refuse(field, 'is missing');
  }

  refuse(field: string, message: string): void {
    this.#problems.push({ field, message });
  }

  /** Errors: FieldsError, also for fields that nobody has read. */
  finish(): void {
    const unknown = Object.keys(this.#values).filter((field) => !this.#known.has(field));
    for (const field of unknown) this.refuse(field, 'is not a field of this request');
    if (this.#problems.length > 0) throw new FieldsError(this.#problems);
  }
}

/** Errors: FieldsError. The URL is judged later. */
export function parseNewWebhook(body: unknown, types: readonly WebhookEventType[]): NewWebhookFields {
  const fields = new Fields(body);
  fields.require('url');
  fields.require('events');
  const { url, types: wanted, description, isOrdered } = readFields(fields, types);
  const mode = fields.read('mode', (value) => MODES.find((known) => known === value), 'must be live or test');
  fields.finish();
  return {
    url: url!,
    types: wanted!,
    description: description ?? null,
    isOrdered: isOrdered ?? false,
    isSandbox: mode === undefined ? null : mode === 'test',
  };
}

/** Errors: FieldsError. */
export function parseChange(
  body: unknown,
  types: readonly WebhookEventType[],
): Partial<WebhookFields> & { isEnabled?: boolean } {
  const fields = new Fields(body);
  const change = readFields(fields, types);
  const isEnabled = fields.read('enabled', asBoolean, 'must be true or false');
  fields.finish();
  const given = Object.entries({ ...change, isEnabled }).filter(([, value]) => value !== undefined);
  if (given.length === 0) throw new FieldsError([{ field: '', message: 'must change something' }]);
  return Object.fromEntries(given);
}

function readFields(fields: Fields, types: readonly WebhookEventType[]) {
  const asTypes = (value: unknown) => {
    if (!Array.isArray(value) || value.length === 0 || new Set(value).size < value.length) return undefined;
    // In the order of the document, however they were given.
    const wanted = types.filter((type) => value.includes(type));
    return wanted.length === value.length ? wanted : undefined;
  };
  return {
    url: fields.read('url', (value) => (typeof value === 'string' ? value : undefined), 'must be a text'),
    types: fields.read('events', asTypes, `must be a list of ${types.join(', ')}, each at most once`),
    description: fields.read(
      'description',
      asDescription,
      `must be null or 1 to ${DESCRIPTION_MAX_CHARS} characters without control characters`,
    ),
    isOrdered: fields.read('ordered', asBoolean, 'must be true or false'),
  };
}

/** Milliseconds. Errors: FieldsError. */
export function parseOverlap(body: unknown): number {
  const fields = new Fields(body ?? {});
  const seconds = fields.read(
    'overlap_seconds',
    (value) => asInteger(value, 0, OVERLAP_MAX_SECONDS),
    `must be a whole number from 0 to ${OVERLAP_MAX_SECONDS}`,
  );
  fields.finish();
  return (seconds ?? OVERLAP_DEFAULT_SECONDS) * 1000;
}

/** Errors: FieldsError. */
export function parseReplay(body: unknown): ReplayRange {
  const fields = new Fields(body);
  const number = (value: unknown) => asInteger(value, 1, Number.MAX_SAFE_INTEGER);
  const from = fields.read('from_sequence', number, 'must be a whole number from 1 on');
  const to = fields.read('to_sequence', number, 'must be a whole number from 1 on');
  const since = fields.read('failed_since', asTime, 'must be an ISO-8601 UTC time');
  fields.finish();
  if (since !== undefined && from === undefined && to === undefined) return { failedSince: since };
  if (since !== undefined || from === undefined || to === undefined) {
    throw new FieldsError([{ field: '', message: 'must have failed_since, or from_sequence and to_sequence' }]);
  }
  if (from > to)
    throw new FieldsError([{ field: 'to_sequence', message: 'must not be before the first of the range' }]);
  return { fromSequence: from, toSequence: to };
}

/** Errors: FieldsError. */
export function parseDeliveriesQuery(query: unknown): AttemptFilter {
  const fields = new Fields(query);
  const limit = readLimit(fields);
  const before = fields.read(
    'before',
    (value) => (typeof value === 'string' && /^whd_[0-9A-HJKMNP-TV-Z]{26}$/.test(value) ? value : undefined),
    'must be the id of a delivery',
  );
  const outcome = fields.read(
    'status',
    (value) => OUTCOMES.find((known) => known === value),
    `must be one of ${OUTCOMES.join(', ')}`,
  );
  fields.finish();
  return { limit, before: before ?? null, outcome: outcome ?? null };
}

/** Errors: FieldsError. */
export function parseEventsQuery(query: unknown): { readonly after: number; readonly limit: number } {
  const fields = new Fields(query);
  const limit = readLimit(fields);
  const after = fields.read(
    'after',
    (value) => asDigits(value, 0, Number.MAX_SAFE_INTEGER),
    'must be a whole number from 0 on',
  );
  fields.finish();
  return { after: after ?? 0, limit };
}

function readLimit(fields: Fields): number {
  const parse = (value: unknown) => asDigits(value, 1, LIMIT_MAX);
  return fields.read('limit', parse, `must be a whole number from 1 to ${LIMIT_MAX}`) ?? LIMIT_DEFAULT;
}

function asDigits(value: unknown, min: number, max: number): number | undefined {
  return typeof value === 'string' && /^\d{1,16}$/.test(value) ? asInteger(Number(value), min, max) : undefined;
}

function asInteger(value: unknown, min: number, max: number): number | undefined {
  return Number.isSafeInteger(value) && Number(value) >= min && Number(value) <= max ? Number(value) : undefined;
}

function asBoolean(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

function asDescription(value: unknown): string | null | undefined {
  if (value === null) return null;
  if (typeof value !== 'string' || value === '' || value.length > DESCRIPTION_MAX_CHARS) return undefined;
  return /[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u.test(value) ? undefined : value;
}

function asTime(value: unknown): number | undefined {
  const epochMs = typeof value === 'string' && ISO_UTC.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(epochMs) ? undefined : epochMs;
}
