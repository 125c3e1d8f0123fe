import { PublicLogError, type PublicLogErrorCode } from '../../core/log/public-log.ts';
import { presentPlainError } from '../shared/plain-errors.ts';
import type { ErrorAnswer } from '../shared/surface.ts';

/** The formats of C2SP have no form for errors: they are plain text. */
const ANSWERS: Readonly<Record<PublicLogErrorCode, ErrorAnswer>> = {
  'unknown-event': { status: 404, body: 'the log has no such event' },
  'not-published': { status: 503, headers: { 'retry-after': '1' }, body: 'no checkpoint covers this yet' },
};

export function presentLogError(error: unknown): ErrorAnswer {
  return error instanceof PublicLogError ? ANSWERS[error.code] : presentPlainError(error);
}
