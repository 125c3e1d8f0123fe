import assert from 'node:assert/strict';
import { hash, randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { commitToRendition } from '../../src/core/audio/renditions.ts';
import { encodeItems } from '../../src/proof/fingerprint/items.ts';
import { decodeLogEvent } from '../../src/proof/log-event.ts';
import { SYNTHETIC_MASTER } from '../../src/sandbox/synthetic-master.ts';
import { audioWorld, DURATION_MS, type ErrorBody, makeRecording, randomItems, worsen } from '../support/audio-world.ts';
import { ENGINES } from '../support/databases.ts';
import { type Customer, startTrackoriginServer, type TrackoriginServer } from '../support/trackorigin-server.ts';

interface Registered {
  readonly rendition_id: string;
  readonly cert_id: string;
  readonly sha256: string;
  readonly verification_policy_id: string;
  readonly score: number;
  readonly band: string;
  readonly evidence: string;
  readonly master_evidence: string;
  readonly ambiguous: boolean;
  readonly similar_cert_ids: readonly string[];
  readonly sequence: number;
}

const SANDBOX_LIMIT = 3;
const SUBMISSION = {
  ...{ title: 'Lighthouse', durationMs: DURATION_MS, fingerprint: null, fingerprint2: null, metadata: {} },
  declarations: { human_composition: true, human_performance: true, rights_held: true, ai_use: 'none' },
  artist: { handle: 'second-label', displayName: 'Mara Vex' },
} as const;

for (const engine of ENGINES) {
  describe(`renditions (${engine})`, () => {
    let server: TrackoriginServer;
    let world: ReturnType<typeof audioWorld>;
    let integrator: Customer;
    let label: Customer;
    before(async () => {
      const wide = {
        'trackorigin-address': 100_000,
        'audio-certificate-account': 100_000,
        'trackorigin-sandbox-account': SANDBOX_LIMIT,
      };
      server = await startTrackoriginServer(engine, { limits: wide });
      world = audioWorld(server);
      integrator = await server.createCustomer();
      label = await server.createCustomer();
      const order = { accountId: integrator.accountId, operatorId: 'test', note: 'A distributor' };
      await server.tracks.integrators.allow(order);
    });
    after(() => server?.[Symbol.asyncDispose]());

    const register = async (body: unknown, bearer = integrator.keys.sk_live) => {
      const answer = await world.ask<Registered & ErrorBody>('POST', '/api/v1/renditions', bearer, body);
      const code = answer.status === 201 ? '201' : `${answer.status} ${answer.body.error.code}`;
      return { ...answer, code };
    };
    const bySha256 = async (sha256: string, bearer: string | null = null) => {
      const answer = await world.ask<{ cert_id: string } & ErrorBody>(
        ...(['GET', `/api/v1/tracks/by-sha256/${sha256}`, bearer] as const),
      );
      return answer.status === 200 ? answer.body.cert_id : `${answer.status} ${answer.body.error.code}`;
    };
    async function certified() {
      const recording = makeRecording();
      const id = await world.certify(label, recording);
      const served = { ...recording, sha256: randomBytes(32).toString('hex') };
      const fingerprint = encodeItems(worsen(recording.items, 0.02));
      return { id, recording, body: { cert_id: id, sha256: served.sha256, fingerprint, duration_ms: DURATION_MS } };
    }

    test('before a policy is accepted nothing live can be registered', async () => {
      const { body } = await certified();
      assert.equal((await register(body)).code, '422 policy_not_accepted');
      const { fingerprint, durationMs: duration_ms } = SYNTHETIC_MASTER;
      const ofSandbox = { ...body, cert_id: 'cer_test_synthetic', fingerprint, duration_ms };
      assert.equal((await register(ofSandbox, label.keys.sk_test)).code, '201', 'which has its own');
      assert.equal(await bySha256(body.sha256), '404 certificate_not_found');
    });

    test('a registered rendition resolves, is in the log with a commitment that opens, and once more is the same', async () => {
      const policyId = await world.acceptPolicy();
      const { id, body } = await certified();
      assert.equal(await bySha256(body.sha256), '404 certificate_not_found');
      const first = await register(body);
      assert.equal(first.code, '201', JSON.stringify(first.body));
      const { rendition_id, cert_id, sha256, verification_policy_id, ambiguous, sequence } = first.body;
      const { band, evidence, master_evidence } = first.body;
      assert.deepEqual([band, evidence, master_evidence], ['strong', 'client_asserted', 'client_asserted']);
      assert.match(rendition_id, /^ren_[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
      assert.deepEqual(
        { cert_id, sha256, verification_policy_id, ambiguous },
        { cert_id: id, sha256: body.sha256, verification_policy_id: policyId, ambiguous: false },
      );
      assert.equal(await bySha256(body.sha256.toUpperCase()), id);
      const event = decodeLogEvent(await server.log.readLeaf(sequence));
      assert.deepEqual([event.type, event.certificateId, event.isSandbox], ['rendition.registered', id, false]);
      const kept = await server.store.transact(({ audio }) =>
        audio.findRendition(integrator.accountId, id, new Uint8Array(Buffer.from(sha256, 'hex'))),
      );
      assert.deepEqual(commitToRendition(kept!), event.commitment);
      const size = await server.store.log.size();
      const again = await Promise.all([register(body), register({ ...body, sha256: body.sha256.toUpperCase() })]);
      for (const answer of again) assert.deepEqual(answer.body, first.body);
      assert.equal(await server.store.log.size(), size);
    });

    test('requests at once register once', async () => {
      await world.acceptPolicy();
      const { body } = await certified();
      const size = await server.store.log.size();
      const answers = await Promise.all(Array.from({ length: 8 }, () => register(body)));
      assert.deepEqual(new Set(answers.map(({ code }) => code)), new Set(['201']));
      assert.equal(new Set(answers.map((answer) => answer.body.rendition_id)).size, 1);
      assert.equal(await server.store.log.size(), size + 1);
    });

    test('only integrators on the list register live ones, with a secret key', async () => {
      await world.acceptPolicy();
      const { id, body } = await certified();
      assert.equal((await register(body, label.keys.sk_live)).code, '403 integrator_not_allowlisted');
      assert.equal((await register(body, integrator.keys.pk_live)).code, '403 secret_key_required');
      assert.equal((await world.ask<ErrorBody>('POST', '/api/v1/renditions', null, body)).status, 401);
      assert.equal((await register(body, integrator.keys.sk_test)).code, '404 certificate_not_found');
      assert.equal(await bySha256(body.sha256), '404 certificate_not_found');
      const gone = await server.createCustomer();
      await server.tracks.integrators.allow({ accountId: gone.accountId, operatorId: 'test', note: 'Was one' });
      assert.equal((await register(body, gone.keys.sk_live)).code, '201');
      await server.tracks.integrators.remove({ accountId: gone.accountId, operatorId: 'test' });
      assert.equal((await register(body, gone.keys.sk_live)).code, '403 integrator_not_allowlisted');
      assert.equal(await bySha256(body.sha256), id);
    });

    test('what does not match, or is not sure to, is not registered', async () => {
      await world.acceptPolicy();
      const { body } = await certified();
      const tries: [string, object][] = [
        ['422 audio_not_matched', { fingerprint: encodeItems(randomItems(948)) }],
        ['422 audio_not_matched', { duration_ms: undefined }],
        ['422 undecodable_fingerprint', { fingerprint: 'AAA' }],
        ['422 degenerate_fingerprint', { fingerprint: encodeItems(new Uint32Array(948).fill(627964279)) }],
        ['422 unsupported_algorithm', { algorithm: 'landmark' }],
        ['422 fingerprint_unavailable', { cert_id: await world.certify(label, { sha256: makeRecording().sha256 }) }],
        ['413 body_too_large', { fingerprint: 'A'.repeat(300_000) }],
        ['400 validation_error', { duration_ms: -1 }],
        ['400 invalid_sha256', { sha256: 'ab' }],
        ['400 invalid_certificate_id', { cert_id: 'nonsense' }],
        ['404 certificate_not_found', { cert_id: 'cer_none' }],
        ['400 validation_error', { sha256: undefined }],
      ];
      for (const [code, change] of tries) assert.equal((await register({ ...body, ...change })).code, code);
      assert.equal(await bySha256(body.sha256), '404 certificate_not_found');
    });

    test('for a certificate of high risk both prints have to match', async () => {
      await world.acceptPolicy();
      const recording = makeRecording();
      const id = await world.certify(label, recording, { isHighRisk: true });
      const { fingerprint, fingerprint2 } = recording;
      const body = { cert_id: id, sha256: makeRecording().sha256, fingerprint, duration_ms: DURATION_MS };
      assert.equal((await register(body)).code, '422 audio_not_matched');
      const wrong = encodeItems(randomItems(960));
      assert.equal((await register({ ...body, fingerprint2: wrong })).code, '422 audio_not_matched');
      assert.equal((await register({ ...body, fingerprint2 })).code, '201');
    });

    test('a certificate that is revoked while a rendition is on its way gets none', async () => {
      await world.acceptPolicy();
      const { id, body } = await certified();
      // The node remembers it as active: what counts is what the transaction sees.
      assert.equal((await world.verify<{ matched: boolean }>(id, integrator.keys.sk_live, body)).body.matched, true);
      const record = (await server.store.certificate.find(id))!;
      await server.store.transact(async (writers) => {
        const current = (await writers.certificate.lock(id))!;
        await server.certification.issuer.revoke(writers, current, 'owner_request', record.issuedAt);
      });
      assert.equal((await register(body)).code, '409 certificate_not_active');
      assert.equal(await bySha256(body.sha256), '404 certificate_not_found');
    });

    test('a policy that is withdrawn while a rendition is on its way registers none', async () => {
      const policyId = await world.acceptPolicy();
      const { id, body } = await certified();
      // The node remembers it as in force: what counts is what the transaction sees.
      assert.equal((await world.verify<{ matched: boolean }>(id, integrator.keys.sk_live, body)).body.matched, true);
      assert.ok(await server.store.transact(({ audio }) => audio.withdrawPolicy(policyId, Date.now())));
      const size = await server.store.log.size();
      assert.equal((await register(body)).code, '422 policy_not_accepted');
      assert.equal(await server.store.log.size(), size);
      assert.equal(await bySha256(body.sha256), '404 certificate_not_found');
    });

    test('to certify a digest that is a rendition of another certificate takes an operator who insists', async () => {
      await world.acceptPolicy();
      const { id, body } = await certified();
      assert.equal((await register(body)).code, '201');
      const { submissions, review } = server.tracks;
      const submitted = await submissions.submit(
        { accountId: label.accountId, credentialId: null, isSandbox: false },
        { ...SUBMISSION, sha256: body.sha256 },
        null,
      );
      const { certificates } = await review.view(submitted.id);
      assert.deepEqual(
        certificates.map(({ id, isActive }) => [id, isActive]),
        [[id, true]],
      );
      const order = { operatorId: 'test', verdict: 'verified', reason: 'Heard it.', isHighRisk: false } as const;
      const decide = (allowsDuplicate: boolean) =>
        review.decide({ ...order, submissionId: submitted.id, allowsDuplicate });
      await assert.rejects(decide(false), { code: 'work-certified' });
      assert.equal(await bySha256(body.sha256), id);
      assert.equal((await decide(true)).status, 'verified');
    });

    test('a rendition and a certificate of one digest at once: the second is refused', async () => {
      await world.acceptPolicy();
      const { body } = await certified();
      const { submissions, review } = server.tracks;
      const { id: submissionId } = await submissions.submit(
        { accountId: label.accountId, credentialId: null, isSandbox: false },
        { ...SUBMISSION, sha256: body.sha256 },
        null,
      );
      const order = { operatorId: 'test', verdict: 'verified', reason: 'Heard it.', isHighRisk: false } as const;
      const [registered, decided] = await Promise.all([
        register(body),
        review.decide({ ...order, submissionId, allowsDuplicate: false }).catch((error) => error),
      ]);
      const outcome = [registered.code, decided.code ?? decided.status];
      const wanted = registered.code === '201' ? ['201', 'work-certified'] : ['409 sha256_already_bound', 'verified'];
      assert.deepEqual(outcome, wanted);
    });

    test('revoking ends what renditions resolve to', async () => {
      await world.acceptPolicy();
      const { id, body } = await certified();
      assert.equal((await register(body)).code, '201');
      await server.tracks.changes.revoke({ certificateId: id, operatorId: 'x', reason: 'So.' }, 'owner_request', null);
      assert.equal(await bySha256(body.sha256), '404 certificate_not_found');
    });

    test('a digest that another active certificate has is refused, also to two who come at once', async () => {
      await world.acceptPolicy();
      const one = await certified();
      const two = await certified();
      assert.equal((await register({ ...one.body, sha256: two.recording.sha256 })).code, '409 sha256_already_bound');
      const sha256 = randomBytes(32).toString('hex');
      const codes = await Promise.all([register({ ...one.body, sha256 }), register({ ...two.body, sha256 })]);
      assert.deepEqual(codes.map(({ code }) => code).toSorted(), ['201', '409 sha256_already_bound']);
      assert.match(await bySha256(sha256), /^cer_/);
    });

    test('audio that other certificates match as well is flagged', async () => {
      await world.acceptPolicy();
      const { id, recording, body } = await certified();
      const twin = await world.certify(label, makeRecording(worsen(recording.items, 0.01)));
      await world.index();
      const { code, body: answer } = await register(body);
      assert.equal(code, '201');
      assert.deepEqual([answer.cert_id, answer.ambiguous, answer.similar_cert_ids], [id, true, [twin]]);
    });

    test('with a test key the whole flow goes on the sandbox, seen by the account alone', async () => {
      const { fingerprint, durationMs: duration_ms } = SYNTHETIC_MASTER;
      const served = await fetch(`${server.url}/sandbox/synthetic.flac`);
      assert.equal(served.headers.get('content-type'), 'audio/flac');
      const sha256 = hash('sha256', await served.bytes());
      assert.equal(await bySha256(sha256, label.keys.sk_test), '404 certificate_not_found', 'it is not the master');
      const body = { cert_id: 'cer_test_synthetic', sha256, fingerprint, duration_ms };
      const { code, body: answer } = await register(body, label.keys.sk_test);
      assert.equal(code, '201', JSON.stringify(answer));
      const { verification_policy_id, band, evidence, master_evidence } = answer;
      assert.deepEqual([verification_policy_id, band], ['fpp_sandbox', 'exact']);
      assert.deepEqual([evidence, master_evidence], ['client_asserted', 'server_extracted']);
      assert.equal(await bySha256(sha256, label.keys.sk_test), 'cer_test_synthetic');
      for (const bearer of [null, label.keys.sk_live, integrator.keys.sk_test]) {
        assert.equal(await bySha256(sha256, bearer), '404 certificate_not_found');
      }
      assert.equal(decodeLogEvent(await server.log.readLeaf(answer.sequence)).isSandbox, true);
    });

    test('an account writes only so many renditions of the sandbox into the public log', async () => {
      const { keys } = await server.createCustomer();
      const { fingerprint, durationMs: duration_ms } = SYNTHETIC_MASTER;
      const registerOne = () => {
        const sha256 = randomBytes(32).toString('hex');
        return register({ cert_id: 'cer_test_synthetic', sha256, fingerprint, duration_ms }, keys.sk_test);
      };
      for (let i = 0; i < SANDBOX_LIMIT; i++) assert.equal((await registerOne()).code, '201');
      const size = await server.store.log.size();
      assert.equal((await registerOne()).code, '429 rate_limit_exceeded');
      assert.equal(await server.store.log.size(), size);
    });
  });
}
