import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { equalBytes } from '../../base/bytes.ts';
import type { Limiter } from '../../core/limit/limiter.ts';
import { clientNetwork } from '../shared/client-network.ts';
import { FreeTierError } from './errors.ts';

/** What a request was let in on. */
export interface Admission {
  readonly subscriptionActive: boolean;
  /** Gives back what was taken for a request of which nothing came. */
  refund(): void;
}

/** Errors: FreeTierError. */
export type Admit = (request: FastifyRequest) => Admission;

const HOUR_MS = 60 * 60 * 1000;
const SUBSCRIBER: Admission = { subscriptionActive: true, refund() {} };
const UNLIMITED: Admission = { subscriptionActive: false, refund() {} };

/**
 * Lets in whoever has a valid API key, and everyone else while their network has tokens; a request is one token,
 * whatever it holds. A credential that names nobody counts as none: by the contract it is never a 401.
 *
 * @param apiKeyDigests SHA-256 of the valid keys.
 * @param freeTier null lets everyone in.
 */
export function createAdmission(apiKeyDigests: readonly Uint8Array[], freeTier: Limiter | null): Admit {
  const admitFree = createFreeTier(freeTier);
  return (request) => (hasApiKey(request, apiKeyDigests) ? SUBSCRIBER : admitFree(request));
}

function hasApiKey({ headers }: FastifyRequest, digests: readonly Uint8Array[]): boolean {
  const key = headers['x-orpho-api-key'];
  if (typeof key !== 'string' || digests.length === 0) return false;
  const digest = createHash('sha256').update(key).digest();
  return digests.some((known) => equalBytes(known, digest));
}

function createFreeTier(limiter: Limiter | null): Admit {
  if (limiter === null) return () => UNLIMITED;
  const { count, periodMs } = limiter.allowance;
  return (request) => {
    const network = clientNetwork(request.ip);
    const taken = limiter.take(network);
    if (taken.allowed) return { subscriptionActive: false, refund: () => limiter.giveBack(network) };
    throw new FreeTierError(Math.max(1, Math.ceil(taken.retryAfterMs / 1000)), (count * HOUR_MS) / periodMs);
  };
}
