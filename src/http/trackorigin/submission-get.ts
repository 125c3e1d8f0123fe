import { Type } from 'typebox';
import type { SubmissionService } from '../../core/registry/submissions.ts';
import type { App } from '../shared/app.ts';
import type { Admission } from './admission.ts';
import { ErrorBody } from './schemas.ts';
import { presentSubmission, SubmissionAnswer } from './submission-wire.ts';

const schema = {
  summary: 'A submission of the account, and what was decided',
  tags: ['trackorigin'],
  params: Type.Object({ id: Type.String() }),
  response: { 200: SubmissionAnswer, 401: ErrorBody, 402: ErrorBody, 403: ErrorBody, 404: ErrorBody, 429: ErrorBody },
};

/** `GET /api/v1/submissions/{id}`: live keys see live ones, test keys those of the sandbox. */
export function registerSubmissionGet(app: App, submissions: SubmissionService, admission: Admission): void {
  const onRequest = admission.admit('secret-key');
  app.get('/api/v1/submissions/:id', { schema, onRequest }, async (request, reply) => {
    const { accountId, isLive } = admission.callerOf(request)!;
    const submission = await submissions.find({ accountId, isSandbox: !isLive }, request.params.id);
    reply.header('cache-control', 'no-store');
    return presentSubmission(submission);
  });
}
