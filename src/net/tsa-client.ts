import { Agent, type Dispatcher, request } from 'undici';
import { CodedError } from '../base/coded-error.ts';
import type { Certificate } from '../proof/tsp/certificate.ts';
import { readElement, TAG } from '../proof/tsp/der.ts';
import { type AddressPolicy, type Resolve, resolveBySystem } from './address-guard.ts';
import { guardedConnector } from './guarded-connector.ts';

export type TsaClientErrorCode = 'authority-unreachable' | 'authority-refused' | 'answer-too-long';
export class TsaClientError extends CodedError<TsaClientErrorCode> {}

/** A token with a long chain has ten kilobytes. */
const ANSWER_MAX_BYTES = 128 * 1024;
/** Lists of busy issuers; those of time-stamping have a few kilobytes. */
const LIST_MAX_BYTES = 1024 * 1024;
const LIST_TIMEOUT_MS = 10_000;
/** Lists are made anew every day or week: one that is this fresh serves for every token. */
const LIST_FRESH_MS = 60 * 60_000;
const LISTS_MAX = 64;
const CONNECT_TIMEOUT_MS = 5_000;
/** From the connection to the last byte of a token. */
const ASK_TIMEOUT_MS = 20_000;
const RESPONSE_TYPE = 'application/timestamp-reply';

/** Speaks RFC 3161 over HTTP to addresses that an operator set. Redirects are not followed. */
export interface TsaClient extends AsyncDisposable {
  /** The TimeStampResp for a TimeStampReq. Errors: TsaClientError. */
  ask(url: string, query: Uint8Array, signal: AbortSignal): Promise<Uint8Array>;
}

export function createTsaClient(): TsaClient {
  const dispatcher = new Agent({
    connections: 4,
    connect: { timeout: CONNECT_TIMEOUT_MS },
    maxResponseSize: ANSWER_MAX_BYTES,
  });
  return {
    async ask(url, query, signal) {
      const headers = { 'content-type': 'application/timestamp-query', accept: RESPONSE_TYPE };
      const limit = AbortSignal.any([signal, AbortSignal.timeout(ASK_TIMEOUT_MS)]);
      const {
        statusCode,
        headers: sent,
        body,
      } = await request(url, {
        ...{ method: 'POST', body: query, headers, signal: limit, dispatcher },
      }).catch(refuse);
      const bytes = await body.bytes().catch(refuse);
      const type = String(sent['content-type'] ?? '')
        .split(';', 1)[0]!
        .trim()
        .toLowerCase();
      if (statusCode !== 200 || type !== RESPONSE_TYPE) {
        throw new TsaClientError('authority-refused', `it answered ${statusCode} with no time-stamp`);
      }
      return bytes;
    },
    [Symbol.asyncDispose]: () => dispatcher.destroy(),
  };
}

function refuse(error: unknown): never {
  // That of a deadline is a number.
  const code =
    error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'no answer in time';
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') {
    throw new TsaClientError('answer-too-long', 'it answered more than a token can hold', { cause: error });
  }
  throw new TsaClientError('authority-unreachable', `it cannot be reached (${code})`, { cause: error });
}

/** Fetches lists of revoked certificates from where certificates say, which strangers wrote: never from private addresses. */
export interface RevocationLists extends AsyncDisposable {
  /** One list for each certificate that names one and whose list can be had. Never rejects. */
  read(chain: readonly Certificate[], signal: AbortSignal): Promise<readonly Uint8Array[]>;
}

export function createRevocationLists(options: {
  readonly addresses: AddressPolicy;
  /** Milliseconds since any moment. */
  readonly steadyMs: () => number;
  /** For tests: how names are resolved. */
  readonly resolve?: Resolve;
}): RevocationLists {
  const { addresses, steadyMs, resolve = resolveBySystem } = options;
  const dispatcher = new Agent({
    connections: 2,
    maxResponseSize: LIST_MAX_BYTES,
    connect: guardedConnector(addresses, { resolve, timeout: CONNECT_TIMEOUT_MS }),
  });
  const lists = new Map<string, { readonly list: Uint8Array | null; readonly readMs: number }>();

  async function readOne(url: string, signal: AbortSignal): Promise<Uint8Array | null> {
    const known = lists.get(url);
    if (known !== undefined && steadyMs() - known.readMs < LIST_FRESH_MS) return known.list;
    const limit = AbortSignal.any([signal, AbortSignal.timeout(LIST_TIMEOUT_MS)]);
    const list = await fetchList(url, limit, dispatcher).catch(() => null);
    // Whoever makes certificates with ever new addresses pushes out only others.
    if (lists.size >= LISTS_MAX) lists.delete(lists.keys().next().value!);
    lists.set(url, { list, readMs: steadyMs() });
    return list;
  }

  return {
    async read(chain, signal) {
      const found: Uint8Array[] = [];
      for (const { crlUrls } of chain) {
        for (const url of crlUrls.slice(0, 2)) {
          const list = await readOne(url, signal);
          if (list === null) continue;
          found.push(list);
          break;
        }
      }
      return found;
    },
    [Symbol.asyncDispose]: () => dispatcher.destroy(),
  };
}

/** A list in DER, whole. What it says is for whoever checks a token later. */
async function fetchList(url: string, signal: AbortSignal, dispatcher: Dispatcher): Promise<Uint8Array | null> {
  const { statusCode, body } = await request(url, { method: 'GET', signal, dispatcher });
  const bytes = await body.bytes();
  if (statusCode !== 200) return null;
  const { tag, bytes: list } = readElement(bytes, 0);
  return tag === TAG.sequence && list.length === bytes.length ? bytes : null;
}
