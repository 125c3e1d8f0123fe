import { setImmediate as nextTurn } from 'node:timers/promises';
import { decodeHex } from '../base/hex.ts';
import { verifyEd25519 } from '../config/ed25519.ts';
import { IndexWorker } from '../core/audio/index-worker.ts';
import { packItems } from '../core/audio/items.ts';
import { createMasters, type Masters } from '../core/audio/masters.ts';
import { createPolicies, type Policies } from '../core/audio/policies.ts';
import { createRenditions, type Renditions } from '../core/audio/renditions.ts';
import { type AudioSearch, createAudioSearch } from '../core/audio/search.ts';
import { type AudioVerifier, createAudioVerifier } from '../core/audio/verifier.ts';
import type { SyntheticRecording } from '../core/certificate/synthetic.ts';
import type { PublicLog } from '../core/log/public-log.ts';
import type { Store } from '../core/store.ts';
import { createSandboxFiles } from '../http/sandbox-files/index.ts';
import type { Surface } from '../http/shared/surface.ts';
import { createScanner } from '../proof/fingerprint/scan-simd.ts';
import { encodeFlac } from '../sandbox/flac.ts';
import { SYNTHETIC_MASTER, syntheticPrints } from '../sandbox/synthetic-master.ts';
import { composeSyntheticSound, SYNTHETIC_RATE_HZ } from '../sandbox/synthetic-sound.ts';
import { composeSyntheticWav } from '../sandbox/synthetic-wav.ts';
import type { AppSettings, Running } from './app.ts';
import { systemClock, systemRandom } from './system.ts';
import type { Worker } from './workers.ts';

/** Everything that compares audio with certificates. */
export interface Audio {
  readonly masters: Masters;
  readonly policies: Policies;
  readonly verifier: AudioVerifier;
  readonly search: AudioSearch;
  readonly renditions: Renditions;
}

export function createAudio(store: Store, publicLog: Pick<PublicLog, 'awaitPublished'>): Audio {
  const common = { store, clock: systemClock, random: systemRandom };
  const scanner = createScanner();
  const masters = createMasters({ audio: store.audio, certificates: store.certificate, clock: systemClock });
  const policies = createPolicies({ ...common, verify: verifyEd25519 });
  const verifier = createAudioVerifier({ policies, scanner });
  const search = createAudioSearch({ audio: store.audio, masters, policies, scanner });
  const renditions = createRenditions({ ...common, verifier, search, publicLog });
  return { masters, policies, verifier, search, renditions };
}

/** What the synthetic certificate is of. */
export function syntheticRecording(): SyntheticRecording {
  const { durationMs, items, bandItems } = syntheticPrints();
  return {
    sha256: decodeHex(SYNTHETIC_MASTER.sha256Hex)!,
    durationMs,
    fingerprint: packItems(items),
    fingerprint2: packItems(bandItems!),
  };
}

/** The sound itself: the master, and a file of the same recording with another digest, as a platform serves it. */
export function createSyntheticFiles(): Surface {
  return createSandboxFiles([
    { name: 'synthetic.wav', mediaType: 'audio/wav', read: makeOnce(composeSyntheticWav) },
    { name: 'synthetic.flac', mediaType: 'audio/flac', read: makeOnce(composeSyntheticFlac) },
  ]);
}

function* composeSyntheticFlac(): Generator<undefined, Uint8Array> {
  return yield* encodeFlac(yield* composeSyntheticSound(), SYNTHETIC_RATE_HZ);
}

/** Made when somebody first asks for it. */
function makeOnce(compose: () => Generator<undefined, Uint8Array>): () => Promise<Uint8Array> {
  let made: Promise<Uint8Array> | null = null;
  return () => (made ??= runInTurns(compose()));
}

/** Half a second's work: others are answered meanwhile. */
async function runInTurns(steps: Generator<undefined, Uint8Array>): Promise<Uint8Array> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    await nextTurn();
  }
}

/** What brings new certificates into the index of audio. */
export function audioWorkers({ store }: Running, { pace }: AppSettings): readonly Worker[] {
  const index = new IndexWorker({ store });
  return [{ name: 'audio-index', intervalMs: pace.upgradeIntervalMs, run: (signal) => index.run(signal) }];
}
