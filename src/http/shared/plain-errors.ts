import { RequestFault, type RequestFaultCode } from './request-fault.ts';
import type { ErrorAnswer } from './surface.ts';

const ANSWERS: Readonly<Record<RequestFaultCode, ErrorAnswer>> = {
  'route-unknown': { status: 404, body: 'not found' },
  'method-not-allowed': { status: 405, body: 'method not allowed' },
  'url-malformed': { status: 400, body: 'the address is not a valid URL' },
  'body-malformed': { status: 400, body: 'the body is malformed' },
  'body-too-large': { status: 413, body: 'the body is too large' },
  'media-type-unsupported': { status: 415, body: 'that media type is not taken here' },
  'input-invalid': { status: 400, body: 'the request is not valid' },
  internal: { status: 500, body: 'internal error' },
};

/** Errors as plain text, for surfaces whose protocol has no form for them. */
export function presentPlainError(error: unknown): ErrorAnswer {
  return ANSWERS[error instanceof RequestFault ? error.code : 'internal'];
}
