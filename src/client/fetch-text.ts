import { FollowError } from './error.ts';

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Of one answer, from asking to its last byte. */
const TIMEOUT_MS = 10_000;
/** A hundred bytes for a revocation: hundreds of thousands of them. */
const ANSWER_MAX_BYTES = 64 * 1024 * 1024;

/** The body of a good answer. Errors: FollowError `unreachable`, `bad-answer`. */
export async function fetchText(fetch: Fetch, url: string, headers: Readonly<Record<string, string>>): Promise<string> {
  try {
    const response = await fetch(url, {
      headers,
      // Wherever it leads, that is not who was asked.
      redirect: 'error',
      cache: 'no-store',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.status !== 200 || response.body === null) {
      await response.body?.cancel();
      throw new FollowError('unreachable', `the server answered ${response.status}`);
    }
    return await readCapped(response.body.getReader());
  } catch (error) {
    if (error instanceof FollowError) throw error;
    throw new FollowError('unreachable', 'the server did not answer', { cause: error });
  }
}

async function readCapped(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let text = '';
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decode(decoder);
    size += value.length;
    if (size > ANSWER_MAX_BYTES) {
      await reader.cancel();
      throw new FollowError('bad-answer', `an answer of more than ${ANSWER_MAX_BYTES} bytes`);
    }
    text += decode(decoder, value);
  }
}

function decode(decoder: InstanceType<typeof TextDecoder>, chunk?: Uint8Array): string {
  try {
    return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
  } catch (error) {
    throw new FollowError('bad-answer', 'the answer is not UTF-8', { cause: error });
  }
}
