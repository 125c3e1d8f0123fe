import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { verifyEd25519 } from '../../src/config/ed25519.ts';
import { encodeItems } from '../../src/proof/fingerprint/items.ts';
import { DESIGNED_THRESHOLDS } from '../../src/proof/fingerprint/thresholds.ts';
import { SYNTHETIC_MASTER } from '../../src/sandbox/synthetic-master.ts';
import {
  audioWorld,
  DURATION_MS,
  type ErrorBody,
  idOf,
  makePolicy,
  makeRecording,
  randomItems,
  worsen,
} from '../support/audio-world.ts';
import { ENGINES } from '../support/databases.ts';
import { type Customer, startTrackoriginServer, type TrackoriginServer } from '../support/trackorigin-server.ts';

interface Receipt {
  readonly [name: string]: unknown;
  readonly key_id: string;
  readonly signature: string;
}
interface Verified {
  readonly matched: boolean;
  readonly cert_status: string;
  readonly verification_policy_id: string | null;
  readonly policy_accepted: boolean;
  readonly requires_dual_fingerprint: boolean;
  readonly confidence: string;
  readonly score?: number;
  readonly band?: string;
  readonly reason?: string;
  readonly receipt?: Receipt;
}

const DOCUMENTED = [
  'cert_id',
  'matched',
  'cert_status',
  'cert_version',
  'cert_status_checked_at',
  'algorithm',
  'algorithm_version',
  'verification_policy_id',
  'policy_accepted',
  'requires_dual_fingerprint',
  'confidence',
  'score',
  'checked_at',
];
/** Ours, for everybody. */
const EVIDENCE = ['evidence', 'master_evidence'];
const SYNTHETIC = 'cer_test_synthetic';
const { fingerprint, fingerprint2, durationMs: duration_ms } = SYNTHETIC_MASTER;

