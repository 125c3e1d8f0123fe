import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { listen } from './listen.ts';

/** An HTTP proxy that leads to one port of this machine, whatever host it is asked to connect to. */
export async function startTunnel(
  port: number,
): Promise<{ readonly url: string; readonly asked: readonly string[] } & AsyncDisposable> {
  const asked: string[] = [];
  const proxy = createServer();
  proxy.on('connect', (request, client: Socket) => {
    asked.push(request.url!);
    const upstream = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    upstream.on('error', () => client.destroy());
    client.on('error', () => upstream.destroy());
  });
  const listening = await listen(proxy);
  return { url: `http://127.0.0.1:${listening.port}`, asked, [Symbol.asyncDispose]: listening[Symbol.asyncDispose] };
}
