import { Type } from 'typebox';
import type { AccountReader } from '../../core/account/store.ts';
import type { ReviewService } from '../../core/registry/review.ts';
import type { RegistryReader } from '../../core/registry/store.ts';
import { SUBMISSION_STATUSES, VERDICTS } from '../../core/registry/submission.ts';
import type { App } from '../shared/app.ts';
import { type Cursors, cutPage } from '../shared/cursor.ts';
import type { OperatorOf } from './guard.ts';
import {
  ErrorBody,
  listOf,
  Mode,
  oneOf,
  orNull,
  pageQuery,
  parseLimit,
  QueuedSubmission,
  REFUSALS,
  strict,
} from './schemas.ts';
import { parseReason, presentQueued } from './wire.ts';

export interface SubmissionRouteParts {
  readonly registry: Pick<RegistryReader, 'listQueue'>;
  readonly review: ReviewService;
  readonly accounts: Pick<AccountReader, 'find' | 'findProfile'>;
  readonly cursors: Cursors;
}

const PATH = '/api/operator/submissions';
const tags = ['operator'];
const BODY_MAX_BYTES = 16 * 1024;

const SameWork = Type.Object({
  submissions: Type.Array(QueuedSubmission),
  certificates: Type.Array(
    Type.Object({
      cert_id: Type.String(),
      sandbox: Type.Boolean(),
      status: oneOf(['active', 'revoked']),
      title: Type.String(),
      artist_id: Type.String(),
    }),
  ),
});
const SimilarAudio = Type.Array(
  Type.Object({
    cert_id: Type.String(),
    kind: oneOf(['exact', 'similar']),
    band: oneOf(['exact', 'strong', 'probable', 'inconclusive', 'no_match']),
    score: Type.Number(),
    offset_ms: Type.Integer({ description: 'Where in that recording this one begins.' }),
    verification_policy_id: orNull(),
    evidence: Type.Literal('client_asserted', { description: 'The prints are the submitter’s word.' }),
  }),
  { description: 'Active certificates that the audio may be of: likely duplicates.' },
);
const Submitter = Type.Object({ id: Type.String(), email: orNull(), display_name: orNull() });

/** What waits for a decision, and the decision. */
export function registerSubmissions(app: App, parts: SubmissionRouteParts, operatorOf: OperatorOf): void {
  const { registry, review, accounts, cursors } = parts;

  const list = {
    summary: 'Submissions, those that have waited longest first',
    tags,
    querystring: Type.Object({
      ...pageQuery,
      status: Type.Optional(oneOf([...SUBMISSION_STATUSES, 'all'])),
      mode: Type.Optional(Mode),
    }),
    response: { 200: listOf('submissions', QueuedSubmission), ...REFUSALS },
  };
  app.get(PATH, { schema: list }, async ({ query }) => {
    const { status = 'pending', mode = 'live' } = query;
    const name = `operator submissions ${mode} ${status}`;
    const limit = parseLimit(query.limit);
    const filter = { status: status === 'all' ? null : status, isSandbox: mode === 'test' };
    const found = await registry.listQueue(filter, cursors.parse(name, query.cursor), limit + 1);
    const page = cutPage(found, limit, ({ createdAt, id }) => cursors.format(name, { at: createdAt, id }));
    return { submissions: page.items.map(presentQueued), next_cursor: page.nextCursor };
  });

  const find = {
    summary: 'A submission, its submitter, and what else there is of the same recording',
    tags,
    params: Type.Object({ id: Type.String() }),
    response: {
      200: Type.Object({
        submission: QueuedSubmission,
        submitter: Submitter,
        same_work: SameWork,
        similar_audio: SimilarAudio,
      }),
      404: ErrorBody,
      ...REFUSALS,
    },
  };
  app.get(`${PATH}/:id`, { schema: find }, async ({ params }) => {
    const { submission, otherSubmissions, certificates, similarAudio } = await review.view(params.id);
    const { accountId } = submission;
    const [account, profile] = await Promise.all([accounts.find(accountId), accounts.findProfile(accountId)]);
    return {
      submission: presentQueued(submission),
      submitter: { id: accountId, email: account?.email ?? null, display_name: profile?.displayName ?? null },
      same_work: {
        submissions: otherSubmissions.map(presentQueued),
        certificates: certificates.map(({ id, isSandbox, isActive, title, artistId }) => ({
          cert_id: id,
          sandbox: isSandbox,
          status: isActive ? ('active' as const) : ('revoked' as const),
          title,
          artist_id: artistId,
        })),
      },
      similar_audio: similarAudio.leads.map(({ certificateId, kind, band, score, offsetMs }) => ({
        ...{ cert_id: certificateId, kind, band, offset_ms: offsetMs },
        verification_policy_id: similarAudio.policyId,
        evidence: 'client_asserted' as const,
        score: Math.floor(score * 10_000) / 10_000,
      })),
    };
  });

  const decide = {
    summary: 'Decide, once: a verified one gets its certificate with this answer',
    tags,
    params: Type.Object({ id: Type.String() }),
    body: Type.Object(
      {
        verdict: oneOf(VERDICTS),
        reason: Type.String({ description: '1 to 1,000 characters; the submitter reads it' }),
        high_risk: Type.Optional(Type.Boolean({ description: 'A match of its audio needs both fingerprints.' })),
        allow_duplicate: Type.Optional(
          Type.Boolean({ description: 'Also when the recording has an active certificate.' }),
        ),
      },
      strict,
    ),
    response: { 200: QueuedSubmission, 404: ErrorBody, 409: ErrorBody, 503: ErrorBody, ...REFUSALS },
  };
  app.post(`${PATH}/:id/decision`, { schema: decide, bodyLimit: BODY_MAX_BYTES }, async (request) => {
    const { verdict, reason, high_risk = false, allow_duplicate = false } = request.body;
    return presentQueued(
      await review.decide({
        submissionId: request.params.id,
        operatorId: operatorOf(request),
        verdict,
        reason: parseReason(reason),
        isHighRisk: high_risk,
        allowsDuplicate: allow_duplicate,
      }),
    );
  });
}