for (const engine of ENGINES) {
  describe(`verify-audio (${engine})`, () => {
    let server: TrackoriginServer;
    let world: ReturnType<typeof audioWorld>;
    let partner: Customer;
    before(async () => {
      // Where a limit is what is tested, the test has a server of its own.
      const wide = { 'audio-address': 100_000, 'trackorigin-address': 100_000, 'trackorigin-secret-key': 100_000 };
      server = await startTrackoriginServer(engine, { limits: { ...wide, 'audio-certificate-account': 100_000 } });
      world = audioWorld(server);
      partner = await server.createCustomer();
    });
    after(() => server?.[Symbol.asyncDispose]());

    const verify = (id: string, bearer: string | null, body: unknown) => world.verify<Verified>(id, bearer, body);

    test('with a key the answer is the documented receipt, and more behind it', async () => {
      const answer = await verify(SYNTHETIC, partner.keys.sk_test, {
        fingerprint,
        duration_ms,
        algorithm: 'chromaprint',
      });
      assert.equal(answer.status, 200, JSON.stringify(answer.body));
      assert.deepEqual(Object.keys(answer.body).slice(0, DOCUMENTED.length), DOCUMENTED);
      const {
        cert_status_checked_at: at,
        checked_at,
        receipt,
        ...rest
      } = answer.body as unknown as Record<string, string>;
      for (const time of [at, checked_at]) assert.match(time!, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      assert.deepEqual(rest, {
        cert_id: SYNTHETIC,
        matched: true,
        cert_status: 'active',
        cert_version: 1,
        algorithm: 'chromaprint',
        algorithm_version: 1,
        verification_policy_id: 'fpp_sandbox',
        policy_accepted: true,
        requires_dual_fingerprint: false,
        confidence: 'high',
        score: 1,
        evidence: 'client_asserted',
        master_evidence: 'server_extracted',
        band: 'exact',
        reason: 'matched',
      });
      assert.ok(receipt);
    });

    test('the receipt is signed by a published key over exactly what was judged', async () => {
      const body = { fingerprint, fingerprint2, duration_ms };
      const { receipt } = (await verify(SYNTHETIC, partner.keys.pk_live, body)).body;
      const { signature, ...payload } = receipt!;
      const { keys } = (
        await world.ask<{ keys: { key_id: string; public_key: string }[] }>(
          ...(['GET', '/.well-known/trackorigin-public-key.json', null] as const),
        )
      ).body;
      const key = Buffer.from(keys.find(({ key_id }) => key_id === receipt!.key_id)!.public_key, 'base64');
      // RFC 8785 of a flat object: its names in order.
      const canonical = JSON.stringify(
        Object.fromEntries(Object.entries(payload).sort(([a], [b]) => (a < b ? -1 : 1))),
      );
      const message = new TextEncoder().encode(canonical);
      assert.ok(verifyEd25519(key, message, Buffer.from(signature, 'base64')));
      assert.equal(payload.format, 'touchmark/audio-receipt/1');
      assert.equal(
        payload.fingerprint_sha256,
        createHash('sha256').update(Buffer.from(fingerprint, 'base64')).digest('hex'),
      );
      assert.equal(payload.score_e4, 10_000);
    });

    test('without a key there is a coarse answer: no score, no band, no receipt', async () => {
      const { status, body, headers } = await verify(SYNTHETIC, null, { fingerprint, duration_ms });
      assert.equal(status, 200);
      assert.equal(headers.get('access-control-allow-origin'), '*');
      assert.equal(headers.get('cache-control'), 'no-store');
      assert.deepEqual(Object.keys(body), [...DOCUMENTED.filter((name) => name !== 'score'), ...EVIDENCE]);
      assert.deepEqual([body.matched, body.confidence], [true, 'high']);
    });

    test('without an accepted policy nothing live matches, with one it does, and after its withdrawal not any more', async () => {
      const recording = makeRecording();
      const id = await world.certify(partner, recording);
      const probe = { fingerprint: encodeItems(worsen(recording.items, 0.02)), duration_ms: DURATION_MS };
      const before = (await verify(id, partner.keys.sk_live, probe)).body;
      assert.deepEqual(
        [before.matched, before.confidence, before.policy_accepted, before.verification_policy_id, before.score],
        [false, 'uncalibrated', false, null, 0],
      );
      const operator = await server.createCustomer();
      const policy = makePolicy();
      const path = '/api/operator/policies';
      const order = { policy, reason: 'Measured on our catalogue.' };
      const refused = await world.ask<ErrorBody>('POST', path, operator.session, order);
      assert.deepEqual([refused.status, refused.body.error.code], [403, 'operator_required']);
      await world.makeOperator(operator);
      const accepted = await world.ask('POST', path, operator.session, order);
      assert.equal(accepted.status, 201, JSON.stringify(accepted.body));
      assert.deepEqual([accepted.body.id, accepted.body.state], [idOf(policy), 'in_force']);
      const now = (await verify(id, partner.keys.sk_live, probe)).body;
      assert.deepEqual(
        [now.matched, now.confidence, now.policy_accepted, now.verification_policy_id, now.band],
        [true, 'high', true, idOf(policy), 'strong'],
      );
      assert.ok(Math.abs(now.score! - 0.96) < 0.01);
      assert.match(String(now.score), /^0\.\d{1,4}$/);
      const end = await world.ask('POST', `${path}/${idOf(policy)}/withdraw`, operator.session, { reason: 'A flaw.' });
      assert.equal(end.status, 200);
      assert.equal((await verify(id, partner.keys.sk_live, probe)).body.confidence, 'uncalibrated');
      for (const unknown of [idOf(policy), 'fpp_none']) {
        const gone = await world.ask<ErrorBody>('POST', `${path}/${unknown}/withdraw`, operator.session, {
          reason: 'A.',
        });
        assert.deepEqual([gone.status, gone.body.error.code], [404, 'policy_not_found'], unknown);
      }
      const actions = await server.store.registry.listActions(idOf(policy), null, 10);
      assert.deepEqual(
        actions.map(({ type }) => type),
        ['policy.withdrawn', 'policy.accepted'],
      );
      // Sandbox certificates never need one.
      assert.equal((await verify(SYNTHETIC, null, { fingerprint, duration_ms })).body.policy_accepted, true);
    });

    test('the sandbox’s policy covers sandbox certificates alone, the accepted one live certificates alone', async () => {
      const recording = makeRecording();
      const { sha256, items } = recording;
      const live = await world.certify(partner, recording);
      const fixture = { title: 'T', artist: 'A', sha256, fingerprint: recording.fingerprint, duration_ms: DURATION_MS };
      const path = '/api/v1/sandbox/certificates';
      const { cert_id } = (await world.ask<{ cert_id: string }>('POST', path, partner.keys.sk_test, fixture)).body;
      const strict = { ...DESIGNED_THRESHOLDS, strongBer: 0.05, probableBer: 0.05 };
      const policyId = await world.acceptPolicy(makePolicy({ thresholds: strict }));
      const probe = { fingerprint: encodeItems(worsen(items, 0.1)), duration_ms: DURATION_MS };
      const judge = async (id: string, bearer: string) => {
        const { matched, band, verification_policy_id } = (await verify(id, bearer, probe)).body;
        return { matched, band, verification_policy_id };
      };
      const strong = { matched: true, band: 'strong', verification_policy_id: 'fpp_sandbox' };
      assert.deepEqual(await judge(cert_id, partner.keys.sk_test), strong);
      const refused = { matched: false, band: 'inconclusive', verification_policy_id: policyId };
      assert.deepEqual(await judge(live, partner.keys.sk_live), refused);
    });

    test('what is no confirmed policy, or was changed after it was signed, is not accepted', async () => {
      const operator = await server.createCustomer();
      await world.makeOperator(operator);
      const accept = async (policy: unknown, more = {}) => {
        const answer = await world.ask<ErrorBody>('POST', '/api/operator/policies', operator.session, {
          ...{ policy, reason: 'Try.' },
          ...more,
        });
        return `${answer.status} ${answer.body.error.code}`;
      };
      assert.equal(await accept(makePolicy({ isConfirmed: false })), '422 unconfirmed_policy');
      const changed = structuredClone(makePolicy()) as { policy: { date: string } };
      changed.policy.date = '2026-11-22';
      assert.equal(await accept(changed), '422 invalid_policy');
      assert.equal(await accept({ format: 1.5 }), '422 invalid_policy');
      assert.equal(await accept({}), '422 invalid_policy');
      assert.equal(await accept(makePolicy(), { cohort: { format: 'other' } }), '422 cohort_mismatch');
      assert.equal(await accept([]), '400 validation_error');
    });

    test('a certificate of high risk needs the second fingerprint, as soon as an operator says so', async () => {
      await world.acceptPolicy();
      const recording = makeRecording();
      const id = await world.certify(partner, recording);
      const body = { fingerprint: recording.fingerprint, duration_ms: DURATION_MS };
      assert.equal((await verify(id, partner.keys.sk_live, body)).body.matched, true);
      const order = { certificateId: id, operatorId: 'test', reason: 'Copied.' };
      await server.tracks.changes.setRisk(order, true);
      await server.audio.masters.refresh();
      const one = (await verify(id, partner.keys.sk_live, body)).body;
      assert.deepEqual([one.matched, one.requires_dual_fingerprint, one.reason], [false, true, 'second_print_missing']);
      const both = { ...body, fingerprint2: recording.fingerprint2 };
      assert.equal((await verify(id, partner.keys.sk_live, both)).body.matched, true);
      const wrong = { ...body, fingerprint2: encodeItems(randomItems(960)) };
      assert.equal((await verify(id, partner.keys.sk_live, wrong)).body.reason, 'second_print_differs');
    });

    test('a revoked certificate matches nothing', async () => {
      await world.acceptPolicy();
      const recording = makeRecording();
      const id = await world.certify(partner, recording);
      const body = { fingerprint: recording.fingerprint, duration_ms: DURATION_MS };
      await server.tracks.changes.revoke({ certificateId: id, operatorId: 'x', reason: 'So.' }, 'owner_request', null);
      await server.audio.masters.refresh();
      const answer = (await verify(id, partner.keys.sk_live, body)).body;
      assert.deepEqual(
        [answer.matched, answer.cert_status, answer.reason, answer.confidence],
        [false, 'revoked', 'certificate_revoked', 'low'],
      );
    });

    test('live keys see live certificates, test keys those of the sandbox, and the form of an id is judged first', async () => {
      const recording = makeRecording();
      const live = await world.certify(partner, recording);
      const body = { fingerprint: recording.fingerprint, duration_ms: DURATION_MS };
      const fixture = { title: 'T', artist: 'A', sha256: recording.sha256, ...body };
      const made = await world.ask('POST', '/api/v1/sandbox/certificates', partner.keys.sk_test, fixture);
      const test = String(made.body.cert_id);
      const codes = async (id: string, bearer: string | null) => {
        const answer = await verify(id, bearer, body);
        return answer.status === 200 ? 200 : `${answer.status} ${(answer.body as unknown as ErrorBody).error.code}`;
      };
      assert.equal(await codes(live, partner.keys.sk_test), '404 certificate_not_found');
      assert.equal(await codes(test, partner.keys.sk_live), '404 certificate_not_found');
      assert.equal(await codes(test, partner.keys.sk_test), 200);
      assert.equal(await codes(test, null), 200);
      assert.equal(await codes('cer_none', null), '404 certificate_not_found');
      assert.equal(await codes('nonsense', null), '400 invalid_certificate_id');
      assert.equal(await codes(live, 'to_sk_live_wrong'), '401 invalid_api_key');
      assert.equal((await verify(test, partner.keys.sk_test, body)).body.matched, true);
    });

    test('a certificate without a fingerprint says so', async () => {
      const id = await world.certify(partner, { sha256: makeRecording().sha256 });
      const answer = await verify(id, partner.keys.sk_live, { fingerprint, duration_ms });
      assert.equal(answer.status, 422);
      assert.equal((answer.body as unknown as ErrorBody).error.code, 'fingerprint_unavailable');
    });

    test('every bad input has a clear error, or is cleanly no match', async () => {
      const refusals: [string, unknown, string, RegExp?][] = [
        ['not base64', { fingerprint: '[1,2,3]', duration_ms }, '422 undecodable_fingerprint', /base64/],
        ['no whole items', { fingerprint: 'AAAAAAA=', duration_ms }, '422 undecodable_fingerprint', /32-bit/],
        ['empty', { fingerprint: '', duration_ms }, '422 undecodable_fingerprint', /empty/],
        [
          'compressed',
          { fingerprint: 'AQADtEmUaEkSRZEGAAAAAAAAAAAAAA', duration_ms },
          '422 undecodable_fingerprint',
          /fpcalc -raw/,
        ],
        ['a list', { fingerprint: [1, 2], duration_ms }, '400 validation_error'],
        [
          'another algorithm',
          { fingerprint, duration_ms, algorithm: 'landmark' },
          '422 unsupported_algorithm',
          /chroma/,
        ],
        [
          'one item',
          { fingerprint: encodeItems(randomItems(1)), duration_ms },
          '422 degenerate_fingerprint',
          /silence/,
        ],
        [
          'silence',
          { fingerprint: encodeItems(new Uint32Array(370).fill(627964279)), duration_ms },
          '422 degenerate_fingerprint',
        ],
        [
          'silence as the second',
          { fingerprint, fingerprint2: encodeItems(new Uint32Array(370).fill(0)), duration_ms },
          '422 degenerate_fingerprint',
        ],
        [
          'many masters in a row',
          { fingerprint: encodeItems(randomItems(30_000)), duration_ms },
          '422 undecodable_fingerprint',
          /ten minutes/,
        ],
        ['a day of items', { fingerprint: encodeItems(randomItems(698_000)), duration_ms }, '413 body_too_large'],
        ['no fingerprint', { duration_ms }, '400 validation_error'],
        ['a part of a millisecond', { fingerprint, duration_ms: 48_000.5 }, '400 validation_error'],
        ['no time at all', { fingerprint, duration_ms: 0 }, '400 validation_error'],
        ['a text', { fingerprint, duration_ms: '48000' }, '400 validation_error'],
        ['not a number', `{"fingerprint":"${fingerprint}","duration_ms":NaN}`, '400 invalid_json'],
      ];
      for (const bearer of [null, partner.keys.sk_test]) {
        for (const [name, body, expected, message] of refusals) {
          const answer = await world.verify<ErrorBody>(SYNTHETIC, bearer, body);
          assert.equal(`${answer.status} ${answer.body.error.code}`, expected, name);
          if (message !== undefined) assert.match(JSON.stringify(answer.body.error), message, name);
        }
      }
      const items = Buffer.from(fingerprint, 'base64');
      const joined = Buffer.concat([items, ...[1, 2, 3].map(() => Buffer.from(makeRecording().fingerprint, 'base64'))]);
      const row = { fingerprint: joined.toString('base64') };
      /** The time that so many items take. */
      const rowMs = Math.ceil(((joined.length / 4 + 18) * 1365 + 4096) / 11.025);
      const clean: [string, object, string][] = [
        ['no duration', { fingerprint }, 'duration_missing'],
        ['half of it', { fingerprint: items.subarray(0, 4 * 180).toString('base64'), duration_ms }, 'wrong_item_count'],
        ['a lie about the duration', { fingerprint, duration_ms: 120_000 }, 'wrong_item_count'],
        ['the master and three others in a row', { ...row, duration_ms }, 'wrong_item_count'],
        ['the same for as long as it is', { ...row, duration_ms: rowMs }, 'durations_differ'],
        ['somebody else', { fingerprint: encodeItems(randomItems(items.length / 4)), duration_ms }, 'bits_differ'],
      ];
      for (const [name, body, reason] of clean) {
        const answer = await verify(SYNTHETIC, partner.keys.sk_test, body);
        assert.deepEqual([answer.status, answer.body.matched, answer.body.reason], [200, false, reason], name);
      }
    });
  });

  describe(`limits of verify-audio (${engine})`, () => {
    test('an account that climbs from score to score is stopped before it has gained anything, at one certificate', async () => {
      await using server = await startTrackoriginServer(engine);
      const world = audioWorld(server);
      await world.acceptPolicy();
      const attacker = await server.createCustomer();
      const victim = makeRecording();
      const id = await world.certify(attacker, victim);
      const second = await server.keys.service.mint({
        ...{ accountId: attacker.accountId, kind: 'trackorigin-publishable-live', name: null, scopes: null },
        expiresAt: null,
      });
      let best = randomItems(948);
      let bestScore = 0;
      let answered = 0;
      for (let query = 0; ; query++) {
        assert.ok(query <= 200, 'the budget ends');
        const probe = worsen(best, 0.01);
        // A second key is no second budget.
        const bearer = query % 2 === 0 ? attacker.keys.sk_live : second.secret;
        const body = { fingerprint: encodeItems(probe), duration_ms: DURATION_MS };
        const answer = await world.verify<Verified>(id, bearer, body);
        if (answer.status === 429) {
          assert.ok(Number(answer.headers.get('retry-after')) >= 1);
          break;
        }
        answered++;
        if (answer.body.score! > bestScore) [best, bestScore] = [probe, answer.body.score!];
      }
      assert.ok(answered <= 100 && bestScore < 0.15, `${answered} answers, score ${bestScore}`);
      // The exact recording is refused to this account too, and to nobody else.
      const body = { fingerprint: victim.fingerprint, duration_ms: DURATION_MS };
      assert.equal((await world.verify(id, attacker.keys.sk_live, body)).status, 429);
      const order = { accountId: attacker.accountId, operatorId: 'test', note: 'A distributor' };
      await server.tracks.integrators.allow(order);
      const rendition = { ...body, cert_id: id, sha256: makeRecording().sha256 };
      const refused = await world.ask<ErrorBody>('POST', '/api/v1/renditions', attacker.keys.sk_live, rendition);
      assert.deepEqual([refused.status, refused.body.error.code], [429, 'rate_limit_exceeded']);
      assert.ok(Number(refused.headers.get('retry-after')) >= 1);
      const another = await world.certify(attacker, makeRecording());
      assert.equal((await world.verify(another, attacker.keys.sk_live, body)).status, 200);
      const other = await server.createCustomer();
      assert.equal((await world.verify<Verified>(id, other.keys.sk_live, body)).body.matched, true);
    });

    test('who has no key has a limit of its own, below that of reading', async () => {
      await using server = await startTrackoriginServer(engine);
      const world = audioWorld(server);
      const statuses: number[] = [];
      for (let i = 0; i < 21; i++)
        statuses.push((await world.verify(SYNTHETIC, null, { fingerprint, duration_ms })).status);
      assert.deepEqual([...new Set(statuses)], [200, 429]);
      assert.equal(statuses.filter((status) => status === 200).length, 20);
      assert.equal((await world.ask('GET', `/api/v1/certificates/${SYNTHETIC}`, null)).status, 200);
    });
  });
}
