import type { FastifyRequest } from 'fastify';
import type { Limiter } from '../../core/limit/limiter.ts';
import { clientNetwork } from '../shared/client-network.ts';
import { FreeTierError } from './errors.ts';

/** What a request was let in on; given back when nothing came of it. */
export interface Admission {
  refund(): void;
}

export type Admit = (request: FastifyRequest) => Admission;

const HOUR_MS = 60 * 60 * 1000;
const UNLIMITED: Admission = { refund() {} };

/**
 * Lets anonymous requests in while their network has tokens; a request is one token, whatever it holds. Credentials
 * that name nobody fall back to this, never to a 401. Errors: FreeTierError.
 */
export function createFreeTier(limiter: Limiter | null): Admit {
  if (limiter === null) return () => UNLIMITED;
  const { count, periodMs } = limiter.allowance;
  return (request) => {
    const network = clientNetwork(request.ip);
    const taken = limiter.take(network);
    if (taken.allowed) return { refund: () => limiter.giveBack(network) };
    throw new FreeTierError(Math.max(1, Math.ceil(taken.retryAfterMs / 1000)), (count * HOUR_MS) / periodMs);
  };
}
