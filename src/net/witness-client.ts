import { Agent, request } from 'undici';
import { CodedError } from '../base/coded-error.ts';
import type { WitnessAnswer, WitnessClient } from '../core/log/witnesses.ts';

export class WitnessClientError extends CodedError<'witness-unreachable'> {}

/** Some signature lines, post-quantum ones included. */
const MAX_ANSWER_BYTES = 16_384;
/** What is shown of a refusal, which is a stranger's text. */
const MAX_REASON_CHARACTERS = 120;

/** Speaks C2SP tlog-witness. Connections are kept open between requests; redirects are not followed. */
export function createWitnessClient(): WitnessClient & AsyncDisposable {
  const dispatcher = new Agent({
    connections: 4,
    connect: { timeout: 5_000 },
    headersTimeout: 30_000,
    bodyTimeout: 10_000,
    maxResponseSize: MAX_ANSWER_BYTES,
  });
  return {
    async addCheckpoint(url, submission, signal) {
      try {
        const options = { method: 'POST', body: submission, signal, dispatcher } as const;
        const { statusCode, body } = await request(`${url}/add-checkpoint`, options);
        return readAnswer(statusCode, new Uint8Array(await body.arrayBuffer()));
      } catch (error) {
        const code = error instanceof Error && 'code' in error ? String(error.code) : 'no answer in time';
        throw new WitnessClientError('witness-unreachable', `it cannot be reached (${code})`, { cause: error });
      }
    },
    [Symbol.asyncDispose]: () => dispatcher.destroy(),
  };
}

function readAnswer(status: number, body: Uint8Array): WitnessAnswer {
  if (status === 200) return { kind: 'cosigned', lines: body };
  const text = new TextDecoder().decode(body);
  const size = Number(/^(0|[1-9]\d{0,15})\n$/.exec(text)?.[1]);
  if (status === 409 && Number.isSafeInteger(size)) return { kind: 'conflict', size };
  const reason = text.slice(0, MAX_REASON_CHARACTERS).replace(/[^A-Za-z0-9#\-.,;: ]/g, '_');
  return { kind: 'refused', reason: `it answered ${status}: ${reason.trim() || 'no reason given'}` };
}
