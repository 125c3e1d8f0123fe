import type { App } from './app.ts';

/** A check that has not answered by then counts as failed; load balancers ask every few seconds. */
const CHECK_TIMEOUT_MS = 2000;

/** Each resolves when what it is named after works. */
export type ReadinessChecks = Readonly<Record<string, () => Promise<unknown>>>;

/** `/livez`: the process answers. `/readyz`: it can do its work; 503 names the checks that failed. */
export function registerProbes(app: App, checks: ReadinessChecks): void {
  app.get('/livez', (_request, reply) => {
    reply.header('cache-control', 'no-store').send({ status: 'ok' });
  });

  app.get('/readyz', async (request, reply) => {
    const names = Object.keys(checks);
    const results = await Promise.allSettled(names.map((name) => withTimeout(checks[name]!())));
    const failed = names.filter((name, i) => {
      const result = results[i]!;
      if (result.status === 'rejected') request.log.warn({ check: name, err: result.reason }, 'not ready');
      return result.status === 'rejected';
    });
    reply.header('cache-control', 'no-store').code(failed.length === 0 ? 200 : 503);
    return { status: failed.length === 0 ? 'ready' : 'not ready', checks: names, failed };
  });
}

async function withTimeout(check: Promise<unknown>): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${CHECK_TIMEOUT_MS} ms`)), CHECK_TIMEOUT_MS);
  });
  return Promise.race([check, timeout]).finally(() => clearTimeout(timer));
}
