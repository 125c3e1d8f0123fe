import type { Static } from 'typebox';
import { encodeBase64 } from '../../base/base64.ts';
import { encodeHex } from '../../base/hex.ts';
import type { Certified } from '../../core/works/certifier.ts';
import { type VisibleFields, visibleFields } from '../../core/works/work.ts';
import { presentOpening } from '../../proof/certificate/disclosure.ts';
import { presentTime, presentTimeOrNull } from '../shared/present-time.ts';
import type { Certificate, Entry, Issued } from './schemas.ts';

/** How certificates look in this contract. `publicUrl` has no trailing slash. */
export interface Presenter {
  /** To whoever has just made it. */
  issued(certified: Certified): Static<typeof Issued>;
  /** To everybody, with what proves it. */
  certificate(certified: Certified): Static<typeof Certificate>;
  /** To everybody, in a list. */
  entry(certified: Certified): Static<typeof Entry>;
  /** To its owner, in a list: nothing is redacted. */
  ownEntry(certified: Certified): Static<typeof Entry>;
}

export function createPresenter(publicUrl: string): Presenter {
  const entry = (certified: Certified) => ({
    ...describe(certified, visibleFields(certified.version)),
    ...urlsOf(publicUrl, certified),
  });
  return {
    issued: (certified) => ({
      cert_id: certified.version.certId,
      work_id: certified.version.workId,
      version: certified.version.version,
      ...urlsOf(publicUrl, certified),
      status: certified.certificate.status,
      hash: encodeHex(certified.version.hash),
      privacy_level: certified.version.privacy,
      issued_at: presentTime(certified.version.issuedAt),
      ...presentSigned(certified),
    }),
    certificate: (certified) => ({
      ...entry(certified),
      ...presentSigned(certified),
      openings: presentOpenings(visibleFields(certified.version)),
    }),
    entry,
    ownEntry: (certified) => ({ ...describe(certified, certified.version), ...urlsOf(publicUrl, certified) }),
  };
}

function describe({ version, certificate }: Certified, { title, author }: VisibleFields) {
  return {
    cert_id: version.certId,
    work_id: version.workId,
    version: version.version,
    status: certificate.status,
    hash: encodeHex(version.hash),
    title: title?.value ?? null,
    author_first_name: author?.value.first_name ?? null,
    author_last_name: author?.value.last_name ?? null,
    author_country: author?.value.country ?? null,
    work_type: version.workType,
    source_language: version.sourceLanguage,
    creation_date: version.creationDate,
    privacy_level: version.privacy,
    ownership_type: version.ownership,
    issued_at: presentTime(version.issuedAt),
    revoked_at: presentTimeOrNull(certificate.revokedAt),
    revocation_reason: certificate.revocationReason,
  };
}

function urlsOf(publicUrl: string, { version: { certId } }: Certified) {
  const page = `${publicUrl}/cert/${certId}`;
  return {
    pdf_url: `${page}/certificate.pdf`,
    badge_url: `${page}/badge.svg`,
    qr_url: `${page}/qr.svg`,
    verify_url: page,
  };
}

function presentSigned({ certificate }: Certified) {
  return {
    key_id: certificate.keyId,
    signature: encodeBase64(certificate.signature),
    manifest: JSON.parse(certificate.manifestJson) as object,
    log_sequence: certificate.issuedSequence,
  };
}

/** What opens the commitments of a manifest, as far as it may be shown; also a part of certificate documents. */
export function presentOpenings({ title, author }: VisibleFields) {
  return { ...(title && { title: presentOpening(title) }), ...(author && { author: presentOpening(author) }) };
}
