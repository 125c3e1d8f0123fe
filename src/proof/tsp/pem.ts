import { decodeBase64, encodeBase64 } from '../../base/base64.ts';
import { type Certificate, readCertificate } from './certificate.ts';
import { TspError } from './error.ts';

/** More than any chain, or list of roots that somebody keeps. */
const CERTIFICATES_MAX = 64;

/** A certificate in the text form of RFC 7468, with a line feed at the end. */
export function formatPem(der: Uint8Array): string {
  const lines = encodeBase64(der).match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

/** Every certificate in a text; what stands between them is left out. Throws TspError when there is none. */
export function readPem(text: string): readonly Certificate[] {
  const blocks = [...text.matchAll(/-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]*)-----END CERTIFICATE-----/g)];
  if (blocks.length === 0) throw new TspError('malformed', 'there is no certificate in the text');
  if (blocks.length > CERTIFICATES_MAX) throw new TspError('too-large', `over ${CERTIFICATES_MAX} certificates`);
  return blocks.map(([, base64]) => {
    const der = decodeBase64(base64!.replace(/\s/g, ''));
    if (der === null) throw new TspError('malformed', 'a certificate that is not in base64');
    return readCertificate(der);
  });
}
