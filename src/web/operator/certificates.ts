import { decodeHex } from '../../base/hex.ts';
import { RegistryError } from '../../core/registry/error.ts';
import { searchKey } from '../../core/registry/text.ts';
import { cutPage, olderPath, type Query, readText } from '../own-reply.ts';
import type { Page } from '../pages/layout.ts';
import { renderActions } from '../pages/operator/actions.ts';
import { renderOperatorCertificate } from '../pages/operator/certificate.ts';
import { renderCertificates } from '../pages/operator/certificates.ts';
import { formatPosition, parsePosition } from '../registry/position.ts';
import type { OperatorPagesParts } from './surface.ts';

const PER_PAGE = 25;
const QUERY_MAX_CHARS = 200;
const SUBJECT_MAX_CHARS = 64;
const CERTIFICATE_ID = /^cer_[A-Za-z0-9_]{1,60}$/;
const SHA256 = /^[0-9a-fA-F]{64}$/;

export async function showCertificates({ registry }: OperatorPagesParts, query: Query): Promise<Page> {
  const q = (readText(query, 'q') ?? '').trim().slice(0, QUERY_MAX_CHARS);
  const status = ['active', 'revoked'].find((known) => known === query.status) ?? 'all';
  const fields = { q, status, mode: readText(query, 'mode') === 'test' ? 'test' : 'live' };
  if (CERTIFICATE_ID.test(q)) {
    const found = await registry.findCertificate(q);
    return renderCertificates({ ...fields, certificates: found === null ? [] : [found], older: null });
  }
  const isDigest = SHA256.test(q);
  const filter = {
    isSandbox: fields.mode === 'test',
    isActive: status === 'all' ? null : status === 'active',
    sha256: isDigest ? decodeHex(q) : null,
    artistId: null,
    titleKey: q === '' || isDigest ? null : searchKey(q),
  };
  const found = await registry.listCertificates(filter, parsePosition(query.before), PER_PAGE + 1);
  const { items, older } = cutPage(found, PER_PAGE, ({ issuedAt, id }) =>
    olderPath('/operator/certificates', formatPosition(issuedAt, id), fields),
  );
  return renderCertificates({ ...fields, certificates: items, older });
}

export async function showCertificate({ changes }: OperatorPagesParts, id: string): Promise<Page | null> {
  try {
    return renderOperatorCertificate(await changes.view(id));
  } catch (error) {
    if (error instanceof RegistryError) return null;
    throw error;
  }
}

export async function showActions({ registry }: OperatorPagesParts, query: Query): Promise<Page> {
  const subject = (readText(query, 'subject') ?? '').trim().slice(0, SUBJECT_MAX_CHARS);
  const found = await registry.listActions(subject || null, parsePosition(query.before), PER_PAGE + 1);
  const { items, older } = cutPage(found, PER_PAGE, ({ at, id }) =>
    olderPath('/operator/actions', formatPosition(at, id), { subject }),
  );
  return renderActions({ subject, actions: items, older });
}
