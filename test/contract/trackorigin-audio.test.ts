import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { encodeItems } from '../../src/proof/fingerprint/items.ts';
import { SYNTHETIC_MASTER } from '../../src/sandbox/synthetic-master.ts';
import { audioWorld, makeRecording, randomItems, worsen } from '../support/audio-world.ts';
import { ENGINES } from '../support/databases.ts';
import { type Customer, startTrackoriginServer, type TrackoriginServer } from '../support/trackorigin-server.ts';
import { replayTranscript } from './transcript.ts';

const read = (name: string) => readFile(new URL(`../../vectors/wire/trackorigin/${name}.txt`, import.meta.url), 'utf8');

async function prepareRenditions(server: TrackoriginServer, { accountId }: Customer) {
  const world = audioWorld(server);
  const stranger = await server.createCustomer();
  await server.tracks.integrators.allow({ accountId, operatorId: 'test', note: 'A distributor' });
  await world.acceptPolicy();
  const recording = makeRecording();
  const [taken, ended] = [makeRecording(), makeRecording()];
  const certificate = await world.certify(stranger, recording);
  await world.certify(stranger, taken);
  const revoked = await world.certify(stranger, ended);
  const order = { certificateId: revoked, operatorId: 'test', reason: 'So.' };
  await server.tracks.changes.revoke(order, 'owner_request', null);
  await world.index();
  return {
    ...{ stranger: stranger.keys.sk_live, certificate, revoked, taken: taken.sha256 },
    served: randomBytes(32).toString('hex'),
    near: encodeItems(worsen(recording.items, 0.02)),
    other: encodeItems(randomItems(948)),
  };
}

for (const engine of ENGINES) {
  test(`the server answers as in the transcript verify-audio (${engine})`, async (t) => {
    await using server = await startTrackoriginServer(engine);
    const world = audioWorld(server);
    const customer = await server.createCustomer();
    const recording = makeRecording();
    const known = {
      ...customer.keys,
      synthetic: SYNTHETIC_MASTER.fingerprint,
      synthetic2: SYNTHETIC_MASTER.fingerprint2,
      fingerprint: recording.fingerprint,
      uncalibrated: await world.certify(customer, recording, { isHighRisk: true }),
      unprinted: await world.certify(customer, { sha256: makeRecording().sha256 }),
    };
    t.diagnostic(`${await replayTranscript(await read('verify-audio'), server.url, known)} requests`);
  });

  test(`the server answers as in the transcript renditions (${engine})`, async (t) => {
    await using server = await startTrackoriginServer(engine);
    const customer = await server.createCustomer();
    const known = { ...customer.keys, ...(await prepareRenditions(server, customer)) };
    t.diagnostic(`${await replayTranscript(await read('renditions'), server.url, known)} requests`);
  });
}
