import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

/** What the contract's document says comes back; written from it, not from the program. */
export interface AnchorAnswer {
  receipt_id: string;
  created_at: string;
  hash_hex: string;
  calendars_ok: number;
  calendars_total: number;
  low_redundancy: boolean;
  successes: { calendar: string; ots_path: string }[];
  failures: { calendar: string; error?: string }[];
}

export interface ReceiptAnswer {
  receipt_id: string;
  found: boolean;
  hash_hex: string;
  status: 'pending' | 'partial' | 'pinned';
  btc_pinned_at: string | null;
  calendars_ok: number;
  checks: { file: string; magic_ok: boolean; hash_match: boolean; ok: boolean }[];
}

export function randomDigest(): string {
  return randomBytes(32).toString('hex');
}

export async function postAnchor(
  url: string,
  digest = randomDigest(),
): Promise<{ status: number; body: AnchorAnswer }> {
  const response = await fetch(`${url}/api/anchor`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ hash_hex: digest }),
  });
  return { status: response.status, body: (await response.json()) as AnchorAnswer };
}

/** Anchors a random digest and expects that to work. */
export async function anchor(url: string): Promise<AnchorAnswer> {
  const { status, body } = await postAnchor(url);
  if (status !== 200) throw new Error(`anchoring answered ${status}: ${JSON.stringify(body)}`);
  return body;
}

/** The receipt as it is now, not as some cache has it. */
export async function readReceipt(url: string, id: string): Promise<ReceiptAnswer> {
  const response = await fetch(`${url}/api/verify/${id}`);
  if (response.status !== 200) throw new Error(`verify answered ${response.status}`);
  return (await response.json()) as ReceiptAnswer;
}

/** Asks again and again until `isDone`; gives up with what it saw last. */
export async function until<T>(read: () => Promise<T>, isDone: (value: T) => boolean, timeoutMs = 30_000): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await read();
    if (isDone(value)) return value;
    if (Date.now() > deadline) throw new Error(`still not so after ${timeoutMs} ms: ${JSON.stringify(value)}`);
    await delay(100);
  }
}
