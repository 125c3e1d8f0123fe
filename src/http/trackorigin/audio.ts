import type { Clock } from '../../base/clock.ts';
import type { Masters } from '../../core/audio/masters.ts';
import type { Renditions } from '../../core/audio/renditions.ts';
import type { AudioSearch } from '../../core/audio/search.ts';
import type { AudioVerifier } from '../../core/audio/verifier.ts';
import type { Signer } from '../../core/certificate/signer.ts';
import type { Limiter } from '../../core/limit/limiter.ts';
import type { Limits } from '../../core/limit/limits.ts';
import type { App } from '../shared/app.ts';
import type { Admission } from './admission.ts';
import { registerAudioSearch } from './audio-search.ts';
import { registerRenditions } from './renditions.ts';
import { registerVerifyAudio } from './verify-audio.ts';

export interface AudioRouteParts {
  readonly masters: Masters;
  readonly verifier: AudioVerifier;
  readonly renditions: Renditions;
  readonly search: AudioSearch;
  readonly signer: Signer;
  readonly limiter: Limiter;
  readonly limits: Limits;
  readonly clock: Clock;
}

/** Whether audio is that of a certificate, what else is of the same recording, and which certificate audio is of. */
export function registerAudio(app: App, parts: AudioRouteParts, admission: Admission): void {
  registerVerifyAudio(app, parts, admission);
  registerRenditions(app, parts, admission);
  registerAudioSearch(app, parts, admission);
}
