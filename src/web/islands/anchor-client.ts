import type { Item, ReceiptStatus } from './anchor-list.ts';
import { sayWait } from './words.ts';

/** Why a batch was not recorded, and what to do about it. */
export interface Refusal {
  /**
   * limit: the free allowance is used up. unreachable: no answer came, so nobody knows whether it was recorded.
   * busy: the server said that nothing was recorded. refused: it will not be taken as it is.
   */
  readonly kind: 'limit' | 'unreachable' | 'busy' | 'refused';
  readonly message: string;
  readonly retryAfterSeconds: number;
}

export type BatchAnswer =
  | { readonly results: readonly ({ receiptId: string } | { problem: string })[] }
  | { readonly refusal: Refusal };

export interface Credential {
  readonly header: 'X-Pack-Token' | 'X-Orpho-Api-Key';
  readonly secret: string;
}

const RETRY_SECONDS = 10;
const TIMEOUT_MS = 60_000;
/** The contract's: characters, of which a name may not have more. */
const LABEL_MAX_CHARS = 200;

/** A pack's token or an API key, told apart by its first letters; null when it is neither. */
export function parseCredential(text: string): Credential | null {
  const secret = text.trim();
  if (!/^[!-~]{8,200}$/.test(secret)) return null;
  return { header: secret.startsWith('orpho_') ? 'X-Orpho-Api-Key' : 'X-Pack-Token', secret };
}

/** `POST /api/anchor/batch`. Never rejects. */
export async function anchorBatch(
  items: readonly Item[],
  { withNames, credential }: { withNames: boolean; credential: Credential | null },
): Promise<BatchAnswer> {
  const hashes = items.map(({ sha256, sha512, path }) => ({
    hash_hex: sha256,
    sha512_hex: sha512,
    ...(withNames && { client_label: toLabel(path) }),
  }));
  try {
    const response = await fetch('/api/anchor/batch', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(credential !== null && { [credential.header]: credential.secret }),
      },
      body: JSON.stringify({ hashes }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const answer = await response.json().catch(() => null);
    if (response.ok && Array.isArray(answer?.results)) return { results: answer.results.map(readResult) };
    return { refusal: explain(response, answer) };
  } catch {
    return {
      refusal: {
        kind: 'unreachable',
        message: 'The server cannot be reached.',
        retryAfterSeconds: RETRY_SECONDS,
      },
    };
  }
}

export interface ReceiptState {
  readonly status: ReceiptStatus;
  readonly calendarsOk: number;
}

/** Null when it is not known at the moment; `gone` when there is no such receipt any more. */
export async function readReceiptState(receiptId: string): Promise<ReceiptState | 'gone' | null> {
  try {
    const response = await fetch(`/api/receipt/${receiptId}`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (response.status === 404) return 'gone';
    if (!response.ok) return null;
    const { status, calendars_ok } = await response.json();
    return { status, calendarsOk: calendars_ok };
  } catch {
    return null;
  }
}

function readResult(result: { ok?: unknown; receipt_id?: unknown; message?: unknown }) {
  if (result.ok === true && typeof result.receipt_id === 'string') return { receiptId: result.receipt_id };
  return { problem: typeof result.message === 'string' ? result.message : 'The server refused this file.' };
}

function explain(response: Response, answer: { message?: unknown; retry_after_seconds?: unknown } | null): Refusal {
  const seconds = Number(response.headers.get('retry-after') ?? answer?.retry_after_seconds);
  const retryAfterSeconds = Number.isFinite(seconds) && seconds > 0 ? seconds : RETRY_SECONDS;
  const says = typeof answer?.message === 'string' ? answer.message : null;
  if (response.status === 429) {
    const message = `The free allowance of your network is used up. The next upload of up to 50 files is free ${sayWait(retryAfterSeconds)}.`;
    return { kind: 'limit', message, retryAfterSeconds };
  }
  if (response.status >= 500) {
    const message = says ?? 'The server cannot take files at the moment.';
    return { kind: 'busy', message, retryAfterSeconds };
  }
  return { kind: 'refused', message: says ?? 'The server does not take these files.', retryAfterSeconds };
}

/** A name as the contract takes labels: 200 characters without control characters. The end of a path says most. */
export function toLabel(path: string): string {
  const clean = path.toWellFormed().replace(/\p{Cc}/gu, '');
  return [...clean].slice(-LABEL_MAX_CHARS).join('');
}
