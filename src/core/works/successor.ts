import type { Certified } from './certifier.ts';

/**
 * The certificate of the newest later version of the same work; null when there is none. One that was revoked, or whose
 * author was erased, takes nobody's place.
 *
 * @param chain All versions of the work, oldest first.
 */
export function findSuccessor(chain: readonly Certified[], certId: string): string | null {
  const later = chain.slice(chain.findIndex(({ version }) => version.certId === certId) + 1);
  const stands = ({ certificate }: Certified) => certificate.status === 'active' && certificate.manifestJson !== '';
  return later.findLast(stands)?.version.certId ?? null;
}
