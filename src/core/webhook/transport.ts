export type TransportFault =
  /** A private address, or another one that nothing is sent to. */
  | 'address-refused'
  | 'unresolvable'
  | 'unreachable'
  /** Of the receiver: its time is over, or has not begun. */
  | 'certificate-expired'
  | 'certificate-for-another-name'
  /** Nobody who is trusted vouches for it: self-signed, or without the certificates between. */
  | 'certificate-untrusted'
  /** Any other failure to agree on a secure connection. */
  | 'tls'
  /** No answer in time. */
  | 'timeout'
  /** The connection, or the answer. */
  | 'broken'
  /** Nothing was sent, since the secret could not be opened. */
  | 'unsigned';

/** What came of one attempt. */
export interface Exchange {
  /** Of the answer, also when it broke off after its headers; null when there was none. */
  readonly status: number | null;
  /** Null when there was an answer. */
  readonly fault: TransportFault | null;
  /** Start of the answer's body, fit for a log. */
  readonly response: string;
  /** Value of the Retry-After header, or null. */
  readonly retryAfter: string | null;
}

export interface WebhookTransport {
  /** One POST. Follows nothing, reads little of the answer, and never rejects. */
  send(request: {
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: Uint8Array;
    readonly timeoutMs: number;
  }): Promise<Exchange>;
}

/** What is wrong with an address that somebody wants events sent to, for people; null when it is fit. */
export type CheckUrl = (url: string) => string | null;

/** RFC 9110 section 10.2.3: seconds, or a date. Null for anything else. */
export function parseRetryAfter(value: string | null, now: number): number | null {
  if (value === null) return null;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const at = /GMT$/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}
