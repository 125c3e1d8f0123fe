import { Type } from 'typebox';
import { decodeSha256 } from '../../base/hex.ts';
import type { FileDescription } from '../../core/timestamp/timestamp.ts';
import { RequestFault } from '../shared/request-fault.ts';
import { ProofdError, type ProofdErrorCode } from './errors.ts';

/** Four short fields; this is ten times what they take. */
export const BODY_MAX_BYTES = 16 * 1024;

/** As long as file systems let a name be. Counted in code points. */
const TEXT_MAX_CHARS = 255;

/** What cannot be shown or stored: control characters, unpaired surrogates. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}]/u;

/** For the description only: a schema names no more than the first field it stumbles over, in an order of its own. */
export const CreateBody = Type.Object({
  sha256_hash: Type.String({ pattern: '^[0-9a-fA-F]{64}$' }),
  filename: Type.String({ minLength: 1, maxLength: TEXT_MAX_CHARS }),
  file_size_bytes: Type.Integer({ minimum: 1 }),
  file_type: Type.Optional(Type.String({ maxLength: TEXT_MAX_CHARS })),
});

/** The fields in the document's order, each with a code of its own. Fields that nobody knows are ignored. */
export function parseCreateBody(body: unknown): FileDescription {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new RequestFault('body-malformed', 'the body is not a JSON object');
  }
  const { sha256_hash, filename, file_size_bytes, file_type } = body as Record<string, unknown>;
  return {
    digest: parseSha256(sha256_hash),
    filename: parseFilename(filename),
    sizeBytes: parseSize(file_size_bytes),
    type: file_type === undefined ? null : parseText(file_type, 'file-type-invalid'),
  };
}

function parseSha256(value: unknown): Uint8Array {
  const digest = typeof value === 'string' ? decodeSha256(value) : null;
  if (digest === null) throw new ProofdError('sha256-invalid', 'not 64 hexadecimal characters');
  return digest;
}

function parseFilename(value: unknown): string {
  const filename = parseText(value, 'filename-invalid');
  if (filename.trim() === '') throw new ProofdError('filename-invalid', 'an empty name');
  return filename;
}

function parseSize(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value;
  throw new ProofdError('file-size-invalid', 'not a positive integer');
}

function parseText(value: unknown, code: ProofdErrorCode): string {
  if (typeof value !== 'string' || UNPRINTABLE.test(value) || [...value].length > TEXT_MAX_CHARS) {
    throw new ProofdError(code, 'not a text, too long, or with characters that cannot be shown');
  }
  return value;
}
