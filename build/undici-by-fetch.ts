/**
 * The part of undici that the chain clients use, on top of the `fetch` that is part of Node: it takes undici's place in
 * the verifier that has to run without an install.
 */
import type { Dispatcher } from 'undici';

interface RequestOptions {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: string | null;
  readonly signal: AbortSignal;
}

export async function request(url: URL, options: RequestOptions): Promise<Partial<Dispatcher.ResponseData>> {
  const stop = new AbortController();
  const response = await fetch(url, {
    method: options.method,
    headers: options.headers,
    body: options.body,
    // Handed on as it is, so that the caller can refuse it.
    redirect: 'manual',
    signal: AbortSignal.any([options.signal, stop.signal]),
  });
  const length = response.headers.get('content-length');
  const body = {
    async *[Symbol.asyncIterator]() {
      yield* response.body ?? [];
    },
    on: () => body,
    destroy: () => stop.abort(),
  };
  return {
    statusCode: response.status,
    headers: length === null ? {} : { 'content-length': length },
    body: body as unknown as Dispatcher.ResponseData['body'],
  };
}

export function getGlobalDispatcher(): undefined {}
