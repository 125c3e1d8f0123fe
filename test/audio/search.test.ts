import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { chooseHashes } from '../../src/core/audio/search-hashes.ts';
import { encodeItems } from '../../src/proof/fingerprint/items.ts';
import { DESIGNED_THRESHOLDS } from '../../src/proof/fingerprint/thresholds.ts';
import { SYNTHETIC_MASTER } from '../../src/sandbox/synthetic-master.ts';
import {
  audioWorld,
  DURATION_MS,
  type ErrorBody,
  makePolicy,
  makeRecording,
  randomItems,
  worsen,
} from '../support/audio-world.ts';
import { ENGINES } from '../support/databases.ts';
import { type Customer, startTrackoriginServer, type TrackoriginServer } from '../support/trackorigin-server.ts';

interface Lead {
  readonly cert_id: string;
  readonly band: string;
  readonly master_evidence: string;
  readonly score: number;
  readonly offset_seconds: number;
  readonly shared_hashes: number;
}
interface Found {
  readonly leads: { readonly exact: readonly Lead[]; readonly similar: readonly Lead[] };
  readonly verification_policy_id: string | null;
  readonly policy_accepted: boolean;
  readonly evidence: string;
}

/** As close as a copy, with other hashes: an upper bit of each item is turned, but for so many of those asked for. */
function disguise(items: Uint32Array, shared: number): Uint32Array {
  const kept = new Set(chooseHashes(items).slice(0, shared));
  return items.map((item) => (kept.has(item >>> 4) ? item : item ^ 0x80000000));
}

