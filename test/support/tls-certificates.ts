import { createPrivateKey } from 'node:crypto';
import { generateTspKey } from '../../src/config/tsp-signatures.ts';
import { encodeSignatureAlgorithm } from '../../src/proof/tsp/algorithm.ts';
import { TAG } from '../../src/proof/tsp/der.ts';
import {
  encodeBits,
  encodeCertificateTime,
  encodeContext,
  encodeElement,
  encodeOctets,
  encodeOid,
  encodePrimitiveContext,
  encodeSequence,
  encodeSmallInteger,
  encodeText,
} from '../../src/proof/tsp/der-writer.ts';
import { formatPem } from '../../src/proof/tsp/pem.ts';

const DAY_MS = 24 * 60 * 60_000;
const COMMON_NAME = '2.5.4.3';
const SUBJECT_ALTERNATIVE_NAME = '2.5.29.17';
const DNS_NAME = 2;

/** What a server of TLS needs, in PEM; `cert` is also its own root. */
export interface TlsIdentity {
  readonly key: string;
  readonly cert: string;
}

/** A self-signed certificate for a name, of yesterday, that ends at `notAfter`: by default tomorrow. */
export function makeTlsIdentity(hostname: string, notAfter = Date.now() + DAY_MS): TlsIdentity {
  const { spki, sign, pkcs8 } = generateTspKey();
  const algorithm = encodeSignatureAlgorithm({ scheme: 'ecdsa', digest: 'SHA-256' });
  const name = encodeSequence(encodeElement(TAG.set, encodeSequence(encodeOid(COMMON_NAME), encodeText(hostname))));
  const alternatives = encodeSequence(encodePrimitiveContext(DNS_NAME, new TextEncoder().encode(hostname)));
  const signed = encodeSequence(
    encodeContext(0, encodeSmallInteger(2)),
    encodeSmallInteger(1),
    algorithm,
    name,
    encodeSequence(encodeCertificateTime(Date.now() - DAY_MS), encodeCertificateTime(notAfter)),
    name,
    spki,
    encodeContext(3, encodeSequence(encodeSequence(encodeOid(SUBJECT_ALTERNATIVE_NAME), encodeOctets(alternatives)))),
  );
  const key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
  return {
    key: key.export({ format: 'pem', type: 'pkcs8' }) as string,
    cert: formatPem(encodeSequence(signed, algorithm, encodeBits(sign(signed)))),
  };
}
