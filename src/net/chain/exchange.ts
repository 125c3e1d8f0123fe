import { type Dispatcher, getGlobalDispatcher, request } from 'undici';
import { ChainError } from '../../proof/bitcoin/chain-error.ts';

/** Everything a chain source is asked over HTTP goes through one of these. */
export interface ChainHttpOptions {
  /** Opens the connections; default undici's global one. */
  readonly dispatcher?: Dispatcher | undefined;
  /** For one attempt, from connecting to the last byte of a small answer; default 10 s. */
  readonly timeoutMs?: number | undefined;
  /** The same for a whole block; default 60 s. */
  readonly blockTimeoutMs?: number | undefined;
}

export interface ChainRequest {
  readonly url: URL;
  readonly method: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly bodyMaxBytes: number;
  readonly timeoutMs: number;
  readonly dispatcher: Dispatcher | undefined;
  readonly signal: AbortSignal | undefined;
}

export interface ChainResponse {
  readonly status: number;
  readonly body: Uint8Array;
}

export const SMALL_ANSWER_TIMEOUT_MS = 10_000;
export const BLOCK_TIMEOUT_MS = 60_000;

/** One more try hides a dropped keep-alive connection; more would only delay the answer that the source is down. */
const ATTEMPTS_MAX = 2;

/**
 * Asks once, and once more when there was no answer. Redirects are not followed: an address that was configured is the
 * only one that is ever connected to. Rejects with `chain-unreachable`, with `chain-garbled` when the answer is larger
 * than allowed or a redirect, or with the signal's reason.
 */
export async function exchange(ask: ChainRequest): Promise<ChainResponse> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await exchangeOnce(ask);
    } catch (error) {
      ask.signal?.throwIfAborted();
      const isLast = attempt === ATTEMPTS_MAX;
      if (isLast || !(error instanceof ChainError) || error.code !== 'chain-unreachable') throw error;
    }
  }
}

async function exchangeOnce(ask: ChainRequest): Promise<ChainResponse> {
  const deadline = AbortSignal.timeout(ask.timeoutMs);
  const { host } = ask.url;
  let response: ChainResponse;
  try {
    const { statusCode, headers, body } = await request(ask.url, {
      method: ask.method,
      headers: ask.headers ?? {},
      body: ask.body ?? null,
      dispatcher: ask.dispatcher ?? getGlobalDispatcher(),
      signal: ask.signal ? AbortSignal.any([ask.signal, deadline]) : deadline,
    });
    response = { status: statusCode, body: await readCapped(body, headers['content-length'], ask) };
  } catch (cause) {
    if (cause instanceof ChainError) throw cause;
    throw new ChainError('chain-unreachable', `No answer from ${host}`, { cause });
  }
  const { status } = response;
  if (status === 429 || (status > 500 && status <= 599)) {
    throw new ChainError('chain-unreachable', `${host} answered ${status}`);
  }
  if (status === 401 || status === 403) throw new ChainError('chain-unauthorised', `${host} answered ${status}`);
  if (status >= 300 && status <= 399) throw new ChainError('chain-garbled', `${host} redirects elsewhere`);
  return response;
}

async function readCapped(
  body: Dispatcher.ResponseData['body'],
  contentLength: string | string[] | undefined,
  { bodyMaxBytes, url }: ChainRequest,
): Promise<Uint8Array> {
  const tooLarge = new ChainError('chain-garbled', `${url.host} answered more than ${bodyMaxBytes} bytes`);
  if (Number(contentLength ?? 0) > bodyMaxBytes) {
    body.on('error', () => {}).destroy();
    throw tooLarge;
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > bodyMaxBytes) throw tooLarge;
    chunks.push(chunk);
  }
  const joined = Buffer.concat(chunks);
  return new Uint8Array(joined.buffer, joined.byteOffset, joined.length);
}
