import { type ApiDescription, SESSION_SCHEMES, type Security } from '../shared/openapi/api-description.ts';
import { ERROR_CODES } from './errors.ts';
import { ErrorBody } from './schemas.ts';

/** Of what is anchored: a pack, a subscriber's key, or the free tier. */
export const PAYER: Security = [{}, { orphographPack: [] }, { orphographKey: [] }];

export const ORPHOGRAPH_API: ApiDescription = {
  name: 'Orphograph',
  tags: { orphograph: 'Anchor digests to Bitcoin, and receipts for them.' },
  securitySchemes: {
    ...SESSION_SCHEMES,
    orphographPack: {
      type: 'apiKey',
      in: 'header',
      name: 'X-Pack-Token',
      description: 'A pack that was bought: each receipt costs a credit. One that is not valid counts as none.',
    },
    orphographKey: {
      type: 'apiKey',
      in: 'header',
      name: 'X-Orpho-Api-Key',
      description: 'The API key of a subscriber. One that is not valid counts as none.',
    },
  },
  errorBody: ErrorBody,
  errorCodes: ERROR_CODES,
};
