import { Type } from 'typebox';
import type { RegistryReader } from '../../core/registry/store.ts';
import type { App } from '../shared/app.ts';
import { type Cursors, cutPage } from '../shared/cursor.ts';
import { presentTime } from '../shared/present-time.ts';
import { listOf, pageQuery, parseLimit, REFUSALS } from './schemas.ts';

const SUBJECT_MAX_CHARS = 64;
const AnyState = Type.Unsafe<Readonly<Record<string, unknown>>>({ type: 'object', additionalProperties: true });

/** `GET /api/operator/actions`: who did what, when and why, and how it was before and after. */
export function registerActions(
  app: App,
  { registry, cursors }: { registry: Pick<RegistryReader, 'listActions'>; cursors: Cursors },
): void {
  const schema = {
    summary: 'What operators did, newest first',
    tags: ['operator'],
    querystring: Type.Object({
      ...pageQuery,
      subject: Type.Optional(
        Type.String({ description: 'Id of a submission, a certificate or an account', maxLength: SUBJECT_MAX_CHARS }),
      ),
    }),
    response: {
      200: listOf(
        'actions',
        Type.Object({
          id: Type.String(),
          at: Type.String(),
          operator_id: Type.String(),
          action: Type.String(),
          subject: Type.String(),
          reason: Type.String(),
          before: AnyState,
          after: AnyState,
        }),
      ),
      ...REFUSALS,
    },
  };
  app.get('/api/operator/actions', { schema }, async ({ query }) => {
    const subject = query.subject ?? null;
    const name = JSON.stringify(['operator actions', subject]);
    const limit = parseLimit(query.limit);
    const found = await registry.listActions(subject, cursors.parse(name, query.cursor), limit + 1);
    const page = cutPage(found, limit, ({ at, id }) => cursors.format(name, { at, id }));
    const items = page.items.map((action) => ({
      id: action.id,
      at: presentTime(action.at),
      operator_id: action.operatorId,
      action: action.type,
      subject: action.subject,
      reason: action.reason,
      before: action.before,
      after: action.after,
    }));
    return { actions: items, next_cursor: page.nextCursor };
  });
}
