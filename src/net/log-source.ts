import { Agent, request } from 'undici';
import { CodedError } from '../base/coded-error.ts';
import type { LogSource } from '../core/log/monitor.ts';
import { ENTRY_MAX_BYTES } from '../proof/merkle/entry-bundle.ts';
import { TILE_WIDTH } from '../proof/merkle/tile.ts';
import { NOTE_MAX_BYTES } from '../proof/note/note.ts';

export type LogSourceErrorCode = 'log-unreachable' | 'log-refused';
export class LogSourceError extends CodedError<LogSourceErrorCode> {}

const TIMEOUT_MS = 30_000;
/** A bundle of the longest entries, which no log has in practice. */
const MAX_ANSWER_BYTES = TILE_WIDTH * (ENTRY_MAX_BYTES + 2);

/** Reads a C2SP tlog-tiles log below `url`, and the keys that it says it has. Redirects are not followed. */
export function openLogSource(url: string): LogSource & { readKeys(): Promise<string> } & AsyncDisposable {
  const dispatcher = new Agent({ connections: 8, connect: { timeout: 5_000 }, maxResponseSize: MAX_ANSWER_BYTES });

  async function get(path: string, maxBytes: number): Promise<Uint8Array | null> {
    const { status, body } = await ask(path);
    if (status === 404 || status === 410) return null;
    if (status !== 200) throw new LogSourceError('log-refused', `${url}/${path} answered ${status}`);
    if (body.length > maxBytes) throw new LogSourceError('log-refused', `${url}/${path} has ${body.length} bytes`);
    return body;
  }

  async function ask(path: string): Promise<{ status: number; body: Uint8Array }> {
    try {
      const headers = { 'accept-encoding': 'identity' };
      const options = { headers, dispatcher, signal: AbortSignal.timeout(TIMEOUT_MS) };
      const { statusCode, body } = await request(`${url}/${path}`, options);
      return { status: statusCode, body: new Uint8Array(await body.arrayBuffer()) };
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'no answer in time';
      throw new LogSourceError('log-unreachable', `${url}/${path} cannot be had (${code})`, { cause: error });
    }
  }

  return {
    async readCheckpoint() {
      const note = await get('checkpoint', NOTE_MAX_BYTES);
      if (note === null) throw new LogSourceError('log-refused', `${url} has no checkpoint`);
      return note;
    },
    readPath: (path) => get(path, MAX_ANSWER_BYTES),
    async readKeys() {
      const keys = await get('vkey', 4096);
      if (keys === null) throw new LogSourceError('log-refused', `${url} does not say its key: give it with --vkey`);
      return new TextDecoder().decode(keys);
    },
    [Symbol.asyncDispose]: () => dispatcher.destroy(),
  };
}
