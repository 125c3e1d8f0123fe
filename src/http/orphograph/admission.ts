import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ReceiptOwner } from '../../core/anchor/receipt.ts';
import type { Authenticator, Credential } from '../../core/key/credential.ts';
import { permits } from '../../core/key/scope.ts';
import type { Bucket, Limit, Limiter } from '../../core/limit/limiter.ts';
import type { LedgerReader, PurseId } from '../../core/meter/ledger.ts';
import { clientNetwork } from '../shared/client-network.ts';
import { CredentialFault, type PresentedSecret, readSecret } from '../shared/credentials.ts';
import { showLimits } from '../shared/rate-limit.ts';
import { FreeTierError } from './errors.ts';
import type { HasSubscription } from './subscriber.ts';

/** What a request was let in on. */
export interface Admission {
  readonly owner: ReceiptOwner | null;
  /** What every receipt takes a credit from; null for what costs none. */
  readonly purse: PurseId | null;
  readonly subscriptionActive: boolean;
  /** Gives back what was taken from the limits for a request of which nothing came. */
  refund(): Promise<void>;
}

export interface AdmissionParts {
  readonly authenticator: Authenticator;
  readonly hasSubscription: HasSubscription;
  readonly ledger: Pick<LedgerReader, 'balance'>;
  readonly limiter: Limiter;
  /** Of anonymous requests, by client network; null lets everyone in. */
  readonly freeTier: Limit | null;
  /** Of the receipts made by one API key. */
  readonly fairUse: Limit;
}

export interface Admissions {
  /**
   * Lets in the holder of a pack that is not empty, or of the API key of a subscriber; and everyone else while their
   * network has tokens, a request being one token, whatever it holds. A credential that is good for nothing counts as
   * none: by the contract it is never a 401. Errors: FreeTierError; CredentialFault
   * `credentials-conflict`, `credential-in-url`.
   */
  admit(request: FastifyRequest, reply: FastifyReply, receipts: number): Promise<Admission>;
  /** As if the request had no credential. Errors: FreeTierError. */
  admitAnonymous(request: FastifyRequest, reply: FastifyReply): Promise<Admission>;
}

const HOUR_MS = 60 * 60 * 1000;
const NO_REFUND = async () => {};

export function createAdmissions(parts: AdmissionParts): Admissions {
  const { authenticator, limiter, freeTier, fairUse } = parts;

  async function authenticate(secret: string, kind: Credential['kind']): Promise<Credential | null> {
    const answer = await authenticator.authenticate(secret, [kind]);
    return answer.ok && permits(answer.credential, 'write') ? answer.credential : null;
  }

  async function admitPack(token: string): Promise<Admission | null> {
    const pack = await authenticate(token, 'orphograph-pack');
    if (pack === null) return null;
    const purse: PurseId = `pack:${pack.id}`;
    // An empty pack must not keep calendars busy; who spends the last credit is decided with the commit.
    if ((await parts.ledger.balance(purse)) === 0) return null;
    return { owner: ownerOf(pack), purse, subscriptionActive: false, refund: NO_REFUND };
  }

  async function admitSubscriber(
    request: FastifyRequest,
    reply: FastifyReply,
    secret: string,
    receipts: number,
  ): Promise<Admission | null> {
    const key = await authenticate(secret, 'orphograph');
    if (key === null || key.accountId === null || !(await parts.hasSubscription(key.accountId))) return null;
    const owned = { owner: ownerOf(key), purse: null, subscriptionActive: true };
    const buckets = Array.from({ length: receipts }, () => ({ limit: fairUse, key: key.id }));
    // Over what is fair the network's own allowance is left.
    if (!(await takeEach(limiter, buckets, reply))) return { ...(await admitAnonymous(request, reply)), ...owned };
    return { ...owned, refund: () => giveBackEach(limiter, buckets) };
  }

  async function admitAnonymous(request: FastifyRequest, reply: FastifyReply): Promise<Admission> {
    const anonymous = { owner: null, purse: null, subscriptionActive: false };
    if (freeTier === null) return { ...anonymous, refund: NO_REFUND };
    const buckets = [{ limit: freeTier, key: clientNetwork(request.ip) }];
    const taken = await limiter.take(buckets);
    showLimits(reply, taken);
    if (taken.allowed) return { ...anonymous, refund: () => limiter.giveBack(buckets) };
    const { count, periodMs } = freeTier;
    throw new FreeTierError(Math.max(1, Math.ceil(taken.retryAfterMs / 1000)), (count * HOUR_MS) / periodMs);
  }

  return {
    admitAnonymous,
    async admit(request, reply, receipts) {
      const presented = readFormedSecret(request);
      if (presented === null) return admitAnonymous(request, reply);
      const { transport, secret } = presented;
      const admitted =
        transport === 'x-pack-token'
          ? await admitPack(secret)
          : await admitSubscriber(request, reply, secret, receipts);
      return admitted ?? admitAnonymous(request, reply);
    },
  };
}

/** What cannot be a credential counts as none, like one that is unknown. */
function readFormedSecret(request: FastifyRequest): PresentedSecret | null {
  try {
    return readSecret(request, ['x-pack-token', 'x-orpho-api-key']);
  } catch (error) {
    if (error instanceof CredentialFault && error.code === 'credential-malformed') return null;
    throw error;
  }
}

function ownerOf({ id, accountId }: Credential): ReceiptOwner {
  return { accountId, credentialId: id };
}

/** All of them or none. */
async function takeEach(limiter: Limiter, buckets: readonly Bucket[], reply: FastifyReply): Promise<boolean> {
  const taken = await Promise.all(buckets.map((bucket) => limiter.take([bucket])));
  showLimits(reply, taken.at(-1)!);
  if (taken.every(({ allowed }) => allowed)) return true;
  await giveBackEach(
    limiter,
    buckets.filter((_, i) => taken[i]!.allowed),
  );
  return false;
}

async function giveBackEach(limiter: Limiter, buckets: readonly Bucket[]): Promise<void> {
  await Promise.all(buckets.map((bucket) => limiter.giveBack([bucket])));
}
