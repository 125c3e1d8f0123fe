import type { Sessions } from '../../core/account/account.ts';
import type { RegistryReader } from '../../core/registry/store.ts';
import { SESSION, SESSION_SCHEMES } from '../shared/openapi/api-description.ts';
import type { Surface } from '../shared/surface.ts';
import { type AccountRouteParts, registerAccounts } from './accounts.ts';
import { registerActions } from './actions.ts';
import { type CertificateRouteParts, registerCertificates } from './certificates.ts';
import { ERROR_CODES, presentError } from './errors.ts';
import { guardOperators } from './guard.ts';
import { type PolicyRouteParts, registerPolicies } from './policies.ts';
import { ErrorBody } from './schemas.ts';
import { registerSubmissions, type SubmissionRouteParts } from './submissions.ts';

export type OperatorParts = SubmissionRouteParts &
  CertificateRouteParts &
  AccountRouteParts &
  PolicyRouteParts & {
    readonly registry: RegistryReader;
    readonly sessions: Sessions;
    readonly publicUrl: string;
  };

/** What operators of the server do: review, certificates, who may what. */
export function createOperator(parts: OperatorParts): Surface {
  return {
    pathPrefixes: ['/api/operator'],
    api: {
      name: 'Operator',
      tags: { operator: 'Review, corrections and revocations: for operators of the server.' },
      securitySchemes: SESSION_SCHEMES,
      security: SESSION,
      errorBody: ErrorBody,
      errorCodes: ERROR_CODES,
    },
    presentError,
    register(app) {
      const operatorOf = guardOperators(app, parts.sessions, parts.publicUrl);
      registerSubmissions(app, parts, operatorOf);
      registerCertificates(app, parts, operatorOf);
      registerAccounts(app, parts, operatorOf);
      registerPolicies(app, parts, operatorOf);
      registerActions(app, parts);
    },
  };
}
