import { Type } from 'typebox';
import type { App } from './app.ts';
import type { ApiDescription } from './openapi/api-description.ts';
import { RequestFault, type RequestFaultCode } from './request-fault.ts';
import type { ErrorAnswer, Surface } from './surface.ts';

interface Row {
  readonly status: number;
  readonly code: string;
  readonly type: 'not_found' | 'invalid_request' | 'server_error';
  readonly message: string;
}

const ROWS: Readonly<Record<RequestFaultCode, Row>> = {
  'route-unknown': { status: 404, code: 'not_found', type: 'not_found', message: 'There is nothing at this address.' },
  'method-not-allowed': {
    status: 405,
    code: 'method_not_allowed',
    type: 'invalid_request',
    message: 'This address does not take that method.',
  },
  'url-malformed': {
    status: 400,
    code: 'invalid_url',
    type: 'invalid_request',
    message: 'The address is not a valid URL.',
  },
  'body-malformed': {
    status: 400,
    code: 'invalid_json',
    type: 'invalid_request',
    message: 'The body is not valid JSON.',
  },
  'body-too-large': { status: 413, code: 'body_too_large', type: 'invalid_request', message: 'The body is too large.' },
  'media-type-unsupported': {
    status: 415,
    code: 'unsupported_media_type',
    type: 'invalid_request',
    message: 'The body must be sent as application/json.',
  },
  'input-invalid': {
    status: 400,
    code: 'invalid_request',
    type: 'invalid_request',
    message: 'The request is not valid.',
  },
  internal: {
    status: 500,
    code: 'internal_error',
    type: 'server_error',
    message: 'The server failed to answer. Try again later.',
  },
};

/** How it shows errors; other surfaces do it alike. */
export const ErrorBody = Type.Object(
  {
    error: Type.Object({
      code: Type.String(),
      message: Type.String(),
      type: Type.String(),
      request_id: Type.String(),
    }),
  },
  { title: 'ServerError' },
);

/** Of every surface whose errors are presented here. */
export const SERVER_API: ApiDescription = {
  name: 'Server',
  tags: {
    server: 'The server itself.',
    certificates: 'Files of certificates of every kind.',
  },
  securitySchemes: {},
  errorBody: ErrorBody,
  errorCodes: Object.keys(ROWS),
};

/** What no other surface owns, and the server's own routes. */
export function createDefaultSurface(register: (app: App) => void): Surface {
  return {
    pathPrefixes: ['/', '/api/v1/'],
    register,
    api: SERVER_API,
    presentError: presentDefaultError,
  };
}

/** The envelope of what no contract owns. */
export function presentDefaultError(error: unknown, requestId: string): ErrorAnswer {
  const { status, code, type, message } = ROWS[error instanceof RequestFault ? error.code : 'internal'];
  return { status, body: { error: { code, message, type, request_id: requestId } } };
}
