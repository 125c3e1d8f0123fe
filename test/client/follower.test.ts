import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, describe, test } from 'node:test';
import { formatCanonical, type JsonValue } from '../../src/base/canonical-json.ts';
import {
  createMemoryState,
  type FollowErrorCode,
  RevocationFollower,
  type StateStore,
  sealIsVisible,
} from '../../src/client/index.ts';
import { createEd25519Key } from '../../src/config/ed25519.ts';

const MINUTE_MS = 60_000;
const START = Date.parse('2026-06-01T09:00:00Z');
const KEY = createEd25519Key(new Uint8Array(32).fill(1));
const OTHER_KEY = createEd25519Key(new Uint8Array(32).fill(2));
const trustedKeys = [{ keyId: 'key_1', publicKey: Buffer.from(KEY.publicKey).toString('base64') }];
const SERVED = 'ab'.repeat(32);

type Events = readonly (readonly [id: string, sequence: number])[];

interface Signed {
  sequence: number;
  revoked: Events;
  at?: number;
  expires?: number;
  key?: typeof KEY;
  keyId?: string;
  more?: Record<string, JsonValue>;
}

function sign({
  sequence,
  revoked,
  at = now,
  expires = at + 15 * MINUTE_MS,
  key = KEY,
  keyId = 'key_1',
  more = {},
}: Signed): string {
  const payload = {
    format: 'touchmark/revocations/1',
    registry: 'trackorigin',
    sequence,
    generated_at: new Date(at).toISOString(),
    expires_at: new Date(expires).toISOString(),
    key_id: keyId,
    revoked: revoked.map(([cert_id, sequence]) => ({
      cert_id,
      sequence,
      revoked_at: new Date(START).toISOString(),
      reason: 'owner_request',
    })),
    ...more,
  };
  const signature = Buffer.from(key.sign(new TextEncoder().encode(formatCanonical(payload)))).toString('base64');
  return formatCanonical({ ...payload, signature });
}

function feedOf(sequence: number, events: Events, more: Record<string, unknown> = {}): string {
  return JSON.stringify({
    sequence,
    generated_at: new Date(now).toISOString(),
    has_more: false,
    events: events.map(([cert_id, sequence]) => ({ sequence, type: 'cert.revoked', cert_id })),
    ...more,
  });
}

/** What the hostile server says; a number is a status without a body. */
let snapshot: string | number;
let feed: (since: number) => string | number;
let now: number;

