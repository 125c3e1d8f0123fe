import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { systemRandom } from '../../src/app/system.ts';
import { createEd25519Key } from '../../src/config/ed25519.ts';
import { IndexWorker } from '../../src/core/audio/index-worker.ts';
import { encodeItems } from '../../src/proof/fingerprint/items.ts';
import { type Policy, signPolicy } from '../../src/proof/fingerprint/policy.ts';
import { ALGORITHM, DESIGNED_THRESHOLDS, EXTRACTOR } from '../../src/proof/fingerprint/thresholds.ts';
import { send } from './send.ts';
import type { Customer, TrackoriginServer } from './trackorigin-server.ts';

export const DURATION_MS = 120_000;
const ITEMS = 948;

/** A recording as its prints are: every bit by lot, so that it is like no other. */
export interface TestRecording {
  readonly items: Uint32Array;
  readonly bandItems: Uint32Array;
  readonly sha256: string;
  readonly fingerprint: string;
  readonly fingerprint2: string;
}

export function makeRecording(items = randomItems(ITEMS), bandItems = randomItems(ITEMS + 12)): TestRecording {
  const sha256 = randomBytes(32).toString('hex');
  return { items, bandItems, sha256, fingerprint: encodeItems(items), fingerprint2: encodeItems(bandItems) };
}

export function randomItems(length: number): Uint32Array {
  const bytes = randomBytes(4 * length);
  return Uint32Array.from({ length }, (_, i) => bytes.readUInt32LE(4 * i));
}

/** The same with a share of its bits turned, as a codec does it: evenly spread, and not in the same way twice. */
export function worsen(items: Uint32Array, share: number): Uint32Array {
  return items.map((item) => {
    let flipped = item;
    for (let bit = 0; bit < 32; bit++) if (Math.random() < share) flipped ^= 1 << bit;
    return flipped >>> 0;
  });
}

const MEASUREMENT = {
  impostors: 400_000,
  falseMatches: 0,
  falseMatchUpperPpb: 7500,
  falseMatchPairsUpperPpb: 28_000,
  falseMatchModelPpb: 100,
  genuine: 900,
  falseNonMatches: 0,
  masters: 80,
  mastersMissed: 0,
  mastersMissedUpperPpb: 37_000_000,
};

/** A signed policy as an operator has it in a file. */
export function makePolicy(changes: Partial<Policy> = {}): unknown {
  const policy: Policy = {
    algorithm: ALGORITHM,
    extractor: EXTRACTOR,
    thresholds: DESIGNED_THRESHOLDS,
    heldOut: MEASUREMENT,
    development: MEASUREMENT,
    corpus: { description: 'test', recordings: 600, releases: 50, digest: '00'.repeat(32) },
    cohortDigest: null,
    isConfirmed: true,
    date: '2026-11-21',
    ...changes,
  };
  const { publicKey, sign } = createEd25519Key(systemRandom(32));
  return JSON.parse(new TextDecoder().decode(signPolicy(policy, publicKey, sign)));
}

export function idOf(policy: unknown): string {
  const { policy: inner } = policy as { policy: unknown };
  const sorted = JSON.stringify(sortNames(inner));
  return `fpp_${createHash('sha256').update(sorted).digest('hex').slice(0, 32)}`;
}

function sortNames(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, inner]) => [name, sortNames(inner)]));
}

export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly body: T;
  readonly headers: Headers;
}

export interface ErrorBody {
  readonly error: {
    readonly code: string;
    readonly details?: { readonly errors: { field: string; message: string }[] };
  };
}

/** Requests to a server, and what has to be there before them. */
export function audioWorld(server: TrackoriginServer) {
  async function ask<T = Record<string, unknown>>(
    method: string,
    path: string,
    bearer: string | null,
    body?: unknown,
  ): Promise<Answer<T>> {
    const authorization = bearer === null ? {} : { authorization: `Bearer ${bearer}` };
    const { json, ...answer } = await send(method, server.url + path, body, authorization);
    return { ...answer, body: json };
  }

  return {
    ask,
    verify: <T = Record<string, unknown>>(id: string, bearer: string | null, body: unknown) =>
      ask<T>('POST', `/api/v1/certificates/${id}/verify-audio`, bearer, body),

    /** A live certificate of a recording, decided on by an operator. */
    async certify(
      { accountId }: Customer,
      { sha256, fingerprint, fingerprint2 }: Partial<TestRecording> & { sha256: string },
      { isHighRisk = false, isSandbox = false } = {},
    ): Promise<string> {
      const made = await server.tracks.submissions.submit(
        { accountId, credentialId: null, isSandbox },
        {
          title: 'Lighthouse',
          sha256,
          durationMs: DURATION_MS,
          fingerprint: fingerprint ?? null,
          fingerprint2: fingerprint2 ?? null,
          metadata: {},
          declarations: { human_composition: true, human_performance: true, rights_held: true, ai_use: 'none' },
          artist: { handle: `a${randomBytes(8).toString('hex')}`, displayName: 'Mara Vex' },
        },
        null,
      );
      const order = { operatorId: accountId, verdict: 'verified', reason: 'Heard it.' } as const;
      const decided = await server.tracks.review.decide({
        ...order,
        ...{ submissionId: made.id, isHighRisk, allowsDuplicate: true },
      });
      return decided.decision!.certificateId!;
    },

    async acceptPolicy(policy: unknown = makePolicy()): Promise<string> {
      const order = { operatorId: 'test', reason: 'Measured.' };
      return (await server.audio.policies.accept(policy as never, null, order)).id;
    },

    index: () => new IndexWorker({ store: server.store }).run(new AbortController().signal),

    async makeOperator({ accountId }: Customer): Promise<void> {
      const { email } = (await server.store.account.find(accountId))!;
      assert.ok(await server.store.transact(({ account }) => account.setRole(email, 'operator')));
    },
  };
}
