import { TrackoriginError } from './errors.ts';

/** As other contracts of this server have it. */
const MAX_CHARS = 200;

/** The `Idempotency-Key` header; null for none. Errors: TrackoriginError `idempotency-key-invalid`. */
export function parseIdempotencyKey(header: string | string[] | undefined): string | null {
  if (header === undefined) return null;
  if (typeof header !== 'string' || header.length > MAX_CHARS || !/^[\x21-\x7e]+$/.test(header)) {
    throw new TrackoriginError('idempotency-key-invalid', 'empty, too long, or not printable');
  }
  return header;
}
