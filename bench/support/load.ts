import autocannon from 'autocannon';

/** One closed-loop run: every connection sends its next request when the answer to the last one is there. */
export interface Load {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  readonly keepAlive: boolean;
  readonly method: 'GET' | 'POST';
  readonly headers?: Record<string, string>;
  /** A fresh path and body for each request. */
  readonly next: () => { path?: string; body?: string | Buffer };
}

export interface Measured {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Answers that were not 2xx, and connections that broke. */
  readonly failures: number;
  readonly answers: number;
}

export async function runLoad(load: Load): Promise<Measured> {
  const started = performance.now();
  const result = await autocannon({
    url: load.url,
    connections: load.connections,
    duration: load.seconds,
    ...(load.keepAlive ? {} : { reconnectRate: 1 }),
    requests: [
      {
        method: load.method,
        ...(load.headers && { headers: load.headers }),
        setupRequest: (request) => ({ ...request, ...load.next() }),
      },
    ],
  });
  const seconds = (performance.now() - started) / 1000;
  return {
    perSecond: Math.round(result['2xx'] / seconds),
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    failures: result.non2xx + result.errors,
    answers: result['2xx'],
  };
}