describe('a follower of revocations', () => {
  const server = createServer((request, response) => {
    const url = new URL(request.url!, 'http://localhost');
    const answer = url.pathname.startsWith('/.well-known')
      ? snapshot
      : feed(Number(url.searchParams.get('since_sequence')));
    if (answer === 302) response.setHeader('location', '/.well-known/elsewhere');
    response.statusCode = typeof answer === 'number' ? answer : 200;
    response.end(typeof answer === 'number' ? '' : answer);
  });
  let baseUrl: string;
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => void server.close());
  beforeEach(() => {
    now = START;
    snapshot = sign({ sequence: 10, revoked: [['cer_A', 7]] });
    feed = () => feedOf(10, [['cer_A', 7]]);
  });

  const follow = (options: { state?: StateStore; apiKey?: string } = {}) =>
    new RevocationFollower({ baseUrl, trustedKeys, now: () => now, ...options });
  const binding = (certificateId: string) => ({ state: 'verified', certificateId, servedSha256: SERVED });
  const shows = (follower: RevocationFollower, id = 'cer_B') => sealIsVisible(binding(id), SERVED, follower);
  const pollFor = async (follower: RevocationFollower): Promise<FollowErrorCode | 'good'> => {
    const { problems } = await follower.poll();
    return problems[0]?.code ?? 'good';
  };

  test('shows nothing before a good answer, then all but what is revoked', async () => {
    const follower = follow();
    assert.equal(shows(follower), false);
    assert.equal(await pollFor(follower), 'good');
    assert.deepEqual([shows(follower), shows(follower, 'cer_A')], [true, false]);
  });

  test('goes on over quiet days and new revocations', async () => {
    const follower = follow();
    await follower.poll();
    now += 10 * MINUTE_MS;
    snapshot = sign({ sequence: 10, revoked: [['cer_A', 7]] });
    assert.equal(await pollFor(follower), 'good');
    now += 10 * MINUTE_MS;
    assert.equal(shows(follower), true);
    snapshot = sign({
      sequence: 12,
      revoked: [
        ['cer_A', 7],
        ['cer_B', 12],
      ],
    });
    assert.equal(await pollFor(follower), 'good');
    assert.equal(shows(follower), false);
    assert.equal(shows(follower, 'cer_C'), true);
  });

  test('fails closed after 15 minutes without news, however they are withheld', async () => {
    const refusals: [string | number, FollowErrorCode][] = [
      [500, 'unreachable'],
      [404, 'unreachable'],
      [302, 'unreachable'],
      ['', 'bad-answer'],
      ['[]', 'bad-answer'],
      ['{"sequence":1}', 'bad-answer'],
      [snapshot, 'stale'],
    ];
    for (const [answer, code] of refusals) {
      now = START;
      snapshot = sign({ sequence: 10, revoked: [['cer_A', 7]] });
      const follower = follow();
      await follower.poll();
      now += 15 * MINUTE_MS;
      assert.equal(shows(follower), true);
      now += 1;
      snapshot = answer;
      assert.equal(await pollFor(follower), code);
      assert.equal(shows(follower), false, code);
      snapshot = sign({ sequence: 10, revoked: [['cer_A', 7]] });
      assert.equal(await pollFor(follower), 'good');
      assert.equal(shows(follower), true);
    }
  });

  test('freeze: the same signed list again is good only until it is 15 minutes old', async () => {
    const follower = follow();
    await follower.poll();
    now += 14 * MINUTE_MS;
    assert.equal(await pollFor(follower), 'good');
    now += 2 * MINUTE_MS;
    assert.equal(await pollFor(follower), 'stale');
    assert.equal(shows(follower), false);
    assert.deepEqual(follower.evidence, []);
  });

  test('rollback: an older list is not believed, and a lower head that is signed later is evidence', async () => {
    const old = snapshot;
    const follower = follow();
    now += MINUTE_MS;
    snapshot = sign({
      sequence: 12,
      revoked: [
        ['cer_A', 7],
        ['cer_B', 12],
      ],
    });
    const newest = snapshot;
    await follower.poll();
    snapshot = old;
    assert.equal(await pollFor(follower), 'stale');
    assert.equal(shows(follower, 'cer_B'), false);
    assert.equal(shows(follower, 'cer_C'), true);
    now += MINUTE_MS;
    snapshot = sign({ sequence: 11, revoked: [['cer_A', 7]] });
    assert.equal(await pollFor(follower), 'rollback');
    assert.equal(shows(follower, 'cer_C'), false);
    const [evidence] = follower.evidence;
    assert.deepEqual([evidence!.before, evidence!.after], [newest, snapshot]);
  });

  test('a server that goes on contradicting itself adds nothing to the evidence there is', async () => {
    const follower = follow();
    await follower.poll();
    for (let minute = 0; minute < 3; minute++) {
      now += MINUTE_MS;
      snapshot = sign({ sequence: 1, revoked: [] });
      assert.equal(await pollFor(follower), 'rollback');
    }
    assert.deepEqual(
      follower.evidence.map(({ foundAt }) => foundAt),
      [START + MINUTE_MS],
    );
  });

  test('equivocation: two signed lists that contradict each other are both kept, over a restart, and nothing is shown', async () => {
    const lists: Events[] = [
      [],
      [['cer_B', 7]],
      [['cer_A', 6]],
      [
        ['cer_Z', 3],
        ['cer_A', 7],
      ],
    ];
    for (const revoked of lists) {
      for (const sequence of [10, 11]) {
        now = START;
        snapshot = sign({ sequence: 10, revoked: [['cer_A', 7]] });
        const first = snapshot;
        const state = createMemoryState();
        const follower = follow({ state });
        await follower.poll();
        now += MINUTE_MS;
        snapshot = sign({ sequence, revoked });
        assert.equal(await pollFor(follower), 'equivocation');
        const restarted = follow({ state });
        const second = snapshot;
        snapshot = sign({ sequence: 20, revoked: [['cer_A', 7]] });
        await restarted.poll();
        for (const one of [follower, restarted]) {
          assert.deepEqual([one.evidence[0]!.before, one.evidence[0]!.after], [first, second]);
          assert.equal(shows(one, 'cer_C'), false);
        }
        await restarted.forgive();
        assert.equal(shows(restarted, 'cer_C'), false);
        assert.equal(await pollFor(restarted), 'good');
        assert.deepEqual([shows(restarted, 'cer_C'), shows(restarted, 'cer_A')], [true, false]);
      }
    }
  });

  test('what is not signed by a trusted key is nothing', async () => {
    const good = { sequence: 10, revoked: [['cer_A', 7]] } as const;
    const forged: [string, FollowErrorCode][] = [
      [sign({ ...good, key: OTHER_KEY }), 'bad-signature'],
      [sign({ ...good, keyId: 'key_2', key: OTHER_KEY }), 'unknown-key'],
      [sign(good).replace('"sequence":10', '"sequence":11'), 'bad-signature'],
      [sign(good).replace('cer_A', 'cer_B'), 'bad-signature'],
      [sign(good).replace(/"signature":"..../, '"signature":"AAAA'), 'bad-signature'],
      [sign(good).replace(/"signature":"[^"]*"/, '"signature":"x"'), 'bad-signature'],
      [sign({ ...good, at: now + 2 * MINUTE_MS }), 'bad-time'],
      [sign({ ...good, expires: now }), 'stale'],
      [sign({ ...good, revoked: [['cer_A', 11]] }), 'bad-answer'],
      [
        sign({
          ...good,
          revoked: [
            ['cer_A', 7],
            ['cer_B', 7],
          ],
        }),
        'bad-answer',
      ],
      [
        sign({
          ...good,
          revoked: [
            ['cer_A', 6],
            ['cer_A', 7],
          ],
        }),
        'bad-answer',
      ],
      [sign({ ...good, revoked: [['../x', 7]] }), 'bad-answer'],
      [sign({ ...good, more: { head: 9 } }), 'bad-answer'],
    ];
    for (const [answer, code] of forged) {
      snapshot = answer;
      const follower = follow();
      assert.equal(await pollFor(follower), code, answer);
      assert.equal(shows(follower), false);
    }
    snapshot = sign({ ...good, more: { head: 10, added_later: true } });
    assert.equal(await pollFor(follow()), 'good');
  });

  test('the feed is early news: what it revokes is hidden before the signed list has it', async () => {
    const follower = follow({ apiKey: 'to_sk_live_x' });
    feed = (since) =>
      since < 12
        ? feedOf(12, [
            ['cer_A', 7],
            ['cer_B', 12],
          ])
        : feedOf(12, []);
    assert.equal(await pollFor(follower), 'good');
    assert.deepEqual([shows(follower), shows(follower, 'cer_C')], [false, true]);
    assert.equal(await pollFor(follower), 'good');
    now += 16 * MINUTE_MS;
    snapshot = sign({
      sequence: 12,
      revoked: [
        ['cer_A', 7],
        ['cer_B', 12],
      ],
    });
    feed = () => 500;
    assert.equal(await pollFor(follower), 'unreachable');
    assert.equal(shows(follower, 'cer_C'), false, 'a stale feed is as bad as a stale list');
  });

  test('a long feed is read in parts', async () => {
    const all: Events = Array.from({ length: 10 }, (_, i) => [`cer_${i}`, i + 1]);
    snapshot = sign({ sequence: 10, revoked: all });
    feed = (since) => {
      const part = all.slice(since, since + 3);
      const isLast = since + 3 >= 10;
      return feedOf(isLast ? 10 : part.at(-1)![1], part, { has_more: !isLast });
    };
    const follower = follow({ apiKey: 'to_sk_live_x' });
    assert.equal(await pollFor(follower), 'good');
    assert.ok(all.every(([id]) => follower.isRevoked(id)));
  });

  test('a feed whose head goes back, or that is out of order, is not believed', async () => {
    const state = createMemoryState();
    await follow({ apiKey: 'to_sk_live_x', state }).poll();
    const bad: [string, FollowErrorCode][] = [
      [feedOf(9, []), 'rollback'],
      [feedOf(10, [['cer_Q', 9]]), 'bad-answer'],
      [feedOf(12, [['cer_Q', 13]]), 'bad-answer'],
      [
        feedOf(13, [
          ['cer_Q', 12],
          ['cer_R', 11],
        ]),
        'bad-answer',
      ],
      [feedOf(10, [], { has_more: true }), 'bad-answer'],
      [feedOf(10, [], { generated_at: new Date(now - 1).toISOString() }), 'stale'],
      [feedOf(-1, []), 'bad-answer'],
      ['{}', 'bad-answer'],
    ];
    for (const [answer, code] of bad) {
      feed = () => answer;
      const follower = follow({ apiKey: 'to_sk_live_x', state });
      assert.equal(await pollFor(follower), code, answer);
      assert.equal(follower.isRevoked('cer_Q'), false);
    }
  });

  test('gap: a revocation that the feed left out, or that only the feed has, is found by the signed list', async () => {
    for (const inFeed of [
      [],
      [
        ['cer_A', 7],
        ['cer_X', 9],
      ],
    ] satisfies Events[]) {
      const follower = follow({ apiKey: 'to_sk_live_x' });
      feed = () => feedOf(10, inFeed);
      assert.equal(await pollFor(follower), 'gap');
      assert.equal(follower.isRevoked('cer_A'), true);
      assert.equal(shows(follower, 'cer_C'), false);
      assert.equal(follower.evidence[0]!.after, snapshot);
    }
  });

  test('a key whose feed is not that of live certificates is refused before it can accuse an honest server', () => {
    for (const apiKey of ['to_sk_test_x', 'to_pk_test_x', 'x to_sk_live_x', '']) {
      assert.throws(() => follow({ apiKey }), { code: 'bad-api-key', message: /live key/ }, apiKey);
    }
    for (const apiKey of ['to_sk_live_x', 'to_pk_live_x']) follow({ apiKey });
  });

  test('a restart goes on where it was: an old head cannot be sold as new', async () => {
    const state = createMemoryState();
    const old = snapshot;
    now += MINUTE_MS;
    snapshot = sign({
      sequence: 12,
      revoked: [
        ['cer_A', 7],
        ['cer_B', 12],
      ],
    });
    await follow({ state }).poll();
    snapshot = old;
    const restarted = follow({ state });
    assert.equal(await pollFor(restarted), 'stale');
    assert.equal(restarted.isRevoked('cer_B'), true);
    for (const text of ['', '{', '{}', 'null', '{"format":"touchmark/follower/1"}']) {
      await state.save(text);
      await assert.rejects(follow({ state }).poll(), { code: 'bad-state' });
    }
  });

  test('a store that fails is told, and hides what is revoked all the same', async () => {
    const state = { load: async () => null, save: () => Promise.reject(new Error('disk full')) };
    const follower = follow({ state });
    await assert.rejects(follower.poll(), /disk full/);
    assert.equal(shows(follower, 'cer_A'), false);
  });

  test('run polls until it is told to stop', async () => {
    const stop = new AbortController();
    const follower = follow();
    let polls = 0;
    await follower.run(stop.signal, {
      intervalMs: 1,
      onReport: () => {
        if (++polls === 3) stop.abort();
      },
    });
    assert.equal(polls, 3);
    assert.equal(shows(follower), true);
  });

  test('the gate shows a seal only when every line of the guide holds', async () => {
    const follower = follow();
    await follower.poll();
    const good = binding('cer_B');
    assert.equal(sealIsVisible(good, SERVED.toUpperCase(), follower), true);
    for (const bad of [
      null,
      { ...good, state: 'pending' },
      { ...good, state: '' },
      { ...good, certificateId: null },
      { ...good, certificateId: 'cer_A' },
      { ...good, certificateId: 'cer_<script>' },
      { ...good, certificateId: 'cer_test_synthetic' },
      { ...good, servedSha256: null },
      { ...good, servedSha256: '' },
      { ...good, servedSha256: 'cd'.repeat(32) },
    ]) {
      assert.equal(sealIsVisible(bad, SERVED, follower), false, JSON.stringify(bad));
    }
    assert.equal(sealIsVisible(good, 'cd'.repeat(32), follower), false);
    assert.equal(sealIsVisible({ ...good, servedSha256: '' }, '', follower), false);
    const sandbox = binding('cer_test_synthetic');
    assert.equal(sealIsVisible(sandbox, SERVED, follower, { allowSandbox: true }), true);
  });
});
