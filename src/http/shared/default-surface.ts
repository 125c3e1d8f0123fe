import { Type } from 'typebox';
import type { App } from './app.ts';
import { findRow, RATE_LIMITED, REQUEST_FAULT_ROWS } from './error-rows.ts';
import type { ApiDescription } from './openapi/api-description.ts';
import type { ErrorAnswer, Surface } from './surface.ts';

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

const ROWS = { ...REQUEST_FAULT_ROWS, 'rate-limited': RATE_LIMITED } as const;

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
  const { status, code, type, message } = findRow(ROWS, error);
  return { status, body: { error: { code, message, type, request_id: requestId } } };
}
