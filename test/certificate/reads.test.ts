import assert from 'node:assert/strict';
import { createPublicKey, randomBytes, verify } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { formatCanonical } from '../../src/base/canonical-json.ts';
import { encodeHex } from '../../src/base/hex.ts';
import { verifyEd25519 } from '../../src/config/ed25519.ts';
import { verifyCertificate } from '../../src/proof/certificate/verify-certificate.ts';
import { parseVerifierKey } from '../../src/proof/note/verifier-key.ts';
import { ENGINES } from '../support/databases.ts';
import { assertRefusal } from '../support/error-envelope.ts';
import { type Customer, startTrackoriginServer, type TrackoriginServer } from '../support/trackorigin-server.ts';
import { type Issuing, issue, retitle, revoke } from './people.ts';

interface Body {
  readonly cert_id: string;
  readonly verdict: string;
  readonly revoked: boolean;
  readonly status: string;
  readonly version: number;
  readonly sequence: number;
  readonly manifest: unknown;
  readonly signature: string;
  readonly key_id: string;
  readonly track: { readonly title: string };
  readonly checked_at: string;
}
interface Keys {
  readonly keys: readonly { readonly key_id: string; readonly public_key: string; readonly public_key_pem: string }[];
  readonly log: { readonly origin: string; readonly verifier_key: string };
}
interface Feed {
  readonly sequence: number;
  readonly has_more: boolean;
  readonly events: readonly { readonly sequence: number; readonly type: string; readonly cert_id: string }[];
}

const UNKNOWN = 'cer_00000000000000000000000000';

