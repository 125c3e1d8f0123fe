import type { Clock } from '../../base/clock.ts';
import type { CertificateKey } from './signer.ts';
import type { CertificateReader } from './store.ts';

/** Keys change once a year or so; a node that was just started again has written its new one before it signs. */
const FRESH_MS = 5_000;

/** Every key that certificates were ever signed with, whichever node did it. */
export interface KeyDirectory {
  /** Oldest first. At most a few seconds old. */
  list(): Promise<readonly CertificateKey[]>;
  find(id: string): Promise<CertificateKey | null>;
}

export function createKeyDirectory(parts: {
  readonly certificates: Pick<CertificateReader, 'listKeys'>;
  readonly clock: Clock;
}): KeyDirectory {
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<readonly CertificateKey[]> | null = null;

  function list(): Promise<readonly CertificateKey[]> {
    const now = parts.clock.now();
    if (reading !== null && now >= readAt && now - readAt < FRESH_MS) return reading;
    readAt = now;
    const current = parts.certificates.listKeys();
    reading = current;
    current.catch(() => {
      if (reading === current) reading = null;
    });
    return current;
  }

  async function findIn(keys: Promise<readonly CertificateKey[]>, id: string): Promise<CertificateKey | undefined> {
    return (await keys).find((key) => key.id === id);
  }

  return {
    list,
    // One that is not in the list may be newer than it.
    find: async (id) => (await findIn(list(), id)) ?? (await findIn(parts.certificates.listKeys(), id)) ?? null,
  };
}
