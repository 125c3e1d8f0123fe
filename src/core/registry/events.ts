import type { JsonValue } from '../../base/canonical-json.ts';
import { encodeHex } from '../../base/hex.ts';
import type { TrackoriginClaims } from '../../proof/certificate/trackorigin-manifest.ts';
import type { CertificateRecord } from '../certificate/certificate.ts';
import type { WebhookEvent, WebhookEventType } from '../webhook/event.ts';

/** What receivers are told of a certificate, with the document's names in its order; null when nobody is to be told. */
export function composeEvent(
  event: { readonly id: string; readonly type: WebhookEventType; readonly at: number },
  certificate: Pick<CertificateRecord, 'id' | 'issuedAt' | 'isSandbox' | 'accountId'>,
  claims: TrackoriginClaims,
  more: { readonly [name: string]: JsonValue } = {},
): WebhookEvent | null {
  const { isSandbox, accountId } = certificate;
  // A sandbox's certificate is news only to the account that plays in it.
  if (isSandbox && accountId === null) return null;
  return {
    id: event.id,
    contract: 'trackorigin',
    type: event.type,
    isSandbox,
    accountId: isSandbox ? accountId : null,
    createdAt: event.at,
    data: { ...describeCertificate(certificate, claims), ...more },
  };
}

/** `data` of the events about a certificate. */
export function describeCertificate(
  { id, issuedAt }: Pick<CertificateRecord, 'id' | 'issuedAt'>,
  { standard, verdict, master, artist, track }: TrackoriginClaims,
): { readonly [name: string]: JsonValue } {
  return {
    cert_id: id,
    verdict,
    issued_at: new Date(issuedAt).toISOString(),
    standard,
    master: { sha256: encodeHex(master.sha256) },
    artist: { id: artist.id, handle: artist.handle, display_name: artist.displayName },
    track: { id: track.id, title: track.title },
    public_url: `/cert/${id}`,
  };
}
