import { type Static, Type } from 'typebox';
import type { Clock } from '../../base/clock.ts';
import { type FeedEvent, readFeed } from '../../core/certificate/feed.ts';
import type { LogReader } from '../../core/log/store.ts';
import { FieldsError } from '../../core/registry/error.ts';
import type { App } from '../shared/app.ts';
import { presentTime } from '../shared/present-time.ts';
import type { Admission } from './admission.ts';
import { ErrorBody } from './schemas.ts';

const Change = Type.Object({
  sequence: Type.Integer({ description: 'Number of the event in the public log.' }),
  type: Type.Union([Type.Literal('cert.issued'), Type.Literal('cert.revoked')]),
  cert_id: Type.String(),
  at: Type.String(),
  reason: Type.Unsafe<string | null>({ type: ['string', 'null'] }),
});

const schema = {
  summary: 'What happened to certificates since',
  description:
    'With `since_sequence` revocations only. With `since` issuances too; `since_sequence` beside it goes on after an answer with `has_more`.',
  tags: ['trackorigin'],
  querystring: Type.Object({
    since_sequence: Type.Optional(Type.String({ description: 'Events with a larger number; from 0.' })),
    since: Type.Optional(Type.String({ description: 'Events from this moment on, ISO 8601 with a time zone.' })),
  }),
  response: {
    200: Type.Object({
      sequence: Type.Integer({
        description:
          'The head: nothing up to this number is missing. Never goes back. With `has_more`, the last event here.',
      }),
      generated_at: Type.String(),
      has_more: Type.Boolean(),
      events: Type.Array(Change),
    }),
    400: ErrorBody,
    401: ErrorBody,
    402: ErrorBody,
    429: ErrorBody,
  },
};

const TYPES: Readonly<Record<FeedEvent['type'], Static<typeof Change>['type']>> = {
  'certificate.issued': 'cert.issued',
  'certificate.revoked': 'cert.revoked',
};

/** `GET /api/v1/certificates/changes` */
export function registerCertificateChanges(
  app: App,
  log: Pick<LogReader, 'size' | 'listAfter'>,
  admission: Admission,
  clock: Clock,
): void {
  const options = { schema, onRequest: admission.admit('key'), config: { cors: true } } as const;
  app.get('/api/v1/certificates/changes', options, async (request, reply) => {
    const { since_sequence, since } = request.query;
    if (since_sequence === undefined && since === undefined) {
      throw new FieldsError([{ field: 'since_sequence', message: 'give since_sequence, or since' }]);
    }
    const askedAt = clock.now();
    const page = await readFeed(log, {
      after: since_sequence === undefined ? 0 : parseSequence(since_sequence),
      since: since === undefined ? null : parseMoment(since),
      types: since === undefined ? ['certificate.revoked'] : ['certificate.issued', 'certificate.revoked'],
      isSandbox: !admission.callerOf(request)!.isLive,
    });
    reply.header('cache-control', 'private, no-store');
    return {
      sequence: page.sequence,
      generated_at: presentTime(askedAt),
      has_more: page.hasMore,
      events: page.events.map(({ sequence, type, certificateId, at, reason }) => ({
        sequence,
        type: TYPES[type],
        cert_id: certificateId,
        at: presentTime(at),
        reason,
      })),
    };
  });
}

function parseSequence(text: string): number {
  const value = Number(text);
  if (!/^\d{1,16}$/.test(text) || !Number.isSafeInteger(value)) {
    throw new FieldsError([{ field: 'since_sequence', message: `must be a whole number from 0 to ${2 ** 53 - 1}` }]);
  }
  return value;
}

/** Epoch ms, not before 1970: nothing happened then. */
function parseMoment(text: string): number {
  const [, day] = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/.exec(text) ?? [];
  const at = day === undefined ? Number.NaN : Date.parse(text);
  // A day that no month has is moved into the next one by the parser, or refused, as it pleases.
  const midnight = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(at) || Number.isNaN(midnight) || !new Date(midnight).toISOString().startsWith(day!)) {
    throw new FieldsError([{ field: 'since', message: 'must be a moment such as 2026-05-26T08:13:42Z' }]);
  }
  return Math.max(0, at);
}
