import { sha256 } from '@noble/hashes/sha2.js';
import { encodeCanonical } from '../../base/canonical-json.ts';
import type { Clock, RandomBytes } from '../../base/clock.ts';
import { encodeHex } from '../../base/hex.ts';
import { encodeUlid } from '../../base/ulid.ts';
import { commitToEnvelope, SALT_BYTES } from '../../proof/certificate/envelope.ts';
import type { PublicLog } from '../log/public-log.ts';
import type { Store, Writers } from '../store.ts';
import { AudioError } from './error.ts';
import { packItems } from './items.ts';
import type { AudioMaster } from './masters.ts';
import type { Probe } from './probe.ts';
import { scoreE4 } from './receipt.ts';
import type { AudioSearch } from './search.ts';
import type { Realm, Rendition } from './store.ts';
import type { AudioVerifier, Judgement } from './verifier.ts';

const ULID_RANDOM_BYTES = 10;

export interface RenditionRequest {
  readonly accountId: string;
  /** By a live key: the account has to be on the list of integrators. */
  readonly isLive: boolean;
  readonly master: AudioMaster;
  /** Of the artifact's bytes. */
  readonly sha256: Uint8Array;
  readonly probe: Probe;
}

/** A rendition, and what it was found to be. */
export interface Registered {
  readonly rendition: Rendition;
  readonly judgement: Judgement;
}

/** Artifacts of certified recordings that somebody serves, which `by-sha256` then finds. */
export interface Renditions {
  /**
   * Errors: AudioError `integrator-required`. So that who may not is told so before anything is judged.
   */
  requireIntegrator(accountId: string): Promise<void>;
  /**
   * Once more is the same as once. The event is in the public log before this resolves.
   * Errors: AudioError; PublicLogError `not-published`, when the rendition is kept.
   */
  register(request: RenditionRequest): Promise<Registered>;
}

export function createRenditions(parts: {
  readonly store: Store;
  readonly verifier: AudioVerifier;
  readonly search: AudioSearch;
  readonly publicLog: Pick<PublicLog, 'awaitPublished'>;
  readonly clock: Clock;
  readonly random: RandomBytes;
}): Renditions {
  const { store, verifier, search, publicLog, clock, random } = parts;

  async function write(writers: Writers, request: RenditionRequest, made: Omit<Rendition, 'sequence'>) {
    const { registry, certificate, audio, log } = writers;
    const { accountId, master, isLive } = request;
    // The same lock as for the issue of a certificate: nobody else can take the digest meanwhile.
    await registry.lockWork(request.sha256);
    const current = await certificate.lock(master.id);
    if (current?.status !== 'active') throw new AudioError('certificate-not-active', 'the certificate is revoked');
    if (isLive && (await registry.lockIntegrator(accountId)) === null) throw notAllowed();
    const known = await audio.findRendition(accountId, master.id, request.sha256);
    if (known !== null) return known;
    // The judgement was made before, on what this node had heard of withdrawals.
    if (!master.isSandbox && !(await audio.lockPolicy(made.policyId))) throw noPolicy();
    const holders = await audio.listHolders(realmOf(request), request.sha256);
    if (holders.some((id) => id !== master.id)) {
      throw new AudioError('digest-bound-elsewhere', 'another active certificate has this digest');
    }
    const { version, isSandbox } = current;
    const [sequence] = await log.append([
      {
        ...{ type: 'rendition.registered', registry: 'trackorigin', certificateId: master.id, version, isSandbox },
        ...{ at: made.registeredAt, commitment: commitToRendition({ ...made, certificateVersion: version }) },
        reason: null,
      },
    ]);
    const rendition = { ...made, certificateVersion: version, sequence: sequence! };
    await audio.insertRendition(rendition);
    return rendition;
  }

  async function requireIntegrator(accountId: string): Promise<void> {
    if (!(await store.registry.isIntegrator(accountId))) throw notAllowed();
  }

  return {
    requireIntegrator,

    async register(request) {
      const { accountId, master, probe } = request;
      if (master.status !== 'active') throw new AudioError('certificate-not-active', 'the certificate is revoked');
      const judgement = await verifier.judge(master, probe);
      const { policyId, matched, reason } = judgement;
      if (policyId === null) throw noPolicy();
      if (!matched || probe.durationMs === null) throw new AudioError('audio-not-matched', reason);
      const { leads } = await search.findLeads(realmOf(request), probe);
      const similar = leads.filter(({ kind, certificateId }) => kind === 'exact' && certificateId !== master.id);
      const registeredAt = clock.now();
      const made = {
        id: `ren_${encodeUlid(registeredAt, random(ULID_RANDOM_BYTES))}`,
        accountId,
        certificateId: master.id,
        sha256: request.sha256,
        certificateVersion: master.version,
        policyId,
        fingerprintSha256: sha256(packItems(probe.items)),
        durationMs: probe.durationMs,
        scoreE4: scoreE4(judgement),
        similarIds: similar.map(({ certificateId }) => certificateId),
        salt: random(SALT_BYTES),
        registeredAt,
      };
      const rendition = await store.transact((writers) => write(writers, request, made));
      await publicLog.awaitPublished(rendition.sequence);
      return { rendition, judgement };
    },
  };
}

/** What the public log has of it: SHA-256(salt ‖ SHA-256 of its RFC 8785 bytes). */
export function commitToRendition(rendition: Omit<Rendition, 'sequence'>): Uint8Array {
  const { certificateId, sha256: digest, certificateVersion, policyId, fingerprintSha256, salt } = rendition;
  const body = {
    format: 'touchmark/rendition/1',
    cert_id: certificateId,
    cert_version: certificateVersion,
    sha256: encodeHex(digest),
    fingerprint_sha256: encodeHex(fingerprintSha256),
    verification_policy_id: policyId,
  };
  return commitToEnvelope(salt, sha256(encodeCanonical(body)));
}

function realmOf({ master, accountId }: RenditionRequest): Realm {
  return master.isSandbox ? { of: 'sandbox', accountId } : { of: 'live' };
}

function noPolicy(): AudioError {
  return new AudioError('policy-missing', 'no verification policy is in force');
}

function notAllowed(): AudioError {
  return new AudioError('integrator-required', 'the account is on no list of integrators');
}
