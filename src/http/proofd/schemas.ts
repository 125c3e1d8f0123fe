import { Type } from 'typebox';
import { ProofdError } from './errors.ts';

const nullable = (type: 'string' | 'integer') => ({ type: [type, 'null'] });

export const Timestamp = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    certificate_id: Type.String(),
    sha256_hash: Type.String(),
    filename: Type.String(),
    file_size_bytes: Type.Integer(),
    file_type: Type.Unsafe<string | null>(nullable('string')),
    status: Type.Unsafe<'pending' | 'confirmed' | 'failed'>({
      type: 'string',
      enum: ['pending', 'confirmed', 'failed'],
    }),
    blockchain_tx: Type.Unsafe<string | null>({
      ...nullable('string'),
      description: 'The transaction that holds the proof.',
    }),
    bitcoin_block: Type.Unsafe<number | null>(nullable('integer')),
    confirmed_at: Type.Unsafe<string | null>({ ...nullable('string'), description: 'The time in the block’s header.' }),
    created_at: Type.String(),
    thumbnail_url: Type.Null(),
    branding_snapshot: Type.Null(),
    certificate_url: Type.String(),
    verify_url: Type.String(),
    ots_url: Type.String(),
  },
  { title: 'ProofdTimestamp' },
);

export const ErrorBody = Type.Object(
  {
    error: Type.Object({ code: Type.String(), message: Type.String(), request_id: Type.String() }),
  },
  { title: 'ProofdError' },
);

/** The statuses that the contract documents for an operation. */
export function errorResponses(...statuses: readonly number[]): Record<number, typeof ErrorBody> {
  return Object.fromEntries(statuses.map((status) => [status, ErrorBody]));
}

export const IdParams = Type.Object({ id: Type.String({ format: 'uuid' }) });

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Errors: `id-invalid`. */
export function parseId(id: string): string {
  if (!UUID.test(id)) throw new ProofdError('id-invalid', 'not a UUID');
  return id.toLowerCase();
}
