import { CodedError } from '../../base/coded-error.ts';
import { type CertificateTrust, verifyCertificate } from '../../proof/certificate/verify-certificate.ts';
import type { VerifySignature } from '../../proof/note/verify-note.ts';
import type { CertificateRecord } from './certificate.ts';
import type { CertificateDocuments } from './documents.ts';
import type { CertificateReader } from './store.ts';

/** A certificate that is not stored as it was signed and logged. */
export interface CertificateFinding {
  readonly certificateId: string;
  readonly version: number;
  readonly problem: string;
}

const PAGE_CERTIFICATES = 200;

/**
 * Verifies every version of every certificate as whoever has its document does, by `trust`, and that it is about the work
 * that it is found by. Erased ones have nothing left to verify; those that no checkpoint covers yet are verified without
 * the log. `onProgress` is told the number of certificates checked so far.
 */
export async function* checkCertificates(parts: {
  readonly reader: Pick<CertificateReader, 'listAll' | 'listVersions'>;
  readonly documents: CertificateDocuments;
  readonly trust: CertificateTrust;
  readonly verify: VerifySignature;
  readonly onProgress: (checked: number) => void;
}): AsyncGenerator<CertificateFinding> {
  const { reader, documents, trust, verify } = parts;
  let checked = 0;
  for (let after = ''; ; ) {
    const page = await reader.listAll(after, PAGE_CERTIFICATES);
    if (page.length === 0) return;
    yield* (await Promise.all(page.map(findProblems))).flat();
    checked += page.length;
    parts.onProgress(checked);
    after = page.at(-1)!.id;
  }

  async function findProblems(record: CertificateRecord): Promise<CertificateFinding[]> {
    if (record.manifestJson === '') return [];
    const found: CertificateFinding[] = [];
    const versions = await listSigned(record);
    for (const [i, signed] of versions.entries()) {
      const about = { certificateId: record.id, version: i + 1 };
      if (signed.version !== i + 1) return [...found, { ...about, problem: 'this version is not stored' }];
      found.push(...(await verifyOne(signed)).map((problem) => ({ ...about, problem })));
    }
    return found;
  }

  async function listSigned(record: CertificateRecord): Promise<readonly CertificateRecord[]> {
    if (record.version === 1) return [record];
    const versions = await reader.listVersions(record.id);
    return versions.map(({ signedAt, sequence, ...version }) => ({
      ...record,
      ...version,
      updatedAt: signedAt,
      versionSequence: sequence,
    }));
  }

  async function verifyOne(record: CertificateRecord): Promise<readonly string[]> {
    try {
      const document = new TextEncoder().encode(JSON.stringify(await documents.compose(record)));
      const { steps } = verifyCertificate(document, trust, verify, record.workSha256);
      return steps.filter(({ step, ok }) => ok === false && step !== 'status').map(({ detail }) => detail);
    } catch (error) {
      // What is stored cannot even be put together; a database that does not answer is another matter.
      if (error instanceof CodedError || error instanceof SyntaxError || error instanceof TypeError) {
        return [error.message];
      }
      throw error;
    }
  }
}
