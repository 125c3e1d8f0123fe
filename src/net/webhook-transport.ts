import { Agent, type Dispatcher, ProxyAgent, request } from 'undici';
import type { Exchange, TransportFault, WebhookTransport } from '../core/webhook/transport.ts';
import {
  type AddressPolicy,
  AddressRefusedError,
  checkWebhookUrl,
  type Resolve,
  resolveBySystem,
} from './address-guard.ts';
import { guardedConnector } from './guarded-connector.ts';

export interface WebhookTransportOptions {
  readonly addresses: AddressPolicy;
  /**
   * Through which everything goes, or null. The proxy resolves names, so it has to refuse private addresses; addresses
   * are judged here before.
   */
  readonly proxyUrl: string | null;
  /** For tests: how names are resolved, and who is trusted to certify them. */
  readonly resolve?: Resolve;
  readonly ca?: string;
}

const CONNECT_TIMEOUT_MS = 5_000;
/** To one receiver, over all its subscriptions. */
const CONNECTIONS_PER_ORIGIN = 64;
/** Read of an answer; what is longer is cut off, together with its connection. */
const RESPONSE_MAX_BYTES = 64 * 1024;
/** After the headers have come, which decide; a body that trickles is not waited for. */
const BODY_TIMEOUT_MS = 2_000;
const LOGGED_CHARS = 1_024;

/** POSTs over connections that are judged where they are made. Disposal breaks off what is under way. */
export function createWebhookTransport(options: WebhookTransportOptions): WebhookTransport & AsyncDisposable {
  const { addresses, proxyUrl } = options;
  const dispatcher = proxyUrl === null ? connectDirectly(options) : connectByProxy(proxyUrl, options);
  return {
    async send({ url, headers, body, timeoutMs }) {
      if (checkWebhookUrl(url, addresses) !== null) return failed('address-refused');
      const deadline = new AbortController();
      const timer = setTimeout(() => deadline.abort(), timeoutMs);
      try {
        const response = await request(url, {
          method: 'POST',
          headers,
          body: body as Buffer,
          dispatcher,
          signal: deadline.signal,
        });
        const { 'retry-after': retryAfter } = response.headers;
        const text = await readStart(response.body, deadline, timer);
        return {
          status: response.statusCode,
          fault: null,
          response: text,
          retryAfter: typeof retryAfter === 'string' ? retryAfter : null,
        };
      } catch (error) {
        return failed(faultOf(error));
      } finally {
        clearTimeout(timer);
      }
    },

    [Symbol.asyncDispose]: () => dispatcher.destroy(),
  };
}

function failed(fault: TransportFault): Exchange {
  return { status: null, fault, response: '', retryAfter: null };
}

const AGENT_OPTIONS = { connections: CONNECTIONS_PER_ORIGIN, pipelining: 1, maxHeaderSize: 16 * 1024 };

function connectDirectly({ addresses, resolve = resolveBySystem, ca }: WebhookTransportOptions): Dispatcher {
  const options = { resolve, timeout: CONNECT_TIMEOUT_MS, ...(ca !== undefined && { ca }) };
  return new Agent({ ...AGENT_OPTIONS, connect: guardedConnector(addresses, options) });
}

function connectByProxy(proxyUrl: string, { ca }: WebhookTransportOptions): Dispatcher {
  return new ProxyAgent({
    ...AGENT_OPTIONS,
    uri: proxyUrl,
    proxyTunnel: true,
    ...(ca !== undefined && { requestTls: { ca } }),
  });
}

/** The start of a body as text for a log. The status is known by now, so nothing that happens here is a failure. */
async function readStart(
  body: Dispatcher.ResponseData['body'],
  deadline: AbortController,
  timer: NodeJS.Timeout,
): Promise<string> {
  clearTimeout(timer);
  const bodyTimer = setTimeout(() => deadline.abort(), BODY_TIMEOUT_MS);
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > RESPONSE_MAX_BYTES) break;
    }
  } catch {
    // What came of it is enough.
  } finally {
    clearTimeout(bodyTimer);
  }
  return length === 0 ? '' : presentText(Buffer.concat(chunks));
}

/** Without what a database cannot keep or a terminal would act on. */
function presentText(bytes: Buffer): string {
  const text = bytes.toString('utf8', 0, LOGGED_CHARS * 4).replace(/[\p{Cc}\p{Cs}]/gu, (character) => {
    return character === '\n' || character === '\t' ? character : '\ufffd';
  });
  return [...text].slice(0, LOGGED_CHARS).join('');
}

/** By the runtime's codes, the first that fits. */
const CODES: readonly (readonly [codes: RegExp, fault: TransportFault])[] = [
  [/^UND_ERR_ABORTED$|TIME(D_?)?OUT/, 'timeout'],
  [/^(ENOTFOUND|EAI_AGAIN)$/, 'unresolvable'],
  [/^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/, 'unreachable'],
  [/^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/, 'certificate-expired'],
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, 'certificate-for-another-name'],
  [/SELF_SIGNED|UNABLE_TO_|^CERT_UNTRUSTED$/, 'certificate-untrusted'],
  [/CERT|TLS|SSL/, 'tls'],
];

function faultOf(error: unknown): TransportFault {
  const causes = [error, ...(error instanceof AggregateError ? error.errors : [])];
  if (causes.some((one) => one instanceof AddressRefusedError)) return 'address-refused';
  if (error instanceof DOMException) return 'timeout';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return CODES.find(([codes]) => codes.test(code))?.[1] ?? 'broken';
}
