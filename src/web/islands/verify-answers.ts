import type { BundleOutcome } from '../../proof/bundle/bundle-verdict.ts';
import type { HeaderSource } from '../../proof/bundle/header-source.ts';
import { refuseEvidence, verifyEvidence } from '../../proof/bundle/verify-evidence.ts';
import type { CertificateTrust } from '../../proof/certificate/verify-certificate.ts';
import { checkBundle } from './check-bundle.ts';
import { checkCertificate } from './check-certificate.ts';
import { NoEd25519Error } from './check-signatures.ts';
import type { Recognised } from './evidence-files.ts';
import type { HashPool } from './hash-pool.ts';
import { readServerTrust } from './server-trust.ts';
import { listNeeded, pairUp, type Work } from './verify-cases.ts';
import {
  cannotRead,
  presentBundle,
  presentCertificate,
  presentUnknown,
  presentVerdict,
  type Result,
} from './verify-result.ts';
import { saySize } from './words.ts';

type Present = (work: Work | null) => Result;

export async function answerAll(
  given: readonly Recognised[],
  {
    pool,
    headers,
    now,
    onProgress,
  }: {
    pool: HashPool;
    headers: HeaderSource;
    /** Epoch ms. */
    now: number;
    onProgress: (text: string) => void;
  },
): Promise<Result[]> {
  const evidence = given.flatMap((item) => (item.kind === 'evidence' ? item.evidence : []));
  const certificates = given.filter((item) => item.kind === 'certificate' || item.kind === 'bundle');
  const names = listNeeded(evidence);
  const works: Work[] = [];
  const results: Result[] = [];
  for (const item of given) {
    if (item.kind === 'broken') results.push(presentVerdict(item.name, null, refuseEvidence(item.error, headers)));
    if (item.kind !== 'work') continue;
    try {
      const say = (done: number) => onProgress(`Reading ${item.name}: ${saySize(done)} of ${saySize(item.file.size)}`);
      works.push({ name: item.name, digests: await pool.hash(item.file, names, say) });
    } catch (error) {
      results.push(cannotRead(item.name, error instanceof Error ? error.message : String(error)));
    }
  }
  const { cases, unknown } = pairUp(works, evidence);
  const answered = new Set<Work>();
  for (const { evidence: item, work, digests } of cases) {
    const verdict = await verifyEvidence(item, digests, headers);
    results.push(presentVerdict(item.name, work, verdict));
    if (work !== null && verdict.outcome !== 'altered') answered.add(work);
  }
  if (certificates.length > 0) {
    const trust = await readServerTrust();
    for (const item of certificates)
      results.push(await answerCertificate(item, { trust, headers, now }, works, answered));
  }
  return [...results, ...unknown.filter((work) => !answered.has(work)).map(presentUnknown)];
}

async function answerCertificate(
  item: Extract<Recognised, { kind: 'certificate' | 'bundle' }>,
  by: { readonly trust: CertificateTrust; readonly headers: HeaderSource; readonly now: number },
  works: readonly Work[],
  answered: Set<Work>,
): Promise<Result> {
  const { name } = item;
  const check = async (workSha256: Uint8Array | null): Promise<{ outcome: BundleOutcome; show: Present }> => {
    if (item.kind === 'certificate') {
      const verdict = await checkCertificate(item.bytes, by.trust, workSha256);
      return { outcome: verdict.outcome, show: (work) => presentCertificate(name, work, verdict) };
    }
    const verdict = await checkBundle(item.files, { ...by, workSha256 });
    return { outcome: verdict.outcome, show: (work) => presentBundle(name, work, verdict) };
  };
  try {
    for (const work of works) {
      const { outcome, show } = await check(work.digests.sha256!);
      if (outcome === 'altered') continue;
      answered.add(work);
      return show(work);
    }
    // It is about none of them: it is held against one that nothing else is about, which then is not the work.
    const work = works.find((one) => !answered.has(one)) ?? null;
    if (work !== null) answered.add(work);
    return (await check(work?.digests.sha256 ?? null)).show(work);
  } catch (error) {
    if (!(error instanceof NoEd25519Error)) throw error;
    return {
      ...cannotRead(name, ''),
      title: 'Cannot check',
      tone: 'open',
      says: 'This browser cannot check Ed25519 signatures. A newer one can, and so can the command line: touchmark verify',
    };
  }
}
