import type { Operations } from './operations.ts';

export type OperationName = keyof Operations;

/** What an operation is asked with: `path`, `query`, `headers` and `body`, as far as it has them. */
export type Input<Name extends OperationName> = Omit<Operations[Name], 'answers'> & {
  readonly signal?: AbortSignal;
};

/** Statuses of errors that operations do not name, but can answer with. */
type ErrorStatus = 400 | 401 | 402 | 403 | 404 | 405 | 409 | 413 | 415 | 422 | 429 | 500 | 502 | 503;

type Answers<Name extends OperationName> = Operations[Name]['answers'];

type StatusOf<Name extends OperationName, Key> = Key extends number ? Key : Exclude<ErrorStatus, keyof Answers<Name>>;

/** What comes back. Looking at `status` tells what `body` is. */
export type Answer<Name extends OperationName> = {
  [Key in keyof Answers<Name>]: {
    readonly status: StatusOf<Name, Key>;
    readonly headers: Headers;
    readonly body: Answers<Name>[Key];
  };
}[keyof Answers<Name>];

/** The body of an answer that is no error. */
export type Success<Name extends OperationName> = Extract<
  Answer<Name>,
  { readonly status: 200 | 201 | 202 | 204 | 302 }
>['body'];

type Arguments<Name extends OperationName> =
  Record<never, never> extends Input<Name> ? [input?: Input<Name>] : [input: Input<Name>];

export interface ApiClientOptions {
  /** Of the server, such as `https://touchmark.example`. */
  readonly baseUrl: string;
  /** Of every request: the credential goes here. */
  readonly headers?: Readonly<Record<string, string>>;
  /** From asking to the last byte of the answer. */
  readonly timeoutMs?: number;
  readonly fetch?: (url: URL, init: RequestInit) => Promise<Response>;
}

/** Every operation of the server, by method and path as its OpenAPI document has them. */
export interface ApiClient {
  /** Resolves with whatever the server answers. Errors: those of `fetch`. */
  request<Name extends OperationName>(name: Name, ...input: Arguments<Name>): Promise<Answer<Name>>;
  /** Resolves with the body of a good answer. Errors: ApiError, those of `fetch`. */
  call<Name extends OperationName>(name: Name, ...input: Arguments<Name>): Promise<Success<Name>>;
}

/** The server answered with an error, or that there is nothing new. */
export class ApiError extends Error {
  readonly status: number;
  /** In the form of the contract, see the type of the operation. */
  readonly body: unknown;
  /** To be named when asking for help. */
  readonly requestId: string | null;

  constructor(name: string, answer: { readonly status: number; readonly headers: Headers; readonly body: unknown }) {
    super(`${name} answered ${answer.status}`);
    this.name = 'ApiError';
    this.status = answer.status;
    this.body = answer.body;
    this.requestId = answer.headers.get('x-request-id');
  }
}

const TIMEOUT_MS = 30_000;
const TEXT_TYPE = /^text\/|\+xml$|pem-certificate-chain$/;

/** What of an input does not depend on the operation. */
interface AnyInput {
  readonly path?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

export function createApiClient(options: ApiClientOptions): ApiClient {
  const { baseUrl, headers: common = {}, timeoutMs = TIMEOUT_MS, fetch = globalThis.fetch } = options;

  async function request<Name extends OperationName>(name: Name, ...[typed]: Arguments<Name>): Promise<Answer<Name>> {
    const input = (typed ?? {}) as AnyInput;
    const timeout = AbortSignal.timeout(timeoutMs);
    const response = await fetch(composeUrl(baseUrl, name, input), {
      method: name.slice(0, name.indexOf(' ')),
      headers: { ...common, ...textsOf(input.headers), ...typeOfBody(input.body) },
      // Where it leads is an answer like others.
      redirect: 'manual',
      signal: input.signal === undefined ? timeout : AbortSignal.any([timeout, input.signal]),
      ...(input.body !== undefined && {
        body: input.body instanceof Uint8Array ? new Uint8Array(input.body) : JSON.stringify(input.body),
      }),
    });
    const { status, headers } = response;
    return { status, headers, body: await readBody(response) } as Answer<Name>;
  }

  return {
    request,
    async call(name, ...input) {
      const answer = await request(name, ...input);
      // 304: nothing new, which only `request` can tell.
      if (answer.status >= 304) throw new ApiError(name, answer);
      return answer.body as Success<typeof name>;
    },
  };
}

function composeUrl(baseUrl: string, name: string, { path = {}, query = {} }: AnyInput): URL {
  const target = name
    .slice(name.indexOf(' ') + 1)
    .replace(/\{(\w+)\}/g, (_, key: string) => encodeURIComponent(String(path[key])));
  const url = new URL(baseUrl.replace(/\/+$/, '') + target);
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(key, String(value));
  }
  return url;
}

function textsOf(headers: AnyInput['headers'] = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );
}

/** The only bytes that are sent are requests for time-stamps. */
function typeOfBody(body: unknown): Record<string, string> {
  if (body === undefined) return {};
  return { 'content-type': body instanceof Uint8Array ? 'application/timestamp-query' : 'application/json' };
}

async function readBody(response: Response): Promise<unknown> {
  const type = (response.headers.get('content-type') ?? '').split(';', 1)[0]!.trim();
  if (type === 'application/json') {
    const text = await response.text();
    return text === '' ? null : JSON.parse(text);
  }
  if (TEXT_TYPE.test(type)) return response.text();
  const bytes = new Uint8Array(await response.arrayBuffer());
  return bytes.length === 0 ? null : bytes;
}
