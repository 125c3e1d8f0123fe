import type { CertificateRecord } from '../../core/certificate/certificate.ts';
import { findSuccessor } from '../../core/works/successor.ts';
import { visibleFields } from '../../core/works/work.ts';
import type { Works } from '../../core/works/works.ts';
import type { CertificateDocument } from '../../proof/certificate/document.ts';
import { presentOpenings } from './wire.ts';

/** A certificate document as everybody may have it: with the openings of what is not redacted, and what superseded it. */
export function createDocumentPresenter(works: Pick<Works, 'find' | 'chain'>) {
  return async ({ id }: CertificateRecord, document: CertificateDocument) => {
    const { version } = await works.find(id);
    const successor = findSuccessor(await works.chain(version.workId), id);
    return {
      ...document,
      status: document.status && { ...document.status, ...(successor !== null && { superseded_by: successor }) },
      openings: presentOpenings(visibleFields(version)),
    };
  };
}
