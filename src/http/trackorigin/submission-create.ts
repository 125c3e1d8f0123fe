import { Type } from 'typebox';
import type { SubmissionService } from '../../core/registry/submissions.ts';
import type { App } from '../shared/app.ts';
import type { Admission } from './admission.ts';
import { parseIdempotencyKey } from './idempotency-key.ts';
import { ErrorBody } from './schemas.ts';
import {
  parseSubmission,
  presentSubmission,
  SUBMISSION_MAX_BYTES,
  SubmissionAnswer,
  SubmissionBody,
} from './submission-wire.ts';

const refusals = {
  400: ErrorBody,
  401: ErrorBody,
  402: ErrorBody,
  403: ErrorBody,
  409: ErrorBody,
  422: ErrorBody,
  429: ErrorBody,
};
const schema = {
  summary: 'Put a track before the reviewers, for an artist that the account is or represents',
  tags: ['trackorigin'],
  headers: Type.Object({ 'idempotency-key': Type.Optional(Type.String()) }),
  body: SubmissionBody,
  response: { 201: SubmissionAnswer, ...refusals },
};

/** `POST /api/v1/submissions`; with a test key the submission is one of the sandbox. */
export function registerSubmissionCreate(app: App, submissions: SubmissionService, admission: Admission): void {
  const onRequest = admission.admit('secret-key', 'write');
  app.post('/api/v1/submissions', { schema, onRequest, bodyLimit: SUBMISSION_MAX_BYTES }, async (request, reply) => {
    const { accountId, credential, isLive } = admission.callerOf(request)!;
    const key = parseIdempotencyKey(request.headers['idempotency-key']);
    const submitter = { accountId, credentialId: credential.id, isSandbox: !isLive };
    const submission = await submissions.submit(submitter, parseSubmission(request.body), key);
    reply.code(201).header('cache-control', 'no-store').header('location', `/api/v1/submissions/${submission.id}`);
    return presentSubmission(submission);
  });
}
