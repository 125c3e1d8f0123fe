import { ACCOUNT_TAG, type ApiDescription, SESSION_SCHEMES } from '../shared/openapi/api-description.ts';
import { ERROR_CODES } from './errors.ts';
import { ErrorBody } from './schemas.ts';

export const TRACKORIGIN_API: ApiDescription = {
  name: 'Trackorigin',
  tags: {
    trackorigin: 'Certificates of recordings: for platforms that show them and partners that submit tracks.',
    ...ACCOUNT_TAG,
  },
  securitySchemes: {
    ...SESSION_SCHEMES,
    trackoriginKey: {
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'to_{pk,sk}_{live,test}_…',
      description: 'Any key. A live one sees live certificates, a test one those of the sandbox.',
    },
    trackoriginSecretKey: {
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'to_sk_{live,test}_…',
      description: 'A secret key; it belongs on servers only.',
    },
  },
  errorBody: ErrorBody,
  errorCodes: ERROR_CODES,
};
