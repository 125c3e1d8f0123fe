import type { CertificateRecord } from '../../core/certificate/certificate.ts';
import { visibleFields } from '../../core/work/work.ts';
import type { Works } from '../../core/work/works.ts';
import type { CertificateDocument } from '../../proof/certificate/document.ts';
import { presentOpenings } from './wire.ts';

/** A certificate document as everybody may have it: with the openings of what is not redacted. */
export function createDocumentPresenter(works: Pick<Works, 'find'>) {
  return async ({ id }: CertificateRecord, document: CertificateDocument) => {
    const { version } = await works.find(id);
    return { ...document, openings: presentOpenings(visibleFields(version)) };
  };
}
