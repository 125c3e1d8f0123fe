import { type TSchemaOptions, Type } from 'typebox';

/** A value or null, in the one form that the JSON serialiser writes without trying alternatives. */
export function nullable<T extends 'string' | 'integer' | 'number'>(type: T, options: TSchemaOptions = {}) {
  return Type.Unsafe<(T extends 'string' ? string : number) | null>({ ...options, type: [type, 'null'] });
}

export const ErrorBody = Type.Object(
  {
    error: Type.String({ description: 'A code for programs; it does not change.' }),
    message: Type.String({ description: 'A sentence for people; it may change.' }),
  },
  { title: 'OrphographError' },
);

const RateLimitedBody = Type.Object(
  {
    error: Type.String(),
    message: Type.String(),
    retry_after_seconds: Type.Integer({ minimum: 1 }),
    limit_per_hour: Type.Number(),
  },
  { title: 'OrphographRateLimited' },
);

export const SUBSCRIBER_ERRORS = { 400: ErrorBody, 401: ErrorBody, 402: ErrorBody };
export const READ_ERRORS = { 400: ErrorBody, 404: ErrorBody };
export const ANCHOR_ERRORS = { 400: ErrorBody, 413: ErrorBody, 415: ErrorBody, 429: RateLimitedBody, 503: ErrorBody };

/** Public identifier of a receipt; anything else is refused before it is looked up. */
export const ReceiptParams = Type.Object({ receipt_id: Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' }) });

/** 200 characters are counted as code points. Control characters and unpaired surrogates cannot be shown or stored. */
const LABEL_MAX_CHARS = 200;

export const AnchorItem = Type.Object({
  hash_hex: Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256 of the file, lower case.' }),
  sha512_hex: Type.Optional(
    nullable('string', { pattern: '^[0-9a-f]{128}$', description: 'SHA-512 of the same file, lower case.' }),
  ),
  client_label: Type.Optional(
    nullable('string', {
      maxLength: LABEL_MAX_CHARS,
      pattern: '^[^\\p{Cc}\\p{Cs}]*$',
      description: 'A file name or short note. It is stored and shown to whoever has the receipt id.',
    }),
  ),
});

export const Receipt = Type.Object(
  {
    receipt_id: Type.String(),
    found: Type.Literal(true),
    created_at: Type.String(),
    hash_hex: Type.String(),
    sha512_hex: nullable('string'),
    client_label: nullable('string'),
    status: Type.Union([Type.Literal('pending'), Type.Literal('partial'), Type.Literal('pinned')]),
    btc_pinned_at: nullable('string'),
    calendars_ok: Type.Integer(),
    calendars_total: Type.Integer(),
    checks: Type.Array(
      Type.Object({ file: Type.String(), magic_ok: Type.Boolean(), hash_match: Type.Boolean(), ok: Type.Boolean() }),
    ),
  },
  { title: 'OrphographReceipt' },
);
