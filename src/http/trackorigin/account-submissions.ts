import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { Sessions } from '../../core/account/account.ts';
import type { SubmissionService } from '../../core/registry/submissions.ts';
import type { App } from '../shared/app.ts';
import { type Cursors, cutPage } from '../shared/cursor.ts';
import { SESSION } from '../shared/openapi/api-description.ts';
import { createSessionGuard } from '../shared/session-guard.ts';
import { TrackoriginError } from './errors.ts';
import { parseIdempotencyKey } from './idempotency-key.ts';
import { ErrorBody, PageQuery, parseLimit } from './schemas.ts';
import {
  parseSubmission,
  presentSubmission,
  SUBMISSION_MAX_BYTES,
  SubmissionAnswer,
  SubmissionBody,
} from './submission-wire.ts';

export interface AccountSubmissionsParts {
  readonly submissions: SubmissionService;
  readonly sessions: Sessions;
  readonly cursors: Cursors;
  readonly publicUrl: string;
}

const PATH = '/api/account/submissions';
const common = { tags: ['account'], security: SESSION };

/** The same as the API's submissions, for whoever is signed in: live ones only can be made here, all can be seen. */
export function registerAccountSubmissions(app: App, parts: AccountSubmissionsParts): void {
  const { submissions, sessions, cursors } = parts;
  const refuse = () => new TrackoriginError('session-missing', 'no session');
  const { onRequest, accountOf } = createSessionGuard(sessions, parts.publicUrl, refuse);
  const ownerOf = (request: FastifyRequest) => accountOf(request).id;

  const create = {
    summary: 'Put a track before the reviewers',
    ...common,
    headers: Type.Object({ 'idempotency-key': Type.Optional(Type.String()) }),
    body: SubmissionBody,
    response: { 201: SubmissionAnswer, 400: ErrorBody, 401: ErrorBody, 403: ErrorBody, 409: ErrorBody, 422: ErrorBody },
  };
  app.post(PATH, { schema: create, onRequest, bodyLimit: SUBMISSION_MAX_BYTES }, async (request, reply) => {
    const key = parseIdempotencyKey(request.headers['idempotency-key']);
    const submitter = { accountId: ownerOf(request), credentialId: null, isSandbox: false };
    const submission = await submissions.submit(submitter, parseSubmission(request.body), key);
    reply.code(201).header('cache-control', 'no-store').header('location', `${PATH}/${submission.id}`);
    return presentSubmission(submission);
  });

  const list = {
    summary: 'Submissions of the account, newest first',
    ...common,
    querystring: PageQuery,
    response: {
      200: Type.Object({
        submissions: Type.Array(SubmissionAnswer),
        next_cursor: Type.Unsafe<string | null>({ type: ['string', 'null'] }),
      }),
      400: ErrorBody,
      401: ErrorBody,
    },
  };
  app.get(PATH, { schema: list, onRequest }, async (request, reply) => {
    const accountId = ownerOf(request);
    const name = `submissions of ${accountId}`;
    const limit = parseLimit(request.query.limit);
    const found = await submissions.list(accountId, cursors.parse(name, request.query.cursor), limit + 1);
    const page = cutPage(found, limit, ({ createdAt, id }) => cursors.format(name, { at: createdAt, id }));
    reply.header('cache-control', 'no-store');
    return { submissions: page.items.map(presentSubmission), next_cursor: page.nextCursor };
  });

  const find = {
    summary: 'A submission of the account, and what was decided',
    ...common,
    params: Type.Object({ id: Type.String() }),
    response: { 200: SubmissionAnswer, 401: ErrorBody, 404: ErrorBody },
  };
  app.get(`${PATH}/:id`, { schema: find, onRequest }, async (request, reply) => {
    const submitter = { accountId: ownerOf(request), isSandbox: null };
    const submission = await submissions.find(submitter, request.params.id);
    reply.header('cache-control', 'no-store');
    return presentSubmission(submission);
  });
}
