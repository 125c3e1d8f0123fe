import { randomBytes } from 'node:crypto';
import { systemClock, systemRandom } from '../../src/app/system.ts';
import { createTsaSecret, loadTsaKeys, type TsaKeys } from '../../src/config/tsa.ts';
import { generateTspKey } from '../../src/config/tsp-signatures.ts';
import { createTimestampAuthority, type TimestampAuthority } from '../../src/core/tsa/authority.ts';
import { TrustedTime } from '../../src/core/tsa/trusted-time.ts';
import { encodeRoot, encodeSigner } from '../../src/proof/tsp/certificate-writer.ts';

const YEAR_MS = 365 * 24 * 60 * 60_000;

/** A root and a signer as `touchmark init` makes them, and a certificate of the same root that has expired. */
export function makeTsaChain(now = Date.now()) {
  const root = generateTspKey();
  const signer = generateTspKey();
  const terms = (name: string) => ({
    name,
    serialNumber: new Uint8Array(randomBytes(16)),
    notBefore: now - 60_000,
    notAfter: now + YEAR_MS,
  });
  const rootDer = encodeRoot(terms('Test root'), root);
  const signerDer = encodeSigner(terms('Test signer'), signer.spki, { ...root, name: 'Test root' });
  const staleRootDer = encodeRoot({ ...terms('Test root'), notBefore: now - YEAR_MS, notAfter: now - 1000 }, root);
  return { chain: [signerDer, rootDer], staleRootDer, sign: signer.sign };
}

export const TEST_POLICY = '1.3.6.1.4.1.99999.1';

export function makeAuthority(options: { now?: () => number } = {}): TimestampAuthority {
  const now = options.now ?? Date.now;
  return authorityOf(makeTsaChain(now()), now);
}

export function authorityOf(
  { chain, sign }: Pick<ReturnType<typeof makeTsaChain>, 'chain' | 'sign'>,
  now: () => number,
): TimestampAuthority {
  const clock = { now, sleep: async () => {} };
  const time = new TrustedTime({ clock, steadyMs: now, needsConfirmation: false, floor: 0 });
  const random = (length: number) => new Uint8Array(randomBytes(length));
  return createTimestampAuthority({ chain, sign, policy: TEST_POLICY, time, random });
}

/** Keys in a data folder, as `touchmark init` makes them. */
export async function makeTsaKeys(folder: string): Promise<TsaKeys> {
  await createTsaSecret(folder, 'localhost', systemRandom, systemClock);
  return loadTsaKeys(folder, { ownFiles: null, rootsFile: null });
}
