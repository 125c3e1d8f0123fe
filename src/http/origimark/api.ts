import { type ApiDescription, SESSION_SCHEMES } from '../shared/openapi/api-description.ts';
import { ERROR_CODES } from './errors.ts';
import { ErrorBody } from './schemas.ts';

export const ORIGIMARK_API: ApiDescription = {
  name: 'Origimark',
  tags: { origimark: 'A public registry of works: certify a digest, search, follow the versions of a work.' },
  securitySchemes: {
    ...SESSION_SCHEMES,
    origimarkToken: {
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description: 'A JSON Web Token of this server (`GET /api/auth/token`) or of an issuer that it is configured for.',
    },
    origimarkKey: {
      type: 'apiKey',
      in: 'header',
      name: 'X-API-Key',
      description: 'A key that begins with `om_live_`.',
    },
  },
  errorBody: ErrorBody,
  errorCodes: ERROR_CODES,
};
