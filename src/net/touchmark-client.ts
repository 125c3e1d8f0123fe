import type { Clock } from '../base/clock.ts';
import { CodedError } from '../base/coded-error.ts';
import { encodeHex } from '../base/hex.ts';

export type TouchmarkClientErrorCode =
  | 'server-unreachable'
  /** The server says that it cannot right now. */
  | 'server-unavailable'
  | 'rate-limited'
  /** The request was understood and refused. */
  | 'server-refused'
  /** An answer that is not the contract's. */
  | 'server-garbled';

export class TouchmarkClientError extends CodedError<TouchmarkClientErrorCode> {
  /** HTTP status, `null` when there was no answer. */
  readonly status: number | null;

  constructor(code: TouchmarkClientErrorCode, message: string, status: number | null, options?: ErrorOptions) {
    super(code, message, options);
    this.status = status;
  }
}

/** A digest to anchor. Digests are 32 and 64 bytes. */
export interface AnchorItem {
  readonly sha256: Uint8Array;
  readonly sha512: Uint8Array;
  readonly label: string | null;
}

export interface AnchorAnswer {
  readonly receiptId: string;
  readonly createdAt: string;
  readonly calendarsOk: number;
  readonly calendarsTotal: number;
  /** Calendars that did not accept, where the server names them. */
  readonly failures: readonly { readonly calendar: string | null; readonly error: string }[];
}

/** The orphograph contract as a client sees it. Methods reject with `TouchmarkClientError`. */
export interface TouchmarkClient {
  anchor(item: AnchorItem): Promise<AnchorAnswer>;
  /** At most `BATCH_MAX_ITEMS`; one answer an item, in order, `null` where the server did not take it. */
  anchorBatch(items: readonly AnchorItem[]): Promise<(AnchorAnswer | null)[]>;
  readStatus(receiptId: string): Promise<'pending' | 'partial' | 'pinned'>;
  /** The receipt and its proofs as a ZIP. */
  readZip(receiptId: string): Promise<Uint8Array>;
}

/** As the contract has it. */
export const BATCH_MAX_ITEMS = 50;
const LABEL_MAX_CHARACTERS = 200;

const JSON_MAX_BYTES = 256 * 1024;
const ZIP_MAX_BYTES = 8 * 1024 * 1024;
/** A round waits for slow calendars, and a busy server queues rounds. */
const TIMEOUT_MS = 60_000;
/** What is waited for a server in all, before the caller is told; a free tier can ask for hours. */
const RETRY_TOTAL_MAX_MS = 120_000;
const FIRST_RETRY_MS = 1_000;
const RECEIPT_ID = /^[A-Za-z0-9_-]{1,64}$/;

export interface TouchmarkClientOptions {
  readonly server: string;
  readonly apiKey: string | null;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told before every pause. */
  readonly onRetry: (waitMs: number, reason: string) => void;
}

/** Speaks to a server by the orphograph contract; a busy server (429, 503) is asked again when it says so. */
export function createTouchmarkClient(options: TouchmarkClientOptions): TouchmarkClient {
  return {
    async anchor(item) {
      return readAnchorAnswer(await askJson(options, '/api/anchor', presentItem(item)));
    },
    async anchorBatch(items) {
      const answer = await askJson(options, '/api/anchor/batch', { hashes: items.map(presentItem) });
      if (!Array.isArray(answer.results)) throw garbled('its batch answer has no results');
      const byIndex = new Map(answer.results.map((result: Fields) => [result?.index, result]));
      return items.map((_, index) => {
        const result = byIndex.get(index);
        return result?.ok === true ? readAnchorAnswer(result) : null;
      });
    },
    async readStatus(receiptId) {
      const { status } = await askJson(options, `/api/receipt/${receiptId}`);
      if (status === 'pending' || status === 'partial' || status === 'pinned') return status;
      throw garbled('its receipt has no status');
    },
    readZip: (receiptId) => ask(options, `/api/receipt/${receiptId}.zip`, undefined, ZIP_MAX_BYTES),
  };
}

type Fields = Readonly<Record<string, unknown>>;

function presentItem({ sha256, sha512, label }: AnchorItem): Fields {
  const fields = { hash_hex: encodeHex(sha256), sha512_hex: encodeHex(sha512) };
  if (label === null) return fields;
  const shown = [...label.toWellFormed().replace(/\p{Cc}/gu, ' ')].slice(0, LABEL_MAX_CHARACTERS).join('');
  return { ...fields, client_label: shown };
}

