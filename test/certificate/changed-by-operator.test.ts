import assert from 'node:assert/strict';
import { test } from 'node:test';
import { audioWorld, DURATION_MS, makeRecording } from '../support/audio-world.ts';
import { ENGINES } from '../support/databases.ts';
import { startTrackoriginServer } from '../support/trackorigin-server.ts';
import { revoke } from './people.ts';

interface Verified {
  readonly cert_status: string;
  readonly matched: boolean;
}

interface Status {
  readonly status: string;
  readonly version: number;
}

for (const engine of ENGINES) {
  test(`what an operator has changed is shown at once where it was done, kept answers or not (${engine})`, async () => {
    await using server = await startTrackoriginServer(engine);
    const customer = await server.createCustomer();
    const certificateId = await audioWorld(server).certify(customer, { sha256: makeRecording().sha256 });
    const readStatus = async () => {
      const response = await fetch(`${server.url}/api/v1/certificates/${certificateId}/status`);
      const { status, version } = (await response.json()) as Status;
      return { status, version };
    };
    const order = { certificateId, operatorId: 'test', reason: 'So.' };
    assert.deepEqual(await readStatus(), { status: 'active', version: 1 });
    await server.tracks.changes.correct(order, { title: 'Another title', displayName: null });
    assert.deepEqual(await readStatus(), { status: 'active', version: 2 });
    await server.tracks.changes.revoke(order, 'owner_request', null);
    assert.deepEqual(await readStatus(), { status: 'revoked', version: 2 });
  });

  test(`audio is never matched with what was revoked, wherever that was done (${engine})`, async () => {
    await using server = await startTrackoriginServer(engine);
    const customer = await server.createCustomer();
    const world = audioWorld(server);
    const { sk_test: key } = customer.keys;
    const revokers = {
      here: (id: string) => world.ask('POST', `/api/v1/sandbox/certificates/${id}/revoke`, key),
      'on another node': (id: string) => revoke({ store: server.store, issuer: server.certification.issuer }, id),
    };
    for (const [where, revokeIt] of Object.entries(revokers)) {
      const { sha256, fingerprint } = makeRecording();
      const fixture = { title: 'Lighthouse', artist: 'Mara Vex', sha256, fingerprint, duration_ms: DURATION_MS };
      const made = await world.ask<{ cert_id: string }>('POST', '/api/v1/sandbox/certificates', key, fixture);
      const id = made.body.cert_id;
      const verify = async () => {
        const probe = { fingerprint, duration_ms: DURATION_MS };
        const { cert_status, matched } = (await world.verify<Verified>(id, key, probe)).body;
        return { cert_status, matched };
      };
      assert.deepEqual(await verify(), { cert_status: 'active', matched: true });
      await revokeIt(id);
      assert.deepEqual(await verify(), { cert_status: 'revoked', matched: false }, where);
    }
  });
}
