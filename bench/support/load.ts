import { request } from 'node:http';
import autocannon from 'autocannon';

/** One closed-loop run: every connection sends its next request when the answer to the last one is there. */
export interface Load {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  readonly keepAlive: boolean;
  readonly method: 'GET' | 'POST';
  readonly headers: Record<string, string>;
  /** What is fresh for each request. Headers only when connections are kept alive. */
  readonly next: () => { path?: string; body?: string | Buffer; headers?: Record<string, string> };
}

export interface Measured {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Answers that were not 2xx, and connections that broke. */
  readonly failures: number;
  readonly answers: number;
}

export function runLoad(load: Load): Promise<Measured> {
  return load.keepAlive ? runKeptAlive(load) : runClosedEachTime(load);
}

async function runKeptAlive(load: Load): Promise<Measured> {
  const started = performance.now();
  const result = await autocannon({
    url: load.url,
    connections: load.connections,
    duration: load.seconds,
    requests: [
      {
        method: load.method,
        headers: load.headers,
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

/** A connection for every request, as clients without a pool have it. */
async function runClosedEachTime(load: Load): Promise<Measured> {
  const tookMs: number[] = [];
  let failures = 0;
  const started = performance.now();
  const end = started + load.seconds * 1000;
  const runClient = async () => {
    while (performance.now() < end) {
      const sent = performance.now();
      const status = await sendOnce(load).catch(() => null);
      if (status === 200) tookMs.push(performance.now() - sent);
      else failures++;
    }
  };
  await Promise.all(Array.from({ length: load.connections }, runClient));
  const seconds = (performance.now() - started) / 1000;
  tookMs.sort((one, other) => one - other);
  const quantile = (q: number) => Math.round(tookMs[Math.floor(tookMs.length * q)] ?? 0);
  const answers = tookMs.length;
  return { perSecond: Math.round(answers / seconds), p50Ms: quantile(0.5), p99Ms: quantile(0.99), failures, answers };
}

function sendOnce({ url, method, headers, next }: Load): Promise<number> {
  const { path, body } = next();
  const target = path === undefined ? url : new URL(path, url);
  return new Promise((resolve, reject) => {
    const sent = request(target, { method, headers, agent: false }, (answer) => {
      answer.on('end', () => resolve(answer.statusCode ?? 0)).on('error', reject);
      answer.resume();
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