function readAnchorAnswer(fields: Fields): AnchorAnswer {
  const { receipt_id: receiptId, created_at: createdAt, calendars_ok: ok, calendars_total: total } = fields;
  const isComplete = typeof createdAt === 'string' && Number.isSafeInteger(ok) && Number.isSafeInteger(total);
  if (typeof receiptId !== 'string' || !RECEIPT_ID.test(receiptId) || !isComplete) {
    throw garbled('its anchor answer is incomplete');
  }
  return {
    receiptId,
    createdAt,
    calendarsOk: Number(ok),
    calendarsTotal: Number(total),
    failures: readFailures(fields, Number(total) - Number(ok)),
  };
}

function readFailures({ failures }: Fields, count: number): AnchorAnswer['failures'] {
  if (Array.isArray(failures)) {
    return failures.slice(0, 64).map((failure: Fields) => ({
      calendar: typeof failure?.calendar === 'string' ? printable(failure.calendar) : null,
      error: typeof failure?.error === 'string' ? printable(failure.error) : 'did not accept the digest',
    }));
  }
  return Array.from({ length: Math.max(0, Math.min(count, 64)) }, () => ({
    calendar: null,
    error: 'did not accept the digest',
  }));
}

async function askJson(options: TouchmarkClientOptions, path: string, body?: Fields): Promise<Fields> {
  const answer = parseJson(await ask(options, path, body, JSON_MAX_BYTES));
  if (answer === null) throw garbled('its answer is not a JSON object');
  return answer;
}

async function ask(
  options: TouchmarkClientOptions,
  path: string,
  body: Fields | undefined,
  maxBytes: number,
): Promise<Uint8Array> {
  let pauseMs = FIRST_RETRY_MS;
  for (let waitedMs = 0; ; pauseMs *= 2) {
    options.signal.throwIfAborted();
    const { response, content } = await exchange(options, path, body, maxBytes);
    if (response.ok) return content;
    const error = readRefusal(response.status, content, response.headers.get('retry-after'));
    const waitMs = Math.max(pauseMs, 1000 * readRetryAfter(response.headers.get('retry-after')));
    const isBusy = error.code === 'rate-limited' || error.code === 'server-unavailable';
    if (!isBusy || waitedMs + waitMs > RETRY_TOTAL_MAX_MS) throw error;
    options.onRetry(waitMs, error.message);
    await options.clock.sleep(waitMs, options.signal);
    waitedMs += waitMs;
  }
}

async function exchange(
  { server, apiKey, signal }: TouchmarkClientOptions,
  path: string,
  body: Fields | undefined,
  maxBytes: number,
): Promise<{ response: Response; content: Uint8Array }> {
  const headers: Record<string, string> = apiKey === null ? {} : { 'x-orpho-api-key': apiKey };
  if (body !== undefined) headers['content-type'] = 'application/json';
  try {
    const response = await fetch(`${server}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      // A key must not travel on to wherever a redirect points.
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    return { response, content: await readCapped(response, maxBytes) };
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof TouchmarkClientError) throw cause;
    const message = `${server} cannot be reached; is it running, and is the address right?`;
    throw new TouchmarkClientError('server-unreachable', message, null, { cause });
  }
}

async function readCapped(response: Response, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > maxBytes) throw garbled(`its answer is longer than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

function readRefusal(status: number, content: Uint8Array, retryAfter: string | null): TouchmarkClientError {
  const { message, error } = parseJson(content) ?? {};
  const reason = printable(
    typeof message === 'string' ? message : typeof error === 'string' ? error : `status ${status}`,
  );
  if (status === 429) {
    const wait = readRetryAfter(retryAfter);
    const advice = wait > 0 ? ` Try again in ${showDuration(wait)}, or use an API key.` : ' Use an API key.';
    return new TouchmarkClientError('rate-limited', `the server limits requests: ${reason}${advice}`, status);
  }
  if (status >= 500) return new TouchmarkClientError('server-unavailable', `the server cannot now: ${reason}`, status);
  if (status >= 400) return new TouchmarkClientError('server-refused', `the server refused: ${reason}`, status);
  return garbled(`it answered ${status}`, status);
}

function readRetryAfter(text: string | null): number {
  return text !== null && /^\d{1,7}$/.test(text) ? Number(text) : 0;
}

function showDuration(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.ceil(seconds / 60)} min` : `${Math.ceil(seconds / 3600)} h`;
}

function parseJson(content: Uint8Array): Fields | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(content));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
  } catch {
    return null;
  }
}

/** A stranger's text on its way to a terminal or into a file. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, ' ').slice(0, 300);
}

function garbled(what: string, status: number | null = null): TouchmarkClientError {
  return new TouchmarkClientError('server-garbled', `the server does not speak the contract: ${what}`, status);
}