for (const engine of ENGINES) {
  describe(`certificates over HTTP (${engine})`, () => {
    let server: TrackoriginServer;
    let issuing: Issuing;
    let customer: Customer;
    before(async () => {
      server = await startTrackoriginServer(engine, {
        limits: {
          'trackorigin-address': 100_000,
          'trackorigin-publishable-key': 100_000,
          'trackorigin-secret-key': 100_000,
        },
      });
      issuing = { store: server.store, issuer: server.certification.issuer };
      customer = await server.createCustomer();
    });
    after(() => server?.[Symbol.asyncDispose]());

    async function ask(path: string, key?: keyof Customer['keys'], init: RequestInit = {}) {
      const headers = new Headers(init.headers);
      if (key !== undefined) headers.set('authorization', `Bearer ${customer.keys[key]}`);
      if (init.body !== undefined) headers.set('content-type', 'application/json');
      const response = await fetch(server.url + path, { ...init, headers });
      const body = await response.text();
      return { status: response.status, headers: response.headers, body };
    }
    async function read<T = Body>(path: string, key?: keyof Customer['keys'], init?: RequestInit): Promise<T> {
      const { status, body } = await ask(path, key, init);
      assert.ok(status === 200 || status === 201, `${path}: ${status} ${body}`);
      return JSON.parse(body) as T;
    }
    async function codeOf(path: string, key?: keyof Customer['keys'], init?: RequestInit): Promise<string> {
      const { status, headers, body } = await ask(path, key, init);
      assertRefusal(path, { statusCode: status, headers: Object.fromEntries(headers), body });
      return `${status} ${JSON.parse(body).error.code}`;
    }
    const post = (body: unknown): RequestInit => ({ method: 'POST', body: JSON.stringify(body) });

    test('what was signed verifies with nothing but the answer and the published key', async () => {
      const { id } = await issue(issuing);
      const certificate = await read(`/api/v1/certificates/${id}`);
      const { keys } = await read<Keys>('/.well-known/trackorigin-public-key.json');
      const key = keys.find(({ key_id }) => key_id === certificate.key_id)!;
      const signed = Buffer.from(formatCanonical(certificate.manifest));
      const signature = Buffer.from(certificate.signature, 'base64');
      assert.ok(verify(null, signed, createPublicKey(key.public_key_pem), signature));
      assert.ok(!verify(null, Buffer.concat([signed, Buffer.of(32)]), createPublicKey(key.public_key_pem), signature));
    });

    test('the document verifies offline, with its proof of the public log, and in no other form', async () => {
      const { id, sequence } = await issue(issuing);
      await server.log.awaitPublished(sequence);
      const { body } = await ask(`/api/v1/certificates/${id}/document`);
      const { keys, log } = await read<Keys>('/.well-known/trackorigin-public-key.json');
      const trust = {
        keys: keys.map(({ public_key }) => ({
          publicKey: new Uint8Array(Buffer.from(public_key, 'base64')),
          validFrom: null,
          validUntil: null,
        })),
        log: { origin: log.origin, logKeys: [parseVerifierKey(log.verifier_key)], witnessKeys: [] },
      };
      const check = (text: string) => verifyCertificate(new TextEncoder().encode(text), trust, verifyEd25519);
      const verdict = check(body);
      assert.equal(verdict.outcome, 'verified', JSON.stringify(verdict.steps, null, 1));
      assert.deepEqual(verdict.log, { origin: log.origin, size: verdict.log!.size, isTrusted: true });
      assert.equal(check(body.replace('Lighthouse', 'Lightning')).outcome, 'invalid');
      await revoke(issuing, id);
      assert.equal(check((await ask(`/api/v1/certificates/${id}/document`)).body).outcome, 'revoked');
    });

    test('a certificate is the same to who asks again, and costs a 304', async () => {
      for (const suffix of ['', '/status']) {
        const { id } = await issue(issuing);
        const path = `/api/v1/certificates/${id}${suffix}`;
        const first = await ask(path);
        assert.equal(first.headers.get('cache-control'), 'public, max-age=60');
        assert.equal(first.headers.get('vary'), 'Authorization');
        assert.equal(first.headers.get('access-control-allow-origin'), '*');
        const etag = first.headers.get('etag')!;
        for (const sent of [etag, `"other", ${etag}`, etag.replace('W/', '')]) {
          const again = await ask(path, undefined, { headers: { 'if-none-match': sent } });
          assert.equal(again.status, 304);
          assert.equal(again.body, '');
          assert.equal(again.headers.get('etag'), etag);
        }
        const head = await ask(path, undefined, { method: 'HEAD' });
        assert.equal(head.status, 200);
        assert.equal(head.headers.get('etag'), etag);
        await revoke(issuing, id);
        await waitUntil(async () => (await read(path)).revoked);
        const changed = await ask(path, undefined, { headers: { 'if-none-match': etag } });
        assert.equal(changed.status, 200);
      }
    });

    test('a status that was asked for fresh is never of before the question, and kept by nobody', async () => {
      const { id } = await issue(issuing);
      const path = `/api/v1/certificates/${id}/status`;
      assert.equal((await read(path)).status, 'active');
      await revoke(issuing, id);
      const before = Date.now();
      const answer = await ask(`${path}?no_cache=true`);
      const fresh = JSON.parse(answer.body) as Body;
      assert.deepEqual([fresh.status, fresh.revoked], ['revoked', true]);
      assert.ok(Date.parse(fresh.checked_at) >= before);
      assert.equal(answer.headers.get('cache-control'), 'no-store');
      assert.equal(answer.headers.get('etag'), null);
      assert.equal((await ask(`${path}?no_cache=false`)).headers.get('cache-control'), 'public, max-age=60');
    });

    test('no answer calls a certificate active at a moment after its revocation, however slow the answer is', async (t) => {
      const { memory } = server.certification;
      const { find, findMany } = memory;
      const { id } = await issue(issuing);
      const { id: other } = await issue(issuing);
      /** It is revoked, and this node hears of that, between the look-up and the answer. */
      const revokeMeanwhile = async (revoked: string) => {
        await revoke(issuing, revoked);
        await new Promise((resolve) => setTimeout(resolve, 5));
        await memory.refresh();
      };
      t.mock.method(memory, 'find', async (wanted: string) => {
        const found = await find(wanted);
        await revokeMeanwhile(id);
        return found;
      });
      t.mock.method(memory, 'findMany', async (wanted: readonly string[]) => {
        const found = await findMany(wanted);
        await revokeMeanwhile(other);
        return found;
      });
      const one = await read(`/api/v1/certificates/${id}/status`);
      const many = await read<{ results: Record<string, Body> }>(`/api/v1/certificates/status?ids=${other}`);
      for (const [answer, revoked] of [[one, id] as const, [many.results[other]!, other] as const]) {
        assert.equal(answer.status, 'active');
        const { revokedAt } = (await server.store.certificate.find(revoked))!;
        assert.ok(Date.parse(answer.checked_at) <= revokedAt!);
      }
    });

    test('a remembered answer is dropped within a second of a change, whoever made it', async () => {
      const { id } = await issue(issuing);
      const path = `/api/v1/certificates/${id}`;
      assert.equal((await read(path)).version, 1);
      await retitle(issuing, id, 'Lighthouse (2026)');
      await waitUntil(async () => (await read(path)).version === 2);
      const certificate = await read(path);
      assert.equal(certificate.track.title, 'Lighthouse (2026)');
      const { versionSequence } = (await server.store.certificate.find(id))!;
      assert.equal(certificate.sequence, versionSequence);
      const versions = await server.store.certificate.listVersions(id);
      assert.deepEqual(
        versions.map(({ version }) => version),
        [1, 2],
      );
    });

    test('live keys see live certificates, test keys the sandbox, and whoever has no key both by id', async () => {
      const { id: live } = await issue(issuing);
      const sandbox = await read('/api/v1/sandbox/certificates', 'sk_test', post(fixture()));
      const test = sandbox.cert_id;
      assert.match(test, /^cer_test_[0-9A-HJKMNP-TV-Z]{26}$/);
      for (const suffix of ['', '/status', '/status?no_cache=true', '/document']) {
        for (const id of [live, test, 'cer_test_synthetic']) {
          assert.equal((await ask(`/api/v1/certificates/${id}${suffix}`)).status, 200, id + suffix);
        }
        assert.equal(await codeOf(`/api/v1/certificates/${test}${suffix}`, 'pk_live'), '404 certificate_not_found');
        assert.equal(await codeOf(`/api/v1/certificates/${live}${suffix}`, 'sk_test'), '404 certificate_not_found');
        for (const key of ['pk_live', 'sk_live', 'pk_test', 'sk_test'] as const) {
          assert.equal((await ask(`/api/v1/certificates/cer_test_synthetic${suffix}`, key)).status, 200);
        }
      }
      const both = { cert_ids: [live, test, 'cer_test_synthetic'] };
      const seen = async (key: keyof Customer['keys']) => {
        const { results } = await read<{ results: Record<string, Body | null> }>(
          '/api/v1/certificates/bulk',
          key,
          post(both),
        );
        return Object.keys(results).filter((id) => results[id] !== null);
      };
      assert.deepEqual(await seen('pk_live'), [live, 'cer_test_synthetic']);
      assert.deepEqual(await seen('pk_test'), [test, 'cer_test_synthetic']);
    });

    test('by digest: none, one, several, in either case of hex, and only active ones', async () => {
      const sha256 = new Uint8Array(randomBytes(32));
      const path = `/api/v1/tracks/by-sha256/${encodeHex(sha256)}`;
      assert.equal(await codeOf(path), '404 certificate_not_found');
      const { id } = await issue(issuing, { sha256 });
      assert.equal((await read(path)).cert_id, id);
      assert.equal(
        (await read(path.toUpperCase().replace('/API/V1/TRACKS/BY-SHA256', '/api/v1/tracks/by-sha256'))).cert_id,
        id,
      );
      const { id: second } = await issue(issuing, { sha256 });
      assert.equal(await codeOf(path), '409 ambiguous_multiple_certificates');
      await revoke(issuing, id);
      assert.equal((await read(path)).cert_id, second);
      assert.equal(await codeOf(path, 'sk_test'), '404 certificate_not_found');
      const fixtures = { ...fixture(), sha256: encodeHex(sha256).toUpperCase() };
      const { cert_id } = await read('/api/v1/sandbox/certificates', 'sk_test', post(fixtures));
      assert.equal((await read(path, 'sk_test')).cert_id, cert_id);
      assert.equal((await read(path)).cert_id, second);
    });

    test('any test key finds the synthetic certificate by its digest, and its artist by the handle', async () => {
      const { master } = await read<{ master: { sha256: string } }>('/api/v1/certificates/cer_test_synthetic');
      const byDigest = `/api/v1/tracks/by-sha256/${master.sha256}`;
      assert.equal((await read(byDigest, 'sk_test')).cert_id, 'cer_test_synthetic');
      assert.equal(await codeOf(byDigest), '404 certificate_not_found');
      const artist = await read<{ id: string; certificate_count: number }>('/api/v1/artists/Synthetic', 'pk_test');
      assert.deepEqual([artist.id, artist.certificate_count], ['art_test_synthetic', 1]);
      const list = await read<{ certificates: Body[]; next_cursor: string | null }>(
        '/api/v1/artists/synthetic/certificates?limit=1',
        'pk_test',
      );
      assert.deepEqual(
        [list.certificates.map(({ cert_id }) => cert_id), list.next_cursor],
        [['cer_test_synthetic'], null],
      );
      assert.equal(await codeOf('/api/v1/artists/synthetic', 'pk_live'), '404 artist_not_found');
    });

    test('a bulk answer has every id once, in any order, and null for what is not there', async () => {
      const [a, b] = [(await issue(issuing)).id, (await issue(issuing)).id];
      const cert_ids = [b, UNKNOWN, a, b, a];
      const bulk = await read<{ results: Record<string, Body | null>; found: number; requested: number }>(
        '/api/v1/certificates/bulk',
        'pk_live',
        post({ cert_ids }),
      );
      assert.deepEqual(Object.keys(bulk.results).sort(), [UNKNOWN, a, b].sort());
      assert.deepEqual([bulk.found, bulk.requested, bulk.results[UNKNOWN]], [2, 3, null]);
      assert.deepEqual(bulk.results[a], await read(`/api/v1/certificates/${a}`));
    });

    test('the feed has what happened, in order, and a head that covers it', async () => {
      const start = (await read<Feed>('/api/v1/certificates/changes?since_sequence=0', 'sk_live')).sequence;
      const since = new Date().toISOString();
      const { id } = await issue(issuing);
      const { sequence } = await revoke(issuing, id, 'rights_dispute');
      const later = await read<Feed>(`/api/v1/certificates/changes?since_sequence=${start}`, 'sk_live');
      assert.deepEqual(
        later.events.map(({ type, cert_id }) => [type, cert_id]),
        [['cert.revoked', id]],
      );
      assert.deepEqual([later.events[0]!.sequence, later.has_more], [sequence, false]);
      assert.ok(later.sequence >= sequence);
      const none = await read<Feed>(`/api/v1/certificates/changes?since_sequence=${sequence}`, 'pk_live');
      assert.deepEqual(none.events, []);
      const legacy = await read<Feed>(`/api/v1/certificates/changes?since=${since}`, 'sk_live');
      const own = legacy.events.filter(({ cert_id }) => cert_id === id);
      assert.deepEqual(
        own.map(({ type }) => type),
        ['cert.issued', 'cert.revoked'],
      );
      const sandbox = await read<Feed>(`/api/v1/certificates/changes?since=${since}`, 'sk_test');
      assert.ok(sandbox.events.every(({ cert_id }) => cert_id.startsWith('cer_test_')));
      const far = await read<Feed>(`/api/v1/certificates/changes?since_sequence=${2 ** 53 - 1}`, 'sk_live');
      assert.deepEqual([far.events, far.sequence >= sequence], [[], true]);
    });

    test('an event is in the feed and in the list of revocations before the call that made it is answered', async () => {
      const { cert_id } = await read('/api/v1/sandbox/certificates', 'sk_test', post(fixture()));
      const revoked = await read(`/api/v1/sandbox/certificates/${cert_id}/revoke`, 'sk_test', { method: 'POST' });
      assert.equal(revoked.status, 'revoked');
      assert.equal((await read(`/api/v1/certificates/${cert_id}`)).revoked, true);
      const feed = await read<Feed>('/api/v1/certificates/changes?since_sequence=0', 'sk_test');
      assert.equal(feed.events.at(-1)!.cert_id, cert_id);
      const again = await read(`/api/v1/sandbox/certificates/${cert_id}/revoke`, 'sk_test', { method: 'POST' });
      assert.deepEqual({ ...again, checked_at: '' }, { ...revoked, checked_at: '' });
    });

    test('the signed list has every live revocation at once, and verifies with the published key', async () => {
      const { id } = await issue(issuing);
      const { sequence } = await revoke(issuing, id, 'not_human_made');
      const answer = await ask('/.well-known/trackorigin-revocations.json');
      assert.equal(answer.headers.get('cache-control'), 'public, max-age=300');
      const { signature, ...payload } = JSON.parse(answer.body);
      assert.deepEqual(
        payload.revoked.filter((one: { cert_id: string }) => one.cert_id === id),
        [{ cert_id: id, sequence, revoked_at: payload.revoked.at(-1).revoked_at, reason: 'not_human_made' }],
      );
      assert.ok(payload.revoked.every((one: { cert_id: string }) => !one.cert_id.startsWith('cer_test_')));
      assert.ok(payload.sequence >= sequence && payload.head === payload.sequence);
      assert.ok(Date.parse(payload.expires_at) > Date.parse(payload.generated_at));
      const { keys } = await read<Keys>('/.well-known/trackorigin-public-key.json');
      const key = createPublicKey(keys.find(({ key_id }) => key_id === payload.key_id)!.public_key_pem);
      assert.ok(verify(null, Buffer.from(formatCanonical(payload)), key, Buffer.from(signature, 'base64')));
      const again = await ask('/.well-known/trackorigin-revocations.json', undefined, {
        headers: { 'if-none-match': answer.headers.get('etag')! },
      });
      assert.equal(again.status, 304);
    });

    test('what is wrong with a request is said, field by field', async () => {
      for (const id of ['CER_1', 'cer-1', 'cer_', `cer_${'a'.repeat(61)}`, 'cer_%C3%A9', 'x', 'changesx']) {
        for (const suffix of ['', '/status', '/document']) {
          assert.equal(await codeOf(`/api/v1/certificates/${id}${suffix}`), '400 invalid_certificate_id');
        }
      }
      assert.equal(await codeOf(`/api/v1/certificates/${UNKNOWN}`), '404 certificate_not_found');
      for (const digest of ['00', 'g'.repeat(64), 'a'.repeat(63), 'a'.repeat(65)]) {
        assert.equal(await codeOf(`/api/v1/tracks/by-sha256/${digest}`), '400 invalid_sha256');
      }
      const changes = (query: string) => codeOf(`/api/v1/certificates/changes?${query}`, 'sk_live');
      const wrong = ['-1', '', '1.5', 'abc', '9007199254740992', '99999999999999999999', '0x10', '1e3'];
      for (const value of wrong) assert.equal(await changes(`since_sequence=${value}`), '400 validation_error', value);
      assert.equal(await changes('since_sequence=1&since_sequence=2'), '400 validation_error');
      assert.equal(await changes(''), '400 validation_error');
      for (const value of [
        'yesterday',
        '2026-02-30T00:00:00Z',
        '2026-01-01',
        '2026-13-01T00:00:00Z',
        '',
        '1767225600',
      ]) {
        assert.equal(await changes(`since=${value}`), '400 validation_error', value);
      }
      assert.equal((await ask('/api/v1/certificates/changes?since=0000-01-01T00:00:00Z', 'sk_live')).status, 200);
      assert.equal((await ask('/api/v1/certificates/changes?since=9999-12-31T23:59:59Z', 'sk_live')).status, 200);
      const { id } = await issue(issuing);
      for (const value of ['yes', '1', 'TRUE', '']) {
        assert.equal(
          await codeOf(`/api/v1/certificates/${id}/status?no_cache=${value}`),
          '400 validation_error',
          value,
        );
      }
      const bulk = (body: unknown) => codeOf('/api/v1/certificates/bulk', 'sk_live', post(body));
      for (const body of [
        {},
        { cert_ids: [] },
        { cert_ids: Array.from({ length: 101 }, (_, i) => `cer_${i}`) },
        { cert_ids: ['x'] },
        { cert_ids: ['__proto__'] },
        { cert_ids: 'cer_1' },
        { cert_ids: [1] },
        { cert_ids: ['cer_1'], more: 1 },
        [],
      ]) {
        assert.equal(await bulk(body), '400 validation_error', JSON.stringify(body));
      }
      assert.equal(
        await codeOf('/api/v1/certificates/bulk', undefined, post({ cert_ids: ['cer_1'] })),
        '401 missing_api_key',
      );
      assert.equal(await codeOf('/api/v1/certificates/changes?since_sequence=0'), '401 missing_api_key');
    });

    test('a sandbox certificate is made by a secret test key only, of fields that are right', async () => {
      const make = (body: unknown, key?: keyof Customer['keys']) =>
        codeOf('/api/v1/sandbox/certificates', key, post(body));
      assert.equal(await make(fixture()), '401 missing_api_key');
      assert.equal(await make(fixture(), 'pk_test'), '403 secret_key_required');
      assert.equal(await make(fixture(), 'sk_live'), '403 test_key_required');
      const wrong: Record<string, unknown>[] = [
        { title: '' },
        { title: 'x'.repeat(10_000) },
        { title: '\ud800' },
        { title: 'a\u0000b' },
        { title: 7 },
        { artist: '\u202e' },
        { sha256: 'a'.repeat(63) },
        { fingerprint: 'AQADtEmUaEkSRZEGAA' },
        { fingerprint: 'AAA=' },
        { fingerprint2: 'AAAA' },
        { fingerprint: undefined, fingerprint2: 'AAAAAA==' },
        { duration_ms: 0 },
        { duration_ms: 1.5 },
        { duration_ms: 1e12 },
        { state: 'unknown' },
        { more: true },
      ];
      for (const change of wrong) {
        assert.equal(
          await make({ ...fixture(), ...change }, 'sk_test'),
          '400 validation_error',
          JSON.stringify(change),
        );
      }
      const { body } = await ask(
        '/api/v1/sandbox/certificates',
        'sk_test',
        post({ ...fixture(), title: '', sha256: '' }),
      );
      assert.deepEqual(
        JSON.parse(body).error.details.errors.map(({ field }: { field: string }) => field),
        ['title', 'sha256'],
      );
      const title = '\u{1F3B5} \u0634\u0639\u0627\u0639 \u05d0\u05d5\u05e8';
      const made = await read(
        '/api/v1/sandbox/certificates',
        'sk_test',
        post({ ...fixture(), title, state: 'revoked' }),
      );
      assert.deepEqual([made.track.title, made.status], [title, 'revoked']);
      assert.equal(
        await codeOf('/api/v1/sandbox/certificates/cer_test_synthetic/revoke', 'sk_test', post({})),
        '404 certificate_not_found',
      );
      const { id } = await issue(issuing, { accountId: customer.accountId });
      assert.equal(
        await codeOf(`/api/v1/sandbox/certificates/${id}/revoke`, 'sk_test', post({})),
        '404 certificate_not_found',
      );
    });
  });
}

function fixture() {
  return {
    title: 'Try-out',
    artist: 'Mara Vex',
    sha256: encodeHex(new Uint8Array(randomBytes(32))),
    fingerprint: randomBytes(400).toString('base64'),
    duration_ms: 187_000,
  };
}

async function waitUntil(isSo: () => Promise<boolean>): Promise<void> {
  const giveUpAt = Date.now() + 10_000;
  while (!(await isSo())) {
    assert.ok(Date.now() < giveUpAt, 'it does not happen');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