for (const engine of ENGINES) {
  describe(`search by audio (${engine})`, () => {
    let server: TrackoriginServer;
    let world: ReturnType<typeof audioWorld>;
    let label: Customer;
    before(async () => {
      server = await startTrackoriginServer(engine, { limits: { 'trackorigin-address': 100_000 } });
      world = audioWorld(server);
      label = await server.createCustomer();
    });
    after(() => server?.[Symbol.asyncDispose]());

    const search = (body: unknown, bearer: string | null = label.keys.pk_live) =>
      world.ask<Found & ErrorBody>('POST', '/api/v1/audio/search', bearer, body);
    const idsOf = (leads: readonly Lead[]) => leads.map(({ cert_id }) => cert_id);

    test('a recording is found by a worse copy of it, a clip of it apart, and a stranger finds nothing', async () => {
      const recording = makeRecording();
      const id = await world.certify(label, recording);
      for (let i = 0; i < 5; i++) await world.certify(label, makeRecording());
      await world.index();
      const copy = { fingerprint: encodeItems(worsen(recording.items, 0.03)), duration_ms: DURATION_MS };
      const whole = await search(copy);
      assert.equal(whole.status, 200, JSON.stringify(whole.body));
      assert.deepEqual([idsOf(whole.body.leads.exact), whole.body.leads.similar], [[id], []]);
      const [lead] = whole.body.leads.exact;
      assert.ok(lead!.score > 0.9 && /^0\.\d{1,2}$/.test(String(lead!.score)) && lead!.shared_hashes >= 4);
      assert.equal(whole.body.evidence, 'client_asserted');
      const clip = encodeItems(worsen(recording.items.subarray(300, 540), 0.02));
      const part = (await search({ fingerprint: clip, duration_ms: 32_000 })).body.leads;
      assert.deepEqual([part.exact, idsOf(part.similar)], [[], [id]]);
      assert.ok(Math.abs(part.similar[0]!.offset_seconds - 37.14) < 0.2);
      const none = (await search({ fingerprint: encodeItems(randomItems(948)), duration_ms: DURATION_MS })).body.leads;
      assert.deepEqual(none, { exact: [], similar: [] });
    });

    test('four shared hashes make a lead, three do not, and of many the twenty are compared that share most', async () => {
      const { items, fingerprint } = makeRecording();
      const certify = (shared: number) => world.certify(label, makeRecording(disguise(items, shared)));
      await certify(3);
      const eldest = await certify(4);
      await certify(4);
      const near = await Promise.all(Array.from({ length: 19 }, () => certify(5)));
      await world.index();
      for (let again = 0; again < 2; again++) {
        const { leads } = (await search({ fingerprint, duration_ms: DURATION_MS })).body;
        assert.deepEqual(idsOf(leads.exact).toSorted(), [eldest, ...near].toSorted(), 'of equal ones the older');
        assert.deepEqual(leads.similar, []);
        assert.equal(leads.exact.find(({ cert_id }) => cert_id === eldest)!.shared_hashes, 4);
      }
    });

    test('what is revoked is no lead', async () => {
      const recording = makeRecording();
      const id = await world.certify(label, recording);
      await world.index();
      const body = { fingerprint: recording.fingerprint, duration_ms: DURATION_MS };
      assert.deepEqual(idsOf((await search(body)).body.leads.exact), [id]);
      await server.tracks.changes.revoke({ certificateId: id, operatorId: 'x', reason: 'So.' }, 'owner_request', null);
      assert.deepEqual((await search(body)).body.leads, { exact: [], similar: [] });
    });

    test('a test key searches its own sandbox and what everybody has there; a live key nothing of it', async () => {
      const recording = makeRecording();
      const { sha256, fingerprint } = recording;
      const fixture = { title: 'T', artist: 'A', sha256, fingerprint, duration_ms: DURATION_MS };
      const made = await world.ask('POST', '/api/v1/sandbox/certificates', label.keys.sk_test, fixture);
      await world.index();
      const other = await server.createCustomer();
      const body = { fingerprint, duration_ms: DURATION_MS };
      const found = async (bearer: string) => idsOf((await search(body, bearer)).body.leads.exact);
      assert.deepEqual(await found(label.keys.sk_test), [made.body.cert_id]);
      assert.deepEqual(await found(other.keys.sk_test), []);
      assert.deepEqual(await found(label.keys.sk_live), []);
      const synthetic = { fingerprint: SYNTHETIC_MASTER.fingerprint, duration_ms: SYNTHETIC_MASTER.durationMs };
      assert.deepEqual(idsOf((await search(synthetic, other.keys.pk_test)).body.leads.exact), ['cer_test_synthetic']);
    });

    test('it takes a key and a readable fingerprint', async () => {
      const body = { fingerprint: encodeItems(randomItems(948)) };
      assert.equal((await search(body, null)).body.error.code, 'missing_api_key');
      assert.equal((await search({ fingerprint: 'x' })).body.error.code, 'undecodable_fingerprint');
      assert.equal((await search({})).body.error.code, 'validation_error');
      assert.equal((await search(body)).status, 200);
    });

    test('an answer names the policy, the band, and who made the prints on both sides', async () => {
      const { fingerprint, durationMs: duration_ms } = SYNTHETIC_MASTER;
      const ofSandbox = (await search({ fingerprint, duration_ms }, label.keys.pk_test)).body;
      const [everybodys] = ofSandbox.leads.exact;
      assert.deepEqual([ofSandbox.verification_policy_id, ofSandbox.policy_accepted], ['fpp_sandbox', true]);
      assert.deepEqual([everybodys!.band, everybodys!.master_evidence], ['exact', 'server_extracted']);
      const recording = makeRecording();
      const id = await world.certify(label, recording);
      await world.index();
      const body = { fingerprint: encodeItems(worsen(recording.items, 0.06)), duration_ms: DURATION_MS };
      const say = async () => {
        const { leads, verification_policy_id, policy_accepted, evidence } = (await search(body)).body;
        const bands = [...leads.exact, ...leads.similar].map(({ cert_id, band }) => [cert_id, band]);
        assert.ok([...leads.exact, ...leads.similar].every((lead) => lead.master_evidence === evidence));
        return [verification_policy_id, policy_accepted, evidence, leads.exact.length, ...bands];
      };
      assert.deepEqual(await say(), [null, false, 'client_asserted', 1, [id, 'strong']]);
      const strict = { ...DESIGNED_THRESHOLDS, strongBer: 0.05, probableBer: 0.05 };
      const policyId = await world.acceptPolicy(makePolicy({ thresholds: strict }));
      assert.deepEqual(await say(), [policyId, true, 'client_asserted', 0, [id, 'inconclusive']]);
    });

    test('a reviewer sees which certificates the audio may be a copy of', async () => {
      const policyId = await world.acceptPolicy();
      const recording = makeRecording();
      const id = await world.certify(label, recording);
      await world.index();
      const operator = await server.createCustomer();
      await world.makeOperator(operator);
      const copy = makeRecording(worsen(recording.items, 0.03));
      const made = await world.ask('POST', '/api/v1/submissions', operator.keys.sk_live, {
        title: 'Lighthouse (not theirs)',
        sha256: copy.sha256,
        duration_ms: DURATION_MS,
        fingerprint: copy.fingerprint,
        artist: { handle: 'copycat', display_name: 'Copy Cat' },
        declarations: { human_composition: true, human_performance: true, rights_held: true, ai_use: 'none' },
      });
      const path = `/api/operator/submissions/${made.body.id}`;
      const view = await world.ask<{ similar_audio: { [name: string]: string }[] }>('GET', path, operator.session);
      assert.deepEqual(
        view.body.similar_audio.map(({ score: _score, ...lead }) => lead),
        [
          {
            ...{ cert_id: id, kind: 'exact', band: 'strong', offset_ms: 0 },
            ...{ verification_policy_id: policyId, evidence: 'client_asserted' },
          },
        ],
      );
    });
  });
}
