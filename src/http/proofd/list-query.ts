import { Type } from 'typebox';
import type { TimestampStatus } from '../../core/timestamp/timestamp.ts';
import { ProofdError } from './errors.ts';

/** By the contract; also what a page has when nothing is said. */
const LIMIT_MAX = 50;

const STATUSES = ['all', 'confirmed', 'pending', 'failed'] as const satisfies readonly (TimestampStatus | 'all')[];

/** For the description only, as with the body of a create. */
export const ListQuery = Type.Object({
  status: Type.Optional(Type.Unsafe<(typeof STATUSES)[number]>({ type: 'string', enum: [...STATUSES] })),
  before: Type.Optional(Type.String({ format: 'date-time', description: 'The next_cursor of the previous page.' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, description: `Capped at ${LIMIT_MAX}.` })),
});

/** A page as it is asked for. A parameter that is given twice is as wrong as one that is not valid. */
export function parseListQuery(query: unknown) {
  const { status, before, limit } = query as Record<string, unknown>;
  return {
    status: status === undefined ? 'all' : parseStatus(status),
    before: before === undefined ? null : parseCursor(before),
    limit: limit === undefined ? LIMIT_MAX : parseLimit(limit),
  };
}

function parseStatus(value: unknown): (typeof STATUSES)[number] {
  const status = STATUSES.find((known) => known === value);
  if (status === undefined) throw new ProofdError('status-invalid', 'no such status');
  return status;
}

function parseLimit(value: unknown): number {
  if (typeof value !== 'string' || !/^0*[1-9]\d*$/.test(value)) {
    throw new ProofdError('limit-invalid', 'not a positive integer');
  }
  return Math.min(Number(value), LIMIT_MAX);
}

/** What both engines can read; nothing was made outside of it. */
const EARLIEST_MS = Date.UTC(1970, 0, 1);
const LATEST_MS = Date.UTC(9999, 11, 31);

/** Date, time and zone of RFC 3339, which is what clients' ISO-8601 libraries write. */
const MOMENT = /^(\d{4})-(\d\d)-(\d\d)T\d\d:\d\d(:\d\d([.,]\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;

function parseCursor(value: unknown): number {
  const match = typeof value === 'string' ? MOMENT.exec(value) : null;
  const time = match === null ? Number.NaN : Date.parse(match[0].replace(',', '.'));
  if (match === null || !isDay(match) || !(time >= EARLIEST_MS && time <= LATEST_MS)) {
    throw new ProofdError('cursor-invalid', 'not an ISO-8601 timestamp');
  }
  return time;
}

/** The engine's parser takes the 30th of February for the 2nd of March. */
function isDay([, year, month, day]: RegExpExecArray): boolean {
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.getUTCDate() === Number(day);
}
