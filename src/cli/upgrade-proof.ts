import { CodedError } from '../base/coded-error.ts';
import { encodeHex } from '../base/hex.ts';
import type { CalendarClient } from '../core/anchor/calendar-client.ts';
import { decodeTimestamp } from '../proof/ots/codec.ts';
import { graft, type Timestamp, walkAttestations } from '../proof/ots/timestamp.ts';

/** What came of asking one calendar. `skipped` ones are not in the list of those that may be asked. */
export interface Lookup {
  readonly uri: string;
  readonly result: 'found' | 'waiting' | 'failed' | 'skipped';
  readonly detail: string;
}

type Calendars = Pick<CalendarClient, 'lookup'>;

export interface UpgradeOptions {
  readonly calendars: Calendars;
  readonly isAllowed: (uri: string) => boolean;
  readonly signal: AbortSignal;
}

/** Asks once for what many proofs wait for: all receipts of a round were promised the same. */
export function askOnce(calendars: Calendars): Calendars {
  const asked = new Map<string, ReturnType<Calendars['lookup']>>();
  return {
    lookup(uri, commitment, signal) {
      const key = `${uri} ${encodeHex(commitment)}`;
      const known = asked.get(key) ?? calendars.lookup(uri, commitment, signal);
      asked.set(key, known);
      return known;
    },
  };
}

/** Each promise costs a request; no honest proof holds so many. */
const LOOKUPS_MAX = 64;

/**
 * Asks the calendars of every promise that has not led to Bitcoin yet, and merges what they answer. All of them, not
 * only until the first has something: the more calendars stand behind a proof, the less it depends on one.
 */
export async function upgradeProof(
  timestamp: Timestamp,
  { calendars, isAllowed, signal }: UpgradeOptions,
): Promise<{ timestamp: Timestamp; lookups: Lookup[] }> {
  const promises = new Map<string, { uri: string; commitment: Uint8Array }>();
  for (const node of walkUnfulfilled(timestamp)) {
    for (const attestation of node.attestations) {
      if (attestation.type !== 'pending') continue;
      promises.set(`${attestation.uri} ${encodeHex(node.message)}`, { uri: attestation.uri, commitment: node.message });
    }
  }
  let upgraded = timestamp;
  const lookups: Lookup[] = [];
  for (const { uri, commitment } of [...promises.values()].slice(0, LOOKUPS_MAX)) {
    if (!isAllowed(uri)) {
      lookups.push({ uri, result: 'skipped', detail: 'it is not in the list of calendars that may be asked' });
      continue;
    }
    try {
      const answer = await calendars.lookup(uri, commitment, signal);
      if (answer.found) upgraded = graft(upgraded, commitment, decodeTimestamp(answer.proof, commitment));
      lookups.push({ uri, result: answer.found ? 'found' : 'waiting', detail: answer.found ? '' : answer.reason });
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof CodedError)) throw error;
      lookups.push({ uri, result: 'failed', detail: error.message });
    }
  }
  return { timestamp: upgraded, lookups };
}

/** Whether some path leads to Bitcoin. */
export function reachesBitcoin(timestamp: Timestamp): boolean {
  for (const { attestation } of walkAttestations(timestamp)) if (attestation.type === 'bitcoin') return true;
  return false;
}

/** Nodes with a promise and nothing of Bitcoin below. */
function* walkUnfulfilled(node: Timestamp): Generator<Timestamp, void, undefined> {
  const isPromised = node.attestations.some(({ type }) => type === 'pending');
  if (isPromised && !reachesBitcoin(node)) yield node;
  for (const { stamp } of node.branches) yield* walkUnfulfilled(stamp);
}
