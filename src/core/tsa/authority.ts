import type { RandomBytes } from '../../base/clock.ts';
import { hashBytes, type SignatureAlgorithm } from '../../proof/tsp/algorithm.ts';
import { type Certificate, isSelfIssued, readCertificate } from '../../proof/tsp/certificate.ts';
import { toSerial } from '../../proof/tsp/certificate-writer.ts';
import { TspError } from '../../proof/tsp/error.ts';
import { formatPem } from '../../proof/tsp/pem.ts';
import { requireSignerPurpose } from '../../proof/tsp/purpose.ts';
import { readRequest, type TimestampRequest } from '../../proof/tsp/request.ts';
import { encodeGranted, encodeRejection, type FailureName } from '../../proof/tsp/response.ts';
import { encodeConstantAttributes, encodeSignedAttributes } from '../../proof/tsp/signed-attributes.ts';
import { encodeToken } from '../../proof/tsp/token.ts';
import { encodeTstInfo } from '../../proof/tsp/tst-info.ts';
import { ACCURACY_MS, type TrustedTime } from './trusted-time.ts';

const SERIAL_BYTES = 16;

/** Our own time-stamping authority (RFC 3161). */
export interface TimestampAuthority {
  /** From the signer to its root. */
  readonly chain: readonly Certificate[];
  /** The chain as text. */
  readonly chainPem: string;
  readonly policy: string;
  /** A TimeStampResp for whatever was sent: a token, or why there is none. */
  answer(request: Uint8Array): Uint8Array;
}

export interface AuthorityParts {
  /** Signs with the key of the first certificate, in the form that certificates have: ECDSA in DER, or PKCS #1. */
  readonly sign: (message: Uint8Array) => Uint8Array;
  /** DER, from the signer to its root. */
  readonly chain: readonly Uint8Array[];
  /** Dotted. */
  readonly policy: string;
  readonly time: TrustedTime;
  readonly random: RandomBytes;
}

/** Errors: TspError when the first certificate is not one that may sign tokens. */
export function createTimestampAuthority({ sign, policy, time, random, ...parts }: AuthorityParts): TimestampAuthority {
  const chain = parts.chain.map(readCertificate);
  const [signer] = chain;
  if (signer === undefined) throw new TspError('signer-missing', 'there is no certificate');
  requireSignerPurpose(signer);
  const algorithm = algorithmOf(signer);
  const constant = encodeConstantAttributes(signer.der, algorithm.digest);
  // Who checks a token has its root from elsewhere.
  const sent = chain.filter((certificate) => !isSelfIssued(certificate)).map(({ der }) => der);

  function issue(request: TimestampRequest, at: number): Uint8Array {
    const content = encodeTstInfo({
      policy,
      encodedImprint: request.encodedImprint,
      serialNumber: toSerial(random(SERIAL_BYTES)),
      time: at,
      accuracySeconds: ACCURACY_MS / 1000,
      nonce: request.nonce,
      authority: signer!.subject,
    });
    const attributes = encodeSignedAttributes(constant, hashBytes(algorithm.digest, content));
    const certificates = request.wantsCertificates ? sent : [];
    const token = { content, certificates, signer: signer!, algorithm, attributes, signature: sign(attributes) };
    return encodeToken(token);
  }

  return {
    chain,
    chainPem: chain.map(({ der }) => formatPem(der)).join(''),
    policy,
    answer(bytes) {
      let request: TimestampRequest;
      try {
        request = readRequest(bytes);
      } catch (error) {
        if (!(error instanceof TspError)) throw error;
        return reject(error.code === 'algorithm' ? 'unknown-algorithm' : 'bad-format');
      }
      if (request.extensions.length > 0) return reject('extension-not-accepted');
      if (request.policy !== null && request.policy !== policy) return reject('policy-not-accepted');
      const at = time.read();
      if (at === null || at < signer.notBefore || at > signer.notAfter) return reject('time-not-available');
      return encodeGranted(issue(request, at));
    },
  };
}

/** As strong as the key is. */
function algorithmOf({ publicKey }: Certificate): SignatureAlgorithm {
  return publicKey.kind === 'RSA'
    ? { scheme: 'rsa', digest: 'SHA-256' }
    : { scheme: 'ecdsa', digest: publicKey.kind === 'P-384' ? 'SHA-384' : 'SHA-256' };
}

type Rejection = Exclude<FailureName, 'bad-request' | 'extra-information-not-available' | 'system-failure'>;

const TEXTS: Readonly<Record<Rejection, string>> = {
  'unknown-algorithm': 'the digest must be SHA-256, SHA-384 or SHA-512',
  'bad-format': 'the request is not a TimeStampReq in DER',
  'extension-not-accepted': 'no extension is known here',
  'policy-not-accepted': 'tokens are not issued under that policy',
  'time-not-available': 'the clock is not to be trusted at present',
};

function reject(failure: Rejection): Uint8Array {
  return encodeRejection(failure, TEXTS[failure]);
}
