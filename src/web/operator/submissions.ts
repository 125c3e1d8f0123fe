import { RegistryError } from '../../core/registry/error.ts';
import { SUBMISSION_STATUSES } from '../../core/registry/submission.ts';
import { cutPage, olderPath, type Query, readText } from '../own-reply.ts';
import type { Page } from '../pages/layout.ts';
import { renderQueue } from '../pages/operator/queue.ts';
import { renderSubmission } from '../pages/operator/submission.ts';
import { formatPosition, parsePosition } from '../registry/position.ts';
import type { OperatorPagesParts } from './surface.ts';

const PER_PAGE = 25;

export async function showQueue({ registry }: OperatorPagesParts, query: Query): Promise<Page> {
  const mode = readText(query, 'mode') === 'test' ? 'test' : 'live';
  const typed = readText(query, 'status') ?? 'pending';
  const status = SUBMISSION_STATUSES.find((known) => known === typed) ?? (typed === 'all' ? null : 'pending');
  const filter = { status, isSandbox: mode === 'test' };
  const found = await registry.listQueue(filter, parsePosition(query.before), PER_PAGE + 1);
  const fields = { status: status ?? 'all', mode };
  const { items, older } = cutPage(found, PER_PAGE, ({ createdAt, id }) =>
    olderPath('/operator', formatPosition(createdAt, id), fields),
  );
  return renderQueue({ ...fields, submissions: items, older });
}

export async function showSubmission({ review, accounts }: OperatorPagesParts, id: string): Promise<Page | null> {
  const view = await review.view(id).catch((error) => {
    if (error instanceof RegistryError) return null;
    throw error;
  });
  if (view === null) return null;
  const { accountId } = view.submission;
  const [account, profile] = await Promise.all([accounts.find(accountId), accounts.findProfile(accountId)]);
  return renderSubmission({
    ...view,
    submitter: account && { email: account.email, displayName: profile?.displayName ?? '' },
    similarAudio: view.similarAudio.leads.map(({ certificateId, kind, score }) => ({
      id: certificateId,
      says: `${kind}, score ${score.toFixed(4)}`,
    })),
  });
}
