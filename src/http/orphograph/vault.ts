import { type Static, Type } from 'typebox';
import type { AnchorService } from '../../core/anchor/anchor.ts';
import type { Receipt as StoredReceiptRow } from '../../core/anchor/receipt.ts';
import type { OwnedQuery } from '../../core/anchor/store.ts';
import type { App } from '../shared/app.ts';
import { SESSION } from '../shared/openapi/api-description.ts';
import { nullable, Receipt, SUBSCRIBER_ERRORS } from './schemas.ts';
import type { RequireSubscriber } from './subscriber.ts';
import { presentReceipt } from './wire.ts';

/** By the contract; the pattern below has the limit once more. */
const PAGE_DEFAULT = 50;

const Query = Type.Object({
  limit: Type.Optional(Type.String({ pattern: '^(?:[1-9]|[1-9]\\d|1\\d\\d|200)$', description: 'Default 50.' })),
  before: Type.Optional(
    // Fourteen digits of milliseconds end in the year 5138; a date with a longer year no database reads.
    Type.String({
      pattern: '^(?:0|[1-9]\\d{0,13})\\.[A-Za-z0-9_-]{16}$',
      description: 'next_before of the last page.',
    }),
  ),
  q: Type.Optional(Type.String({ pattern: '^[0-9A-Fa-f]{0,64}$', description: 'What hash_hex starts with.' })),
  label: Type.Optional(
    Type.String({
      maxLength: 200,
      pattern: '^[^\\p{Cc}\\p{Cs}]*$',
      description: 'What occurs in client_label, in whatever case. No character stands for others.',
    }),
  ),
  private: Type.Optional(Type.Union([Type.Literal('true'), Type.Literal('false')])),
});

const schema = {
  summary: 'The receipts of your account, newest first',
  description:
    'Each as GET /api/receipt/{receipt_id} has it, with its private flag. next_before is null on the last page.',
  tags: ['orphograph'],
  security: SESSION,
  querystring: Query,
  response: {
    200: Type.Object({
      anchors: Type.Array(Type.Object({ ...Receipt.properties, private: Type.Boolean() })),
      next_before: nullable('string'),
    }),
    ...SUBSCRIBER_ERRORS,
  },
};

/** `GET /api/me/anchors` */
export function registerVault(app: App, anchors: AnchorService, requireSubscriber: RequireSubscriber): void {
  app.get('/api/me/anchors', { schema }, async (request, reply) => {
    const { id: accountId } = await requireSubscriber(request);
    const limit = Number(request.query.limit ?? PAGE_DEFAULT);
    // One more than is shown tells whether there is a next page.
    const found = await anchors.listOwned({ accountId, ...toFilters(request.query), limit: limit + 1 });
    const page = found.slice(0, limit);
    reply.header('cache-control', 'private, no-store');
    return {
      anchors: page.map((stored) => ({
        ...presentReceipt(stored, anchors.composeProofs(stored)),
        private: stored.receipt.isPrivate,
      })),
      next_before: found.length > limit ? presentCursor(page.at(-1)!.receipt) : null,
    };
  });
}

function toFilters(query: Static<typeof Query>): Omit<OwnedQuery, 'accountId' | 'limit'> {
  return {
    before: query.before === undefined ? null : parseCursor(query.before),
    digestPrefix: query.q?.toLowerCase() || null,
    label: query.label || null,
    isPrivate: query.private === undefined ? null : query.private === 'true',
  };
}

/** The place of a receipt in the list: what was added or hidden since does not move the next page. */
function presentCursor({ createdAt, id }: Pick<StoredReceiptRow, 'createdAt' | 'id'>): string {
  return `${createdAt}.${id}`;
}

function parseCursor(cursor: string): { createdAt: number; id: string } {
  const dot = cursor.indexOf('.');
  return { createdAt: Number(cursor.slice(0, dot)), id: cursor.slice(dot + 1) };
}
