import { presentPlainError } from '../shared/plain-errors.ts';
import { RateLimitError } from '../shared/rate-limit.ts';
import type { ErrorAnswer } from '../shared/surface.ts';

/** Errors of HTTP, in plain text: the protocol's own are in its answers. */
export function presentError(error: unknown): ErrorAnswer {
  return error instanceof RateLimitError ? { status: 429, body: 'too many requests' } : presentPlainError(error);
}
