import { ACCOUNT_TAG, type ApiDescription, SESSION_SCHEMES } from '../shared/openapi/api-description.ts';
import { ERROR_CODES } from './errors.ts';
import { ErrorBody } from './schemas.ts';

export const PROOFD_API: ApiDescription = {
  name: 'Proofd',
  tags: {
    proofd: 'Timestamps of files with a certificate each, idempotent and by the month.',
    ...ACCOUNT_TAG,
  },
  securitySchemes: {
    ...SESSION_SCHEMES,
    proofdKey: {
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'proofd_live_…',
      description: 'The API key of an account with a Pro or Business plan.',
    },
  },
  errorBody: ErrorBody,
  errorCodes: ERROR_CODES,
};
