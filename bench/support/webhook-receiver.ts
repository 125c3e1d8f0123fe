import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * A receiver as a process of its own: `/n` answers at once, `/hang/n` never. Told what to do by IPC: `counts` asks for
 * what came since the last time, with the time from publishing to arrival of each event, which is in its data.
 */
let counts: Record<string, number> = {};
let delaysMs: number[] = [];

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const url = request.url!;
    counts[url] = (counts[url] ?? 0) + 1;
    if (url.startsWith('/hang')) return;
    const at = /"published_at":(\d+)/.exec(Buffer.concat(chunks).toString());
    if (at !== null) delaysMs.push(Date.now() - Number(at[1]));
    response.end();
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  process.send!({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});
process.on('message', (message) => {
  if (message === 'stop') process.exit(0);
  delaysMs.sort((one, other) => one - other);
  process.send!({
    counts,
    p50Ms: delaysMs[Math.floor(delaysMs.length * 0.5)] ?? 0,
    p99Ms: delaysMs[Math.floor(delaysMs.length * 0.99)] ?? 0,
  });
  counts = {};
  delaysMs = [];
});
