import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'undici';

/** Decides what becomes of a request: answers it itself and says so, or leaves it to the upstream. */
export type Fault = (
  request: IncomingMessage,
  response: ServerResponse,
  forward: () => Promise<{ status: number; body: Buffer }>,
) => Promise<'answered' | 'forward'>;

/** An HTTP server in front of another one that can be told to misbehave. */
export interface FaultProxy extends AsyncDisposable {
  readonly url: string;
  /** How many requests came, by method and path. */
  readonly seen: readonly string[];
  /** Null: everything goes through. */
  setFault(fault: Fault | null): void;
}

export async function startFaultProxy(upstream: string): Promise<FaultProxy> {
  const dispatcher = new Agent();
  const seen: string[] = [];
  let fault: Fault | null = null;
  const { pathname } = new URL(upstream);
  const server = createServer((incoming, response) => {
    void handle(incoming, response).catch(() => response.destroy());
  });

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    seen.push(`${incoming.method} ${incoming.url}`);
    const body = Buffer.concat(await incoming.toArray());
    const forward = async () => {
      const { authorization, 'content-type': contentType, accept } = incoming.headers;
      const headers = { authorization, 'content-type': contentType, accept };
      const answer = await request(new URL(upstream).origin + incoming.url, {
        method: incoming.method as 'GET' | 'POST',
        headers: Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined)),
        body: incoming.method === 'GET' ? null : body,
        dispatcher,
      });
      return { status: answer.statusCode, body: Buffer.from(await answer.body.bytes()) };
    };
    if (fault !== null && (await fault(incoming, response, forward)) === 'answered') return;
    const { status, body: answer } = await forward();
    response.writeHead(status, { 'content-length': answer.length }).end(answer);
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${address.port}${pathname === '/' ? '' : pathname}`,
    seen,
    setFault(next) {
      fault = next;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      await dispatcher.destroy();
    },
  };
}

/** Answers everything with a status. */
export const refuse =
  (status: number): Fault =>
  async (_request, response) => {
    response.writeHead(status, { 'content-type': 'text/plain' }).end('out of order');
    return 'answered';
  };

/** Lets everything through, late. */
export const slow =
  (ms: number): Fault =>
  async () => {
    await delay(ms);
    return 'forward';
  };

/** Answers what the format cannot mean. */
export const garbage: Fault = async (_request, response) => {
  response.end(Buffer.from('<html>maintenance</html>'));
  return 'answered';
};

/** Sends more than any proof holds. */
export const flood: Fault = async (_request, response) => {
  response.end(Buffer.alloc(100_000, 0xf0));
  return 'answered';
};

/** Promises an answer and hangs up in the middle of it. */
export const hangUp: Fault = async (_request, response, forward) => {
  const { body } = await forward();
  response.writeHead(200, { 'content-length': body.length });
  response.write(body.subarray(0, body.length / 2), () => response.destroy());
  return 'answered';
};

/** Accepts digests as always and never knows of a commitment. */
export const neverConfirm: Fault = async (incoming, response) => {
  if (incoming.method !== 'GET') return 'forward';
  response.writeHead(404).end('Pending confirmation in Bitcoin blockchain');
  return 'answered';
};
