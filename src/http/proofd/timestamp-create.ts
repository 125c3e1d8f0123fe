import type { TimestampService } from '../../core/timestamp/timestamps.ts';
import type { App } from '../shared/app.ts';
import type { Admission } from './admission.ts';
import { BODY_MAX_BYTES, CreateBody, parseCreateBody } from './create-body.ts';
import { ProofdError } from './errors.ts';
import { errorResponses, Timestamp } from './schemas.ts';
import type { PresentTimestamp } from './wire.ts';

/** By the contract. */
const IDEMPOTENCY_KEY_MAX_CHARS = 200;

const schema = {
  summary: 'Timestamp the SHA-256 hash of a file',
  tags: ['proofd'],
  body: CreateBody,
  response: { 201: Timestamp, ...errorResponses(400, 401, 402, 403, 409, 413, 415, 429, 502) },
};

/** `POST /api/v1/timestamps` */
export function registerTimestampCreate(
  app: App,
  timestamps: TimestampService,
  admission: Admission,
  present: PresentTimestamp,
): void {
  const options = {
    schema,
    bodyLimit: BODY_MAX_BYTES,
    onRequest: admission.admitCreate,
    config: { cors: true },
  } as const;
  app.post('/api/v1/timestamps', options, async (request, reply) => {
    const { accountId, plan } = admission.callerOf(request);
    const idempotencyKey = parseIdempotencyKey(request.headers['idempotency-key']);
    const file = parseCreateBody(request.body);
    const timestamp = await timestamps.create({ accountId, plan, file, idempotencyKey });
    return reply.code(201).send(present(timestamp));
  });
}

function parseIdempotencyKey(header: string | string[] | undefined): string | null {
  if (header === undefined) return null;
  if (typeof header !== 'string' || header === '' || header.length > IDEMPOTENCY_KEY_MAX_CHARS) {
    throw new ProofdError('idempotency-key-invalid', 'empty or too long');
  }
  return header;
}
