import { Agent, request } from 'undici';
import { CodedError } from '../base/coded-error.ts';
import { encodeHex } from '../base/hex.ts';
import type { CalendarClient } from '../core/anchor/calendar-client.ts';

export type CalendarClientErrorCode = 'calendar-unreachable' | 'calendar-refused' | 'answer-too-long';
export class CalendarClientError extends CodedError<CalendarClientErrorCode> {}

/** What OpenTimestamps clients read of an answer; a proof is about a kilobyte. */
const MAX_ANSWER_BYTES = 10_000;
/** What is shown of a refusal, which is a stranger's text. */
const MAX_REASON_CHARACTERS = 160;
const LOOKUP_TIMEOUT_MS = 10_000;
const MEDIA_TYPE = 'application/vnd.opentimestamps.v1';

/** Speaks the OpenTimestamps calendar protocol over HTTP. Connections are kept open between requests. */
export function createCalendarClient(): CalendarClient & AsyncDisposable {
  const dispatcher = new Agent({
    connections: 32,
    connect: { timeout: 5_000 },
    headersTimeout: 30_000,
    bodyTimeout: 10_000,
    maxResponseSize: MAX_ANSWER_BYTES,
  });

  async function ask(
    url: string,
    options: { method: 'GET' | 'POST'; body?: Uint8Array; signal: AbortSignal },
  ): Promise<{ status: number; body: Uint8Array }> {
    const headers: Record<string, string> = { accept: MEDIA_TYPE };
    if (options.body !== undefined) headers['content-type'] = 'application/octet-stream';
    try {
      const { statusCode, body } = await request(url, { ...options, headers, dispatcher });
      return { status: statusCode, body: await body.bytes() };
    } catch (error) {
      throw unreachable(error);
    }
  }

  return {
    async submit(url, digest, signal) {
      const { status, body } = await ask(`${url}/digest`, { method: 'POST', body: digest, signal });
      if (status === 200) return body;
      throw new CalendarClientError('calendar-refused', `the calendar answered ${status}: ${readReason(body)}`);
    },

    async lookup(uri, commitment, signal) {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(LOOKUP_TIMEOUT_MS)]);
      const { status, body } = await ask(`${uri}/timestamp/${encodeHex(commitment)}`, { method: 'GET', signal: limit });
      if (status === 200) return { found: true, proof: body };
      if (status === 404) return { found: false, reason: readReason(body) };
      throw new CalendarClientError('calendar-refused', `the calendar answered ${status}: ${readReason(body)}`);
    },

    [Symbol.asyncDispose]: () => dispatcher.destroy(),
  };
}

function unreachable(error: unknown): CalendarClientError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') {
    return new CalendarClientError('answer-too-long', 'the calendar answered more than a proof can hold', {
      cause: error,
    });
  }
  if (error instanceof DOMException || code === 'UND_ERR_ABORTED' || code.endsWith('TIMEOUT')) {
    return new CalendarClientError('calendar-unreachable', 'the calendar did not answer in time', { cause: error });
  }
  return new CalendarClientError(
    'calendar-unreachable',
    `the calendar cannot be reached (${code || 'broken answer'})`,
    {
      cause: error,
    },
  );
}

/** The start of a refusal with every character that could mean something elsewhere replaced. */
function readReason(body: Uint8Array): string {
  const text = new TextDecoder().decode(body.subarray(0, MAX_REASON_CHARACTERS));
  return text.replace(/[^A-Za-z0-9#\-.,;: ]/g, '_').trim() || 'no reason given';
}
