import { encodeHex } from '../../base/hex.ts';
import { commitToField } from '../../proof/certificate/disclosure.ts';
import { type JsonObject, MANIFEST_FORMAT } from '../../proof/certificate/manifest.ts';
import type { WorkVersion } from './work.ts';

/**
 * What is signed of a version. Title and author are there as commitments, whatever the privacy level: so one level can
 * follow another and an author can be erased, and the signature, the log and the anchors stay as they are. The level
 * itself is not in it: it is no claim about the work.
 */
export function makeWorkManifest(version: WorkVersion, previousCertId: string | null): JsonObject {
  return {
    format: MANIFEST_FORMAT,
    registry: 'origimark',
    cert_id: version.certId,
    version: 1,
    issued_at: new Date(version.issuedAt).toISOString(),
    work_id: version.workId,
    work_version: version.version,
    ...(previousCertId !== null && { previous_cert_id: previousCertId }),
    hash: encodeHex(version.hash),
    title_commitment: encodeHex(commitToField('title', version.title)),
    author_commitment: encodeHex(commitToField('author', version.author!)),
    work_type: version.workType,
    ...(version.sourceLanguage !== null && { source_language: version.sourceLanguage }),
    ...(version.creationDate !== null && { creation_date: version.creationDate }),
    ownership_type: version.ownership,
  };
}
